"""What a share link shows on the open web, as it is now: read from the rooms, put into the page's own values."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts import queries as accounts
from app.accounts.queries import PublicPerson
from app.catalog import queries as catalog
from app.catalog.models import Product
from app.core import clock
from app.core.ids import DealId, GroupId, LiveRoomId, ProductId, StoryId, UserId
from app.core.money import display
from app.core.targets import Target
from app.group_buying import queries, rules
from app.group_buying.models import Deal, Group
from app.group_buying.states import DealStatus, GroupStatus
from app.live import queries as live
from app.live.actions.change import target as live_target
from app.stories import queries as stories
from app.stories.rules import excerpt
from schema.pictures import media_url
from share import landing, targets
from share import queries as share
from share.landing import NothingShown, Person, Shown, WhyNothing
from share.queries import Link
from share.rules import ShareLinkStatus

_DEAD = {ShareLinkStatus.EXPIRED: WhyNothing.EXPIRED, ShareLinkStatus.REVOKED: WhyNothing.REVOKED}


@dataclass(frozen=True, slots=True)
class Opened:
    """A link's code as it was asked for, and what it shows at `now`. Looking at it is no touch."""

    now: datetime
    #: None where there is none.
    link: Link | None
    shows: Shown | NothingShown
    #: None where nothing is shown.
    inviter: Person | None = None
    #: The picture of what is shown, below the media folder.
    picture_path: str | None = None


@dataclass(frozen=True, slots=True)
class _Thing:
    shows: Shown
    picture_path: str | None


async def open_link(code: str) -> Opened:
    """What the link with this code shows to anybody."""
    link, now = await share.link(code), await clock.now()
    if link is None:
        return Opened(now, None, NothingShown(WhyNothing.NOT_FOUND))
    if link.status in _DEAD:
        return Opened(now, link, NothingShown(_DEAD[link.status]))
    read = _READERS.get(link.target.kind)
    thing = await read(link.target.id, now) if read else await _thing(link.target)
    if thing is None:
        return Opened(now, link, NothingShown(WhyNothing.WITHDRAWN))
    return Opened(now, link, thing.shows, (await _people([link.inviter]))[0], thing.picture_path)


async def _group(thing: UUID, now: datetime) -> _Thing | None:
    group = (await queries.groups([GroupId(thing)])).get(GroupId(thing))
    if group is None:
        return None
    deal = (await queries.deals([group.deal_id]))[group.deal_id]
    goods, picture_path = await _goods_of(deal)
    shows = landing.GroupShown(
        goods=goods,
        status=landing.GroupStatus(group.status),
        price=display(group.price_fen),
        size=group.size,
        seats_taken=group.taken,
        seats_held=group.held,
        seats_left=group.terms.seats_left,
        members=await _members(group),
        expires_at=group.expires_at,
        closes_at=group.closes_at,
        reason=landing.GroupFailure(group.reason) if group.reason else None,
        refunds=_refunds(group),
        deal_runs=rules.deal_status(deal.terms, now) is DealStatus.RUNNING,
    )
    return _Thing(shows, picture_path)


async def _members(group: Group) -> tuple[Person, ...]:
    seats = (await queries.seats_of([group.id]))[group.id]
    buyers = sorted((seat.user_id for seat in seats), key=lambda buyer: buyer != group.leader_id)
    return tuple(await _people(buyers))


def _refunds(group: Group) -> landing.Refunds | None:
    if group.status not in {GroupStatus.FAILING, GroupStatus.FAILED}:
        return None
    return landing.Refunds(group.refunds_done, group.refunds_total)


async def _deal(thing: UUID, now: datetime) -> _Thing | None:
    deal = (await queries.deals([DealId(thing)])).get(DealId(thing))
    if deal is None or deal.status in {DealStatus.DRAFT, DealStatus.TAKEN_DOWN}:
        return None
    goods, picture_path = await _goods_of(deal)
    shows = landing.DealShown(
        goods=goods,
        status=landing.DealStatus(rules.deal_status(deal.terms, now)),
        price=display(min(offer.price_fen for offer in await queries.offers_of(deal.id))),
        size=deal.size,
        starts_at=deal.starts_at,
    )
    return _Thing(shows, picture_path)


async def _product(thing: UUID, _: datetime) -> _Thing | None:
    product = (await catalog.products([ProductId(thing)])).get(ProductId(thing))
    if product is None:
        return None
    goods = await _goods(product, title=product.title, description=product.description)
    return _Thing(landing.ThingShown(goods, landing.ThingKind.PRODUCT), _cover(product))


async def _story(thing: UUID, _: datetime) -> _Thing | None:
    story = (await stories.published([StoryId(thing)])).get(StoryId(thing))
    return await _thing(Target("story", thing), description=excerpt(story.body)) if story else None


async def _live(thing: UUID, _: datetime) -> _Thing | None:
    room = await live.room(LiveRoomId(thing))
    found = await targets.read(live_target(room.id)) if room else None
    if room is None or found is None or not found.is_shareable:
        return None
    goods = landing.Goods(found.title, "", media_url(found.picture_path))
    return _Thing(landing.LiveShown(goods, landing.LiveStatus(room.status), room.starts_at), found.picture_path)


async def _thing(target: Target, *, description: str = "") -> _Thing | None:
    """What is told about under its own name, such as a post."""
    kind = _KINDS.get(target.kind)
    found = await targets.read(target)
    if kind is None or found is None or not found.is_shareable:
        return None
    goods = landing.Goods(found.title, description, media_url(found.picture_path))
    return _Thing(landing.ThingShown(goods, kind), found.picture_path)


_KINDS = {"story": landing.ThingKind.STORY, "post": landing.ThingKind.POST}

#: Who reads things of a kind; another shows its title and picture.
_READERS: dict[str, Callable[[UUID, datetime], Awaitable[_Thing | None]]] = {
    "group": _group,
    "deal": _deal,
    "product": _product,
    "live": _live,
    "story": _story,
}


async def _goods_of(deal: Deal) -> tuple[landing.Goods, str | None]:
    product = (await catalog.products([deal.product_id]))[deal.product_id]
    return await _goods(product, title=deal.title, description=deal.description), _cover(product)


async def _goods(product: Product, *, title: str, description: str) -> landing.Goods:
    skus = (await catalog.skus_of([product.id]))[product.id]
    return landing.Goods(
        title=title,
        description=description,
        picture_url=media_url(_cover(product)),
        solo_price=display(min(sku.price_fen for sku in skus)),
    )


def _cover(product: Product) -> str | None:
    return str(product.pictures[0]["path"]) if product.pictures else None


async def _people(users: list[UserId]) -> list[Person]:
    return [_person(each) for each in await accounts.people(users)]


def _person(seen: PublicPerson) -> Person:
    return Person(seen.nickname, media_url(seen.avatar_path))
