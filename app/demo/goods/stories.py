"""Customers' stories that are out when the shop opens."""

from app.demo.goods.shapes import Tale

TALES: tuple[Tale, ...] = (
    Tale(
        customer="xiaoman",
        nickname="林小满",
        title="办公室的第一泡",
        body="每天九点到公司，先泡一杯龙井。水稍微放凉一点，豆香就出来了。"
        "两罐喝了一个月，后来同事也来问，我们就一起开了团。铁罐密封好，放在抽屉里不串味。",
        goods=("longjing-tin", "jasmine-cup"),
        category="tea",
    ),
    Tale(
        customer="ahe",
        nickname="何阿禾",
        title="换季不再起皮",
        body="秋天一到脸颊就紧绷。晚上洗完脸，趁水还没干透涂这支面霜，两周以后摸着就软了。"
        "味道很淡，孩子凑过来也不嫌。一支能用两个多月。",
        goods=("ceramide-cream",),
        category="beauty",
    ),
    Tale(
        customer="laoqin",
        nickname="秦老师",
        title="带学生写字用什么杯",
        body="书法课课间大家都要喝口热茶，冷泡的茉莉花茶最省事，凉水也出味。一袋一杯，喝完把茶包一丢，桌面干干净净。",
        goods=("jasmine-cup",),
        category="tea",
    ),
)
