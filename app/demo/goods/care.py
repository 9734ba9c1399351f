"""Beauty, stationery, and what pets need."""

from app.core.money import Fen
from app.demo.goods.shapes import Good, Option, Sku

_BEAUTY = (
    Good(
        key="ceramide-cream",
        category="beauty",
        title="简白 神经酰胺保湿面霜 50g",
        description="质地轻润，抹开成水，秋冬一层就够。不添加香精、酒精，附挖勺。敏感肌请先在耳后试用。",
        skus=(Sku((), Fen(98_00), 300),),
    ),
    Good(
        key="matte-lipstick",
        category="beauty",
        title="枝语 丝绒哑光唇膏 3.5g",
        description="哑光不拔干，薄涂日常，厚涂显气色。磁吸金属管，三个色号都适合黄皮。",
        options=(Option("色号", ("01 豆沙", "03 枫叶", "05 莓果")),),
        skus=(
            Sku(("01 豆沙",), Fen(69_00), 280),
            Sku(("03 枫叶",), Fen(69_00), 260),
            Sku(("05 莓果",), Fen(69_00), 220),
        ),
    ),
    Good(
        key="amino-tube",
        category="beauty",
        title="简白 氨基酸洁面乳 120g",
        description="氨基酸表活，泡沫细，洗后不紧绷。pH 5.5 左右，早晚都能用，一支约用两个月。",
        skus=(Sku((), Fen(49_00), 520),),
    ),
    Good(
        key="clear-serum",
        category="beauty",
        title="枝语 烟酰胺精华液 30ml",
        description="4% 烟酰胺搭配泛醇，清爽好吸收。避光滴管瓶，建议晚间使用，白天注意防晒。",
        skus=(Sku((), Fen(128_00), 240),),
    ),
    Good(
        key="sandalwood-comb",
        category="beauty",
        title="木木村 绿檀木宽齿梳",
        description="整木雕刻，齿尖圆润，梳卷发不打结、不起静电。附绒布袋，木色会随时间变深。",
        skus=(Sku((), Fen(39_00), 260),),
    ),
    Good(
        key="herb-soap",
        category="beauty",
        title="晚风 草本冷制手工皂 4 块",
        description="橄榄油打底，自然晾晒六周，泡沫绵密。艾草、金盏花、燕麦、薄荷各一块，附沥水皂托。",
        skus=(Sku((), Fen(48_00), 320),),
    ),
)

_STATIONERY = (
    Good(
        key="dot-notebook",
        category="stationery",
        title="半格 A5 点阵笔记本",
        description="100g 道林纸，钢笔书写不洇墨，可 180 度摊平。192 页带页码与目录页，附双书签带。",
        options=(Option("颜色", ("砂岩", "湖蓝", "苔绿")),),
        skus=(
            Sku(("砂岩",), Fen(25_00), 500),
            Sku(("湖蓝",), Fen(25_00), 500),
            Sku(("苔绿",), Fen(25_00), 420),
        ),
    ),
    Good(
        key="gel-pen",
        category="stationery",
        title="半格 速干中性笔 0.5mm 12 支",
        description="一秒速干，左手写字也不蹭花。按动金属笔夹，握手处磨砂防滑，替芯通用。",
        options=(Option("颜色", ("黑色", "蓝色", "十二色")),),
        skus=(
            Sku(("黑色",), Fen(19_90), 900),
            Sku(("蓝色",), Fen(19_90), 600),
            Sku(("十二色",), Fen(23_90), 500),
        ),
    ),
    Good(
        key="solid-paint",
        category="stationery",
        title="彩虹巷 固体水彩颜料",
        description="显色饱和，易调和，干后可重复化开。铁盒自带调色盘，附自来水笔和水彩纸十张。",
        options=(Option("色数", ("24 色", "36 色")),),
        skus=(Sku(("24 色",), Fen(58_00), 320), Sku(("36 色",), Fen(78_00), 260)),
    ),
    Good(
        key="student-backpack",
        category="stationery",
        title="远足 小学生减负书包",
        description="空包 780g，S 形肩带分散压力，背板透气。前后反光条，侧袋放得下保温杯，适合三到六年级。",
        options=(Option("颜色", ("藏蓝", "珊瑚")),),
        skus=(Sku(("藏蓝",), Fen(159_00), 180), Sku(("珊瑚",), Fen(159_00), 160)),
    ),
    Good(
        key="desk-calendar",
        category="stationery",
        title="彩虹巷 2027 插画台历",
        description="十二张原创插画，节气、法定假日标注清楚。每月留白可记事，背面是便签，撕下不留胶。",
        skus=(Sku((), Fen(22_00), 600),),
    ),
    Good(
        key="canvas-pencilcase",
        category="stationery",
        title="远足 大容量帆布笔袋",
        description="三层分隔，放得下 40 支笔，直尺不露头。帆布厚实可水洗，树脂拉链顺滑不卡布。",
        skus=(Sku((), Fen(29_90), 450),),
    ),
)

_PET = (
    Good(
        key="chew-bone",
        category="pet",
        title="汪汪食堂 洁齿磨牙骨 500g",
        description="鸡肉与薄荷低温烘焙，帮助清洁牙面。独立小袋，按体重喂食，请在旁看护并备足饮水。",
        skus=(Sku((), Fen(36_00), 420),),
    ),
    Good(
        key="cat-can",
        category="pet",
        title="喵小厨 猫主食罐 85g×12",
        description="肉含量 95%，无谷无诱食剂，慕斯质地好舔食。添加牛磺酸，成猫一天两罐，开罐冷藏 24 小时内吃完。",
        options=(Option("口味", ("鸡肉", "金枪鱼")),),
        skus=(Sku(("鸡肉",), Fen(72_00), 380), Sku(("金枪鱼",), Fen(78_00), 340)),
    ),
    Good(
        key="bite-ball",
        category="pet",
        title="汪汪食堂 耐咬弹力球 3 只",
        description="食品级天然橡胶，浮水，弹跳不规则。中空可塞零食，消耗精力不拆家。",
        skus=(Sku((), Fen(26_00), 500),),
    ),
    Good(
        key="plush-bed",
        category="pet",
        title="喵小厨 四季可拆洗猫窝",
        description="一面毛绒一面凉席，冬夏翻面用，底部防滑。内芯可取出机洗，M 适合 8 斤以内，L 适合 15 斤以内。",
        options=(Option("尺寸", ("M", "L")),),
        skus=(Sku(("M",), Fen(89_00), 200), Sku(("L",), Fen(119_00), 160)),
    ),
    Good(
        key="reflective-collar",
        category="pet",
        title="汪汪食堂 反光项圈牵引绳套装",
        description="尼龙织带内衬软绵，夜跑反光，五金件不生锈。牵引绳 1.5 米，带缓冲段和垃圾袋挂扣。",
        options=(Option("尺码", ("S", "M", "L")),),
        skus=(
            Sku(("S",), Fen(49_00), 220),
            Sku(("M",), Fen(49_00), 260),
            Sku(("L",), Fen(55_00), 200),
        ),
    ),
    Good(
        key="tofu-litter",
        category="pet",
        title="喵小厨 豆腐猫砂 6L×3 袋",
        description="豌豆纤维，两秒结团，可少量多次冲厕所。颗粒 2mm 少带砂，绿茶味除臭，三袋约用两个月。",
        skus=(Sku((), Fen(46_90), 460),),
    ),
)

CARE: tuple[Good, ...] = _BEAUTY + _STATIONERY + _PET
