import pytest

from app.wechat.values import fit_value, fit_values


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("thing1", "一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"),
        ("thing1", "一二三四五六七八九十一二三四五六七八九十完", "一二三四五六七八九十一二三四五六七八九…"),
        ("thing12", "two\nlines\tand more", "two lines and more"),
        ("thing3", "😀" * 21, "😀" * 19 + "…"),
        ("number2", "1,234.5 g", "1234.5"),
        ("letter1", "ab-c1", "abc"),
        ("symbol1", "!!!!!!", "!!!!!"),
        ("character_string4", "G2345 团ABC", "G2345ABC"),
        ("time2", "2019年10月1日 15:01", "2019年10月1日 15:01"),
        ("amount6", "¥19.90", "¥19.90"),
        ("amount6", "19.9元", "19.9元"),
        ("phone_number1", "+86 138-0013-8000 转 12", "+86 138-0013-8000"),
        ("car_number1", "粤A12345678", "粤A123456"),
        ("name5", "阿依古丽买买提江吐尔逊", "阿依古丽买买提江吐尔"),
        ("name5", "Maximiliana Featherstonehaugh", "Maximiliana Feathers"),
        ("phrase3", "已经全部退款", "已经全部退"),
    ],
)
def test_a_value_is_cut_by_characters_to_what_its_key_allows(key: str, value: str, fitted: str) -> None:
    assert fit_value(key, value) == fitted


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thing1", ""),
        ("thing1", " \n "),
        ("number1", "many"),
        ("amount1", "free"),
        ("amount1", "1 234 yuan"),
        ("other1", "x"),
    ],
)
def test_a_value_that_cutting_cannot_mend_is_refused(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        fit_value(key, value)


def test_every_value_of_a_message_is_fitted() -> None:
    assert fit_values({"thing1": "a\nb", "amount2": "¥1"}) == {"thing1": "a b", "amount2": "¥1"}
