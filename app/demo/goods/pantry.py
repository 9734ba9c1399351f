"""Grain, oil and dried goods, and what the kitchen needs."""

from app.core.money import Fen
from app.demo.goods.shapes import Good, Option, Sku

_GRAIN = (
    Good(
        key="rice-sack",
        category="grain",
        title="稻香里 东北稻花香大米",
        description="当季新米，下单后才脱壳，米粒修长，煮饭满屋香。真空内袋加牛皮纸外袋，附量米杯。",
        options=(Option("规格", ("5kg", "10kg")),),
        skus=(Sku(("5kg",), Fen(69_90), 700), Sku(("10kg",), Fen(129_00), 420)),
    ),
    Good(
        key="camellia-oil",
        category="grain",
        title="山与月 低温压榨山茶油 1L",
        description="高山油茶籽物理压榨，烟点高，凉拌、清炒都合适。深色玻璃瓶避光，附防滴漏瓶嘴。",
        skus=(Sku((), Fen(118_00), 260),),
    ),
    Good(
        key="buckwheat-noodles",
        category="grain",
        title="稻香里 荞麦挂面 8 把",
        description="荞麦粉占一半以上，低温慢晾，煮不浑汤。一把刚好一人份，凉拌热汤都筋道。",
        skus=(Sku((), Fen(36_80), 560),),
    ),
    Good(
        key="linden-honey",
        category="grain",
        title="蜂满枝 椴树蜂蜜 500g",
        description="长白山椴树花期采集，自然成熟，入口带薄荷般的清凉。低温会结晶，温水化开即可，不影响品质。",
        skus=(Sku((), Fen(58_00), 300),),
    ),
    Good(
        key="free-eggs",
        category="grain",
        title="林下人家 散养土鸡蛋 30 枚",
        description="母鸡在果林里散养，吃玉米和青草，蛋黄橙红。珍珠棉蛋托逐枚固定，碎一枚赔两枚。",
        skus=(Sku((), Fen(45_00), 500),),
    ),
    Good(
        key="dried-mushroom",
        category="grain",
        title="林下人家 花菇干货 250g",
        description="椴木栽培，菌盖厚实有裂纹，泡发后肉质弹滑。炖鸡、焖饭前温水泡两小时，泡菇水别倒掉。",
        skus=(Sku((), Fen(39_00), 340),),
    ),
)

_KITCHEN = (
    Good(
        key="steel-thermos",
        category="kitchen",
        title="暖山 316 不锈钢保温杯",
        description="内胆 316 不锈钢，六小时后水温仍在 60℃ 以上。杯盖一键弹开，带茶隔，放进包里倒置不漏。",
        options=(Option("颜色", ("雾白", "松绿", "曜黑")), Option("容量", ("350ml", "500ml"))),
        skus=(
            Sku(("雾白", "350ml"), Fen(79_00), 220),
            Sku(("雾白", "500ml"), Fen(89_00), 260),
            Sku(("松绿", "350ml"), Fen(79_00), 180),
            Sku(("松绿", "500ml"), Fen(89_00), 240),
            Sku(("曜黑", "350ml"), Fen(79_00), 160),
            Sku(("曜黑", "500ml"), Fen(89_00), 300),
        ),
    ),
    Good(
        key="iron-pan",
        category="kitchen",
        title="灶上 铸铁平底煎锅",
        description="加厚铸铁，受热均匀，煎牛排、烙饼都不粘。已开锅，明火和电磁炉通用，洗后擦干抹薄油。",
        options=(Option("尺寸", ("26cm", "28cm")),),
        skus=(Sku(("26cm",), Fen(159_00), 140), Sku(("28cm",), Fen(189_00), 120)),
    ),
    Good(
        key="ceramic-bowl",
        category="kitchen",
        title="青窑 手绘陶瓷饭碗 4 只装",
        description="釉下彩手绘，每只纹样略有不同，可进微波炉和洗碗机。口径 12cm，一碗饭刚刚好。",
        options=(Option("花色", ("青山", "蓝草")),),
        skus=(Sku(("青山",), Fen(59_00), 260), Sku(("蓝草",), Fen(59_00), 260)),
    ),
    Good(
        key="glass-kettle",
        category="kitchen",
        title="暖山 玻璃电热水壶 1.5L",
        description="高硼硅玻璃壶身，五分钟烧开，蓝光提示。水开自动断电，底座可绕线，可保温在 55℃。",
        skus=(Sku((), Fen(99_00), 200),),
    ),
    Good(
        key="bamboo-board",
        category="kitchen",
        title="灶上 整竹砧板",
        description="高温碳化整竹，无拼胶，两面可用，生熟分开。侧边带沥水槽，附不锈钢挂环。",
        options=(Option("尺寸", ("36×24cm", "42×28cm")),),
        skus=(Sku(("36×24cm",), Fen(45_00), 300), Sku(("42×28cm",), Fen(59_00), 240)),
    ),
    Good(
        key="chef-knife",
        category="kitchen",
        title="灶上 大马士革纹三德刀",
        description="三层复合钢，刃口 15 度，切番茄不用力。胡桃木柄配重均衡，附刀鞘。锐器请妥善收好。",
        skus=(Sku((), Fen(129_00), 160),),
    ),
)

PANTRY: tuple[Good, ...] = _GRAIN + _KITCHEN
