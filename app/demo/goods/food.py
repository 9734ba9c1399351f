"""Tea and fruit and snacks."""

from app.core.money import Fen
from app.demo.goods.shapes import Good, Option, Sku

_TEA = (
    Good(
        key="longjing-tin",
        category="tea",
        title="云岭坊 明前龙井绿茶 铁罐装",
        description="清明前采摘一芽一叶，手工辉锅，豆香清亮。"
        "铁罐双层密封，开罐后请冷藏。建议 85℃ 水温冲泡，三泡仍有回甘。",
        options=(Option("规格", ("100g", "250g")),),
        skus=(Sku(("100g",), Fen(89_00), 320), Sku(("250g",), Fen(199_00), 160)),
    ),
    Good(
        key="jasmine-cup",
        category="tea",
        title="花时间 茉莉银毫三角茶包 20 袋",
        description="七窨一提的茉莉花茶，先闻花香，再见茶味。玉米纤维三角茶包，独立充氮小袋，办公室一泡就好。",
        skus=(Sku((), Fen(39_90), 800),),
    ),
    Good(
        key="aged-puer-cake",
        category="tea",
        title="山与月 古树普洱熟茶饼 357g",
        description="五年干仓存放，汤色红浓，入口绵滑带陈香。附茶针与棉纸包装，可以现喝，也可以继续存放。",
        skus=(Sku((), Fen(128_00), 240),),
    ),
    Good(
        key="coldbrew-bottle",
        category="tea",
        title="一口春 Cold Brew 冷泡茶 15 条",
        description="凉水也能泡开的原叶茶粉，三分钟一瓶。不添加蔗糖和香精，出差、健身随身带一条。",
        options=(Option("口味", ("白桃乌龙", "青提茉莉", "柚子红茶")),),
        skus=(
            Sku(("白桃乌龙",), Fen(45_90), 500),
            Sku(("青提茉莉",), Fen(45_90), 500),
            Sku(("柚子红茶",), Fen(45_90), 420),
        ),
    ),
    Good(
        key="chrysanthemum-pot",
        category="tea",
        title="花时间 胎菊花草茶配玻璃壶",
        description="胎菊、枸杞、陈皮分装成 12 小包，配 600ml 高硼硅玻璃壶。壶身可直接放电陶炉，滤网可拆洗。",
        skus=(Sku((), Fen(79_00), 180),),
    ),
    Good(
        key="blacktea-box",
        category="tea",
        title="云岭坊 金芽红茶礼盒 150g",
        description="单芽红茶，蜜香带花果味，汤色金黄透亮。磁吸礼盒配手提袋，走亲访友拿得出手。",
        skus=(Sku((), Fen(168_00), 150),),
    ),
)

_FRUIT = (
    Good(
        key="fuji-apple",
        category="fruit",
        title="果满仓 烟台红富士苹果",
        description="渤海湾果园直发，果径 80mm 以上，脆甜多汁。每箱现摘现分拣，坏果拍照即赔。到货后冷藏口感更好。",
        options=(Option("规格", ("5 斤装", "10 斤装")),),
        skus=(Sku(("5 斤装",), Fen(35_90), 900), Sku(("10 斤装",), Fen(65_90), 600)),
    ),
    Good(
        key="navel-orange",
        category="fruit",
        title="果满仓 赣南脐橙",
        description="十一月霜后采摘，皮薄肉细，一口爆汁。不打蜡不催熟，表皮有自然果锈，请放心食用。",
        options=(Option("规格", ("5 斤装", "9 斤装")),),
        skus=(Sku(("5 斤装",), Fen(29_90), 1200), Sku(("9 斤装",), Fen(49_90), 800)),
    ),
    Good(
        key="shine-grapes",
        category="fruit",
        title="甜田 阳光玫瑰青提礼盒 2 斤",
        description="无籽脆皮，带淡淡玫瑰香，糖度 18 度左右。每串套袋种植，礼盒内置缓冲托，冷链 48 小时送达。",
        skus=(Sku((), Fen(59_90), 300),),
    ),
    Good(
        key="sand-watermelon",
        category="fruit",
        title="甜田 麒麟西瓜 1 个约 8 斤",
        description="沙瓤薄皮，中心糖度 12 度以上，切开满屋瓜香。单个气柱袋加五层纸箱，破损包赔。",
        skus=(Sku((), Fen(39_90), 260),),
    ),
    Good(
        key="red-kiwi",
        category="fruit",
        title="果满仓 红心猕猴桃 24 枚",
        description="果心红润，酸少甜多，捏软即食。分三批催熟装箱，一周之内每天都有刚好能吃的。",
        skus=(Sku((), Fen(49_90), 400),),
    ),
    Good(
        key="big-cherry",
        category="fruit",
        title="甜田 大连美早樱桃 2 斤",
        description="果径 28mm 以上，果肉紧实，紫红发亮。凌晨采摘，预冷后全程冷链，签收时冰袋未化才算数。",
        skus=(Sku((), Fen(88_00), 200),),
    ),
)

_SNACKS = (
    Good(
        key="potato-bag",
        category="snacks",
        title="脆脆星球 手切薯片 6 包组合",
        description="整颗土豆现切，非油炸烘烤，片片带皮。70g 小包不怕受潮，看剧、露营各来一包。",
        options=(Option("口味", ("原味", "番茄", "海盐黑胡椒")),),
        skus=(
            Sku(("原味",), Fen(29_90), 700),
            Sku(("番茄",), Fen(29_90), 700),
            Sku(("海盐黑胡椒",), Fen(32_90), 500),
        ),
    ),
    Good(
        key="nut-jar",
        category="snacks",
        title="仓鼠日记 每日坚果罐 500g",
        description="巴旦木、腰果、核桃仁与蔓越莓干混装，低温轻烤。不加盐不裹糖，一天一小把，附 25g 量勺。",
        options=(Option("口味", ("原味混合", "蔓越莓混合")),),
        skus=(Sku(("原味混合",), Fen(69_90), 450), Sku(("蔓越莓混合",), Fen(75_90), 380)),
    ),
    Good(
        key="oat-cookie",
        category="snacks",
        title="麦小田 燕麦黄油曲奇 400g",
        description="整粒燕麦占三成，动物黄油烘烤，酥而不腻。独立小包两片一袋，配牛奶当早餐刚好。",
        skus=(Sku((), Fen(26_90), 650),),
    ),
    Good(
        key="dark-chocolate",
        category="snacks",
        title="可可岛 72% 黑巧克力 12 片",
        description="单一产区可可豆，微苦回甘，不含代可可脂。夏季发货附冰袋，建议 18℃ 以下存放。",
        skus=(Sku((), Fen(42_00), 360),),
    ),
    Good(
        key="egg-cake",
        category="snacks",
        title="麦小田 鲜蛋小蛋糕 20 枚",
        description="鲜鸡蛋占配料三成以上，蒸烤两道工序，松软不掉渣。短保 30 天，日期新鲜，小朋友一手一个。",
        skus=(Sku((), Fen(32_90), 480),),
    ),
    Good(
        key="milk-candy",
        category="snacks",
        title="脆脆星球 手工牛轧糖 300g",
        description="海藻糖代替一半蔗糖，奶香足，不粘牙。现做现发，每颗独立糖纸，办公室分享装。",
        skus=(Sku((), Fen(19_90), 999),),
    ),
)

FOOD: tuple[Good, ...] = _TEA + _FRUIT + _SNACKS
