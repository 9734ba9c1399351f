from datetime import UTC, datetime, timedelta

import pytest

from app.accounts import rules
from app.accounts.rules import Use

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("nickname", "masked"),
    [
        ("小明", "小*"),
        ("小大明", "小*明"),
        ("微信用户7K2M", "微*M"),
        ("明", "*"),
        ("", "*"),
        ("  小大明  ", "小*明"),
        ("Ann", "A*n"),
        ("👨‍👩‍👧‍👦", "*"),
        ("👨‍👩‍👧‍👦明", "👨‍👩‍👧‍👦*"),
        ("👍🏽好人", "👍🏽*人"),
        ("🇨🇳🇯🇵🇰🇷", "🇨🇳*🇰🇷"),
        ("❤️小红", "❤️*红"),
        ("e\N{COMBINING ACUTE ACCENT}abc", "e\N{COMBINING ACUTE ACCENT}*c"),
    ],
)
def test_a_masked_nickname_shows_its_first_letter_and_the_last_of_three(nickname: str, masked: str) -> None:
    assert rules.mask(nickname) == masked


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13812341234", "13812341234"),
        ("+86 138-1234-1234", "13812341234"),
        ("0086 13812341234", "13812341234"),
        ("１３８12341234", "13812341234"),
        ("020-81167888", "02081167888"),
        ("+1 (415) 555-0123", "+14155550123"),
        ("0044 20 7946 0958", "+442079460958"),
        ("12345", None),
        ("23812341234", None),
        ("138123412345", None),
        ("١٣٨١٢٣٤١٢٣٤", None),
        ("call me", None),
        ("", None),
    ],
)
def test_a_phone_is_a_mainland_number_or_has_its_country(written: str, kept: str | None) -> None:
    assert rules.read_phone(written) == kept


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13812341234", "138****1234"), ("+442079460958", "+44****0958"), ("+1234567", "****67")],
)
def test_a_masked_phone_shows_its_ends(phone: str, masked: str) -> None:
    assert rules.mask_phone(phone) == masked


def test_a_municipality_is_named_once() -> None:
    assert rules.region("广东省", "深圳市", "南山区") == "广东省 深圳市 南山区"
    assert rules.region("北京市", "北京市", "朝阳区") == "北京市 朝阳区"


@pytest.mark.parametrize(
    ("presented", "since", "use"),
    [
        (7, timedelta(0), Use.ROTATE),
        (7, timedelta(days=90), Use.ROTATE),
        (7, timedelta(days=90, seconds=1), Use.END),
        (6, timedelta(seconds=30), Use.REPEAT),
        (6, timedelta(seconds=31), Use.END),
        (5, timedelta(0), Use.END),
        (8, timedelta(0), Use.END),
    ],
)
def test_a_refresh_token_works_once_and_a_repeat_soon_after(presented: int, since: timedelta, use: Use) -> None:
    assert rules.use_of_refresh_token(presented=presented, newest=7, rotated_at=NOW - since, now=NOW) is use


def test_the_pause_after_wrong_passwords_grows_and_is_bounded() -> None:
    pauses = [rules.locked_for(failures) for failures in (4, 5, 6, 7, 12, 10_000)]
    assert pauses == [None, *(timedelta(seconds=each) for each in (30, 60, 120, 3600, 3600))]
