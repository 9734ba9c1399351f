import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from app.accounts import actions as accounts
from app.core import clock, outbox, worker
from app.core.ids import UserId, new_id
from share import links, reactions, touches
from share.errors import ShareLinkExpired, ShareLinkNotFound, ShareLinkRevoked
from share.models import Touch, Visitor
from share.queries import Link
from tests.factories.accounts import SESSION_KEY
from tests.factories.share import a_link, a_thing, a_touch, withdraw

pytestmark = pytest.mark.usefixtures("database")

ANN, BOB, EVE = (UserId(new_id()) for _ in range(3))


async def _touches() -> list[tuple[UUID, UUID]]:
    return [(each.link_id, each.visitor_id) for each in await Touch.all().order_by("at", "id")]


async def _owner(visitor: UUID) -> UserId | None:
    return (await Visitor.get(id=visitor)).user_id


async def test_opening_a_link_makes_a_visitor_and_a_touch() -> None:
    link = await a_link(ANN)
    opened = await touches.open_link(code=link.code, entry_scene=1007, chat_group="tGroup")
    assert opened.link == link
    touch = await Touch.get()
    assert (touch.link_id, touch.visitor_id, touch.entry_scene, touch.chat_group) == (
        link.id,
        opened.visitor,
        1007,
        "tGroup",
    )
    assert await _owner(opened.visitor) is None


async def test_a_visitor_stays_who_she_is() -> None:
    first, second = await a_link(ANN), await a_link(BOB)
    visitor = await a_touch(first)
    assert await a_touch(second, visitor=visitor) == visitor
    assert await _touches() == [(first.id, visitor), (second.id, visitor)]


async def test_a_visitor_whom_we_never_met_is_replaced_by_one_of_ours() -> None:
    stranger = new_id()
    visitor = await a_touch(await a_link(ANN), visitor=stranger)
    assert visitor != stranger
    assert [each.id for each in await Visitor.all()] == [visitor]


async def test_opening_a_link_again_within_a_minute_is_one_touch() -> None:
    link = await a_link(ANN)
    visitor = await a_touch(link)
    await clock.move(59)
    await a_touch(link, visitor=visitor)
    assert await Touch.all().count() == 1
    await clock.move(2)
    await a_touch(link, visitor=visitor)
    assert await Touch.all().count() == 2


async def test_opening_a_link_five_times_at_once_is_one_touch() -> None:
    visitor = await a_touch(await a_link(BOB))
    for _ in range(5):
        link = await a_link(ANN)
        await asyncio.gather(*[a_touch(link, visitor=visitor) for _ in range(5)])
        assert await Touch.filter(link_id=link.id).count() == 1


async def test_somebody_else_in_the_same_minute_is_a_touch_of_her_own() -> None:
    link = await a_link(ANN)
    assert len({await a_touch(link), await a_touch(link)}) == 2
    assert await Touch.all().count() == 2


async def test_who_is_signed_in_is_joined_to_her_visitor() -> None:
    link = await a_link(ANN)
    visitor = await a_touch(link)
    assert await a_touch(link, visitor=visitor, user=BOB) == visitor
    assert await _owner(visitor) == BOB


async def test_who_is_signed_in_and_sends_no_visitor_is_the_one_she_was_last() -> None:
    link = await a_link(ANN)
    first = await a_touch(link, user=BOB)
    assert await _owner(first) == BOB
    assert await a_touch(link, user=BOB) == first
    assert await a_touch(link, user=BOB, visitor=new_id()) == first
    assert await Visitor.all().count() == 1
    assert await Touch.all().count() == 1


async def test_nobody_takes_over_another_persons_visitor() -> None:
    link = await a_link(ANN)
    bobs = await a_touch(link, user=BOB)
    eves = await a_touch(link, visitor=bobs, user=EVE)
    assert eves != bobs
    assert [await _owner(bobs), await _owner(eves)] == [BOB, EVE]


async def test_ones_own_link_is_opened_without_a_touch() -> None:
    link = await a_link(ANN)
    visitor = await a_touch(link, user=ANN)
    await a_touch(link, visitor=visitor)
    assert await Touch.all().count() == 0
    assert await _owner(visitor) == ANN


async def test_moments_single_page_leaves_no_trace() -> None:
    link = await a_link(ANN)
    opened = await touches.open_link(code=link.code, entry_scene=1154, user=BOB)
    assert opened.link == link
    assert [await Visitor.all().count(), await Touch.all().count()] == [0, 0]
    assert await a_touch(link, visitor=opened.visitor) != opened.visitor


async def test_a_link_whose_thing_is_gone_still_opens() -> None:
    tea = a_thing()
    link = await a_link(ANN, tea)
    withdraw(tea)
    await a_touch(link)
    assert await Touch.all().count() == 1


async def _expired() -> Link:
    link = await a_link(ANN, a_thing(expires_at=await clock.now() + timedelta(seconds=30)))
    await clock.move(31)
    return link


async def _revoked() -> Link:
    return await links.revoke(inviter=ANN, code=(await a_link(ANN)).code)


async def test_an_expired_a_revoked_and_an_unknown_link_do_not_open() -> None:
    for code, refusal in [
        ((await _expired()).code, ShareLinkExpired),
        ((await _revoked()).code, ShareLinkRevoked),
        ("S23456789AB", ShareLinkNotFound),
        ("\x00", ShareLinkNotFound),
    ]:
        with pytest.raises(refusal):
            await touches.open_link(code=code, user=BOB)
    assert [await Visitor.all().count(), await Touch.all().count()] == [0, 0]


@pytest.fixture
def _wired() -> None:
    outbox.register(reactions.REACTIONS)


async def _sign_in(openid: str, visitor: UUID | None) -> UserId:
    grant = await accounts.begin_session(openid=openid, unionid=None, session_key=SESSION_KEY, visitor=visitor)
    await worker.run_until_idle([])
    return grant.user


@pytest.mark.usefixtures("_wired")
async def test_signing_in_joins_who_she_was_before() -> None:
    visitor = await a_touch(await a_link(ANN))
    user = await _sign_in("o-bob", visitor)
    assert await _owner(visitor) == user


@pytest.mark.usefixtures("_wired")
async def test_signing_in_with_another_persons_visitor_changes_nothing() -> None:
    visitor = await a_touch(await a_link(ANN), user=BOB)
    await _sign_in("o-eve", visitor)
    await _sign_in("o-eve", new_id())
    await _sign_in("o-eve", None)
    assert await _owner(visitor) == BOB
    assert await Visitor.all().count() == 1
