"""For the home and for the youngest in it."""

from app.core.money import Fen
from app.demo.goods.shapes import Good, Option, Sku

_HOME = (
    Good(
        key="reading-lamp",
        category="home",
        title="小光 LED 护眼阅读台灯",
        description="照度均匀，无可视频闪，四档色温随手调。灯臂可折叠，USB-C 供电，充满可用八小时。",
        options=(Option("颜色", ("奶白", "墨绿")),),
        skus=(Sku(("奶白",), Fen(139_00), 260), Sku(("墨绿",), Fen(139_00), 220)),
    ),
    Good(
        key="latex-pillow",
        category="home",
        title="云朵家 天然乳胶枕",
        description="乳胶含量 93%，回弹柔和，分区承托颈部。内外双层枕套可拆洗，附透气网袋。",
        options=(Option("高度", ("低枕 8cm", "高枕 10cm")),),
        skus=(Sku(("低枕 8cm",), Fen(119_00), 240), Sku(("高枕 10cm",), Fen(129_00), 240)),
    ),
    Good(
        key="cotton-towel",
        category="home",
        title="云朵家 长绒棉毛巾 3 条装",
        description="长绒棉无捻工艺，吸水快，洗后依旧蓬松。每条 110g，锁边不掉线，三色分给全家人。",
        options=(Option("配色", ("大地三色", "海盐三色")),),
        skus=(Sku(("大地三色",), Fen(39_90), 600), Sku(("海盐三色",), Fen(39_90), 600)),
    ),
    Good(
        key="wall-clock",
        category="home",
        title="小光 静音木框挂钟 30cm",
        description="扫秒机芯，卧室里听不见滴答声。白蜡木边框，数字清晰，一节五号电池可走一年。",
        skus=(Sku((), Fen(69_00), 180),),
    ),
    Good(
        key="soy-candle",
        category="home",
        title="晚风 大豆蜡香薰蜡烛 180g",
        description="大豆蜡配棉芯，燃烧约 40 小时，烟少不熏墙。首次点燃请烧到蜡面全化，杯子用完可当水杯。",
        options=(Option("香型", ("雪松", "白茶", "无花果")),),
        skus=(
            Sku(("雪松",), Fen(58_00), 200),
            Sku(("白茶",), Fen(58_00), 220),
            Sku(("无花果",), Fen(58_00), 180),
        ),
    ),
    Good(
        key="desk-plant",
        category="home",
        title="小院 虎皮兰桌面绿植含盆",
        description="耐阴好养，半个月浇一次水，新手也能养活。自吸水陶盆带水位线，发货前已缓苗两周。",
        skus=(Sku((), Fen(35_00), 320),),
    ),
)

_BABY = (
    Good(
        key="plush-bear",
        category="baby",
        title="抱抱熊 安抚毛绒小熊 35cm",
        description="短毛绒不易掉毛，眼鼻刺绣无硬物，可机洗。适合三个月以上，满月礼、周岁礼都合适。",
        skus=(Sku((), Fen(89_00), 300),),
    ),
    Good(
        key="straw-bottle",
        category="baby",
        title="小蘑菇 PPSU 婴儿吸管杯 240ml",
        description="重力球设计，躺着也能喝到，防呛十字切口。PPSU 材质耐高温，可蒸汽消毒，适合六个月以上。",
        options=(Option("颜色", ("奶黄", "雾蓝")),),
        skus=(Sku(("奶黄",), Fen(69_00), 260), Sku(("雾蓝",), Fen(69_00), 260)),
    ),
    Good(
        key="wood-blocks",
        category="baby",
        title="木木村 榉木积木 50 块",
        description="整块榉木打磨，水性漆上色，边角圆润。含收纳布袋与拼搭手册，适合两岁以上。",
        skus=(Sku((), Fen(99_00), 200),),
    ),
    Good(
        key="bath-duck",
        category="baby",
        title="小蘑菇 戏水小鸭 6 只装",
        description="无孔一体成型，不进水不发霉。底部可感温变色，水温过高时鸭掌变白，洗澡更安心。",
        skus=(Sku((), Fen(29_90), 500),),
    ),
    Good(
        key="cotton-romper",
        category="baby",
        title="小蘑菇 纯棉婴儿连体衣",
        description="A 类双层棉，骨缝外翻不磨皮肤，无骨缝标签。开裆双排扣，换尿布不用全脱。",
        options=(Option("颜色", ("米白", "豆绿")), Option("尺码", ("66", "73", "80"))),
        skus=(
            Sku(("米白", "66"), Fen(59_00), 120),
            Sku(("米白", "73"), Fen(59_00), 150),
            Sku(("米白", "80"), Fen(59_00), 140),
            Sku(("豆绿", "66"), Fen(59_00), 110),
            Sku(("豆绿", "73"), Fen(59_00), 130),
            Sku(("豆绿", "80"), Fen(59_00), 120),
        ),
    ),
    Good(
        key="soft-rattle",
        category="baby",
        title="木木村 婴儿手摇铃 5 件套",
        description="软胶可啃咬，声音轻柔，锻炼抓握与追声。可水煮消毒，附收纳盒，适合三个月以上。",
        skus=(Sku((), Fen(45_00), 260),),
    ),
)

LIVING: tuple[Good, ...] = _HOME + _BABY
