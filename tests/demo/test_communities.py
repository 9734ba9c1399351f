"""The demo's communities are open, and people talk in each of them."""

from app.community.models import Comment, Community, Post
from app.community.states import PostStatus
from app.core import db
from app.core.ids import ProductId
from app.demo.communities import open_communities
from app.demo.goods import COMMUNITIES, GOODS
from app.demo.seed import STAFF
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.live import a_product


async def test_each_community_has_members_posts_and_a_cover_from_the_shop(wechat: WeChat) -> None:
    keys = {post.good for each in COMMUNITIES for post in each.posts if post.good}
    products: dict[str, ProductId] = {key: await a_product() for key in keys}
    staff = {username: (await a_user(nickname)).id for username, nickname, _ in STAFF}
    async with db.transaction():
        await open_communities(products, staff)
    made = await Community.all()
    assert {each.name for each in made} == {each.name for each in COMMUNITIES}
    assert len(made) == len(COMMUNITIES)
    assert {each.cover_path for each in made} <= {f"demo/{good.key}.png" for good in GOODS}
    for community in made:
        assert community.member_count == len(STAFF)
        posts = await Post.filter(community_id=community.id, status=PostStatus.PUBLISHED)
        assert len(posts) > 1
        assert await Comment.filter(post_id__in=[each.id for each in posts]).exists()
