"""What links lead to: how each thing is called, and which page of the mini-program opens it."""

from uuid import UUID

from app.catalog import queries as catalog
from app.catalog.models import Product
from app.community import queries as community
from app.community.actions.posting import target as post_target
from app.community.rules import excerpt
from app.community.states import PostStatus
from app.core.ids import DealId, GroupId, LiveRoomId, PostId, ProductId, StoryId
from app.core.targets import Target
from app.group_buying import queries as group_buying
from app.group_buying.states import DealStatus, GroupStatus
from app.live import queries as live
from app.live.actions.change import target as live_target
from app.live.states import LiveStatus
from app.media import queries as media
from app.stories import queries as stories
from app.stories.actions.change import target as story_target
from share.targets import SharedThing, TargetReader


async def read_group(thing: UUID) -> SharedThing | None:
    """A group, under the name of its deal; one whose leader never paid cannot be shared any more."""
    group = (await group_buying.groups([GroupId(thing)])).get(GroupId(thing))
    if group is None:
        return None
    deal = (await group_buying.deals([group.deal_id]))[group.deal_id]
    return SharedThing(
        target=Target("group", group.id),
        title=deal.title,
        picture_path=_cover((await catalog.products([deal.product_id]))[deal.product_id]),
        expires_at=None,
        path=f"/pages/group?g={group.code}",
        is_shareable=group.status is not GroupStatus.CANCELLED,
    )


async def read_deal(thing: UUID) -> SharedThing | None:
    """A deal that the public may see."""
    deal = (await group_buying.deals([DealId(thing)])).get(DealId(thing))
    if deal is None or deal.status is DealStatus.DRAFT:
        return None
    return SharedThing(
        target=Target("deal", deal.id),
        title=deal.title,
        picture_path=_cover((await catalog.products([deal.product_id]))[deal.product_id]),
        expires_at=None,
        path=f"/pages/deal?id={Target('deal', deal.id).public_id}",
        is_shareable=deal.status is not DealStatus.TAKEN_DOWN,
    )


async def read_product(thing: UUID) -> SharedThing | None:
    """A product."""
    product = (await catalog.products([ProductId(thing)])).get(ProductId(thing))
    if product is None:
        return None
    return SharedThing(
        target=Target("product", product.id),
        title=product.title,
        picture_path=_cover(product),
        expires_at=None,
        path=f"/pages/product?id={Target('product', product.id).public_id}",
    )


async def read_live(thing: UUID) -> SharedThing | None:
    """A live room, under its first product where it has no cover; one that was cancelled cannot be shared any more."""
    room = await live.room(LiveRoomId(thing))
    if room is None:
        return None
    shelf = await catalog.products(room.shelf[:1])
    return SharedThing(
        target=live_target(room.id),
        title=room.title,
        picture_path=room.cover_path or next((_cover(each) for each in shelf.values()), None),
        expires_at=None,
        path=f"/pages/live?id={live_target(room.id).public_id}",
        is_shareable=room.started_at is not None or room.status is LiveStatus.SCHEDULED,
    )


async def read_story(thing: UUID) -> SharedThing | None:
    """A story that everybody may read; a withdrawn one is not there, whoever sent the link and when."""
    story = (await stories.published([StoryId(thing)])).get(StoryId(thing))
    if story is None:
        return None
    target = story_target(story.id)
    passed = [each for each in (await media.pictures_of([target]))[target] if each.passed]
    return SharedThing(
        target=target,
        title=story.title,
        picture_path=passed[0].path if passed else None,
        expires_at=None,
        path=f"/pages/story?id={target.public_id}",
    )


async def read_post(thing: UUID) -> SharedThing | None:
    """A post that everybody may read, called by its first words."""
    post = await community.post(PostId(thing))
    if post is None or post.status is not PostStatus.PUBLISHED:
        return None
    target = post_target(post.id)
    pictures = (await media.pictures_of([target]))[target]
    return SharedThing(
        target=target,
        title=excerpt(post.text),
        picture_path=pictures[0].path if pictures else None,
        expires_at=None,
        path=f"/pages/post?id={target.public_id}",
    )


def _cover(product: Product) -> str | None:
    return str(product.pictures[0]["path"]) if product.pictures else None


READERS: dict[str, TargetReader] = {
    "group": read_group,
    "deal": read_deal,
    "live": read_live,
    "product": read_product,
    "story": read_story,
    "post": read_post,
}
