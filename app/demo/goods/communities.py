"""The communities: one of the brand, one of a host, one of a theme, and what is written there."""

from app.community.states import CommunityKind
from app.demo.goods.shapes import Comment, Community, Post

COMMUNITIES: tuple[Community, ...] = (
    Community(
        name="拼团鲜生活",
        kind=CommunityKind.BRAND,
        about="上新预告、产地故事，还有大家的开箱。",
        cover="longjing-tin",
        posts=(
            Post(
                author="manager",
                text="今年的明前龙井到了。茶农说雨水少，香气更集中，先泡一壶试试。",
                topics=("上新", "春茶"),
                good="longjing-tin",
                comments=(
                    Comment("host", "刚泡了一杯，豆香很足。"),
                    Comment("marketer", "三人成团的价格已经开了，约上朋友一起。"),
                ),
                liked_by=("host", "marketer", "admin"),
            ),
            Post(
                author="admin",
                text="仓库换了新的冷链箱，水果路上少颠一点。收到有问题随时找客服，我们一单一单看。",
                topics=("公告",),
                comments=(Comment("support", "晚上十点前都在线。"),),
                liked_by=("manager",),
            ),
        ),
    ),
    Community(
        name="主播的护肤小课堂",
        kind=CommunityKind.HOST,
        about="跟着主播认成分，换季不慌。",
        cover="ceramide-cream",
        posts=(
            Post(
                author="host",
                text="换季脸紧的姐妹：洗完脸三分钟内上面霜，别等它干。今晚八点直播间细讲。",
                topics=("护肤", "换季"),
                good="ceramide-cream",
                comments=(
                    Comment("manager", "油皮可以用吗？"),
                    Comment("host", "可以，T 区少一点，两颊正常量。"),
                ),
                liked_by=("manager", "support"),
            ),
            Post(
                author="host",
                text="空瓶打卡：氨基酸洁面第三支。一支能用两个月，小时候的牙膏挤法最省。",
                topics=("空瓶",),
                good="amino-tube",
                liked_by=("admin",),
            ),
        ),
    ),
    Community(
        name="一起喝茶",
        kind=CommunityKind.THEME,
        about="不论贵贱，喝着舒服就好。",
        cover="jasmine-cup",
        posts=(
            Post(
                author="marketer",
                text="办公室一人份：茉莉花茶配玻璃杯，水温九十度，看它慢慢开。",
                topics=("办公室", "花茶"),
                good="jasmine-cup",
                comments=(Comment("admin", "第二泡最香。"),),
                liked_by=("admin", "host"),
            ),
            Post(
                author="support", text="问：隔夜的茶还能喝吗？答：凉茶放冰箱当天喝完，过夜就浇花吧。", topics=("问答",)
            ),
        ),
    ),
)
