"""What is kept for how long: what is older goes, what is younger or still needed stays, and README.md says so."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.accounts import jobs as accounts
from app.accounts import rules as accounts_rules
from app.accounts.models import Session
from app.checkout import jobs as checkout
from app.core import clock, idempotency, outbox
from app.core.ids import LiveRoomId, ShareLinkId, UserId, new_id
from app.core.models import Delivery, FactRow
from app.live import jobs as live
from app.live import rules as live_rules
from app.live.models import Danmaku, LiveEvent, LiveRoom, Speaker
from app.live.states import LiveEventKind, LiveStatus
from app.notifications import jobs as notifications
from app.notifications import rules as notifications_rules
from app.notifications.models import ConsentReport
from app.orders import jobs as orders
from app.orders import rules as orders_rules
from app.orders.models import Order
from app.wiring import JOBS
from share import jobs as share
from share import links
from share import rules as share_rules
from share.models import ShareForm, ShareLink, Touch, UrlLink, Visitor
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.checkout import a_product, buys, hold_runs_out
from tests.factories.group_buying import a_buyer
from tests.factories.orders import a_bought, receives, settles, ships

pytestmark = pytest.mark.usefixtures("database")

_README = Path(__file__).parents[2] / "app" / "README.md"
_A_DAY = timedelta(days=1)

KEPT = {
    "outbox.FACTS_KEPT": outbox.FACTS_KEPT,
    "idempotency.KEPT": idempotency.KEPT,
    "accounts.rules.SESSIONS_KEPT": accounts_rules.SESSIONS_KEPT,
    "orders.rules.ADDRESSES_KEPT": orders_rules.ADDRESSES_KEPT,
    "share.rules.TOUCHES_KEPT": share_rules.TOUCHES_KEPT,
    "share.rules.URL_LINK_LIVES": share_rules.URL_LINK_LIVES,
    "notifications.rules.REPORTS_KEPT": notifications_rules.REPORTS_KEPT,
    "live.rules.EVENTS_KEPT": live_rules.EVENTS_KEPT,
    "live.rules.DANMAKU_KEPT": live_rules.DANMAKU_KEPT,
}


def test_the_readme_says_how_long_each_is_kept() -> None:
    rows = [line for line in _README.read_text().splitlines() if line.startswith("|")]
    for constant, kept in KEPT.items():
        (row,) = [each for each in rows if f"`{constant}`" in each]
        assert f"{kept.days} days" in row, constant


def test_whatever_is_forgotten_is_forgotten_by_a_job() -> None:
    jobs = [outbox.forget_old, idempotency.forget_old, accounts.forget_sessions, share.forget_touches]
    jobs += [share.forget_url_links]
    jobs += [notifications.forget_reports, live.forget, orders.forget_addresses]
    assert set(jobs) <= {each.run for each in JOBS}


async def _before_and_after(kept: timedelta) -> tuple[datetime, datetime]:
    """A moment that is longer ago than is kept, and one that is not."""
    now = await clock.now()
    return now - kept - _A_DAY, now - kept + _A_DAY


async def test_facts_go_when_they_are_old_and_everybody_has_heard() -> None:
    old, young = await _before_and_after(outbox.FACTS_KEPT)
    made = [await FactRow.create(name="Toy", version=1, payload="{}", recorded_at=at) for at in (old, old, young)]
    _, unheard, _ = made
    await Delivery.create(fact_id=unheard.id, reaction="toy.hear", available_at=old)
    assert await outbox.forget_old() == 1
    assert set(await FactRow.all().values_list("id", flat=True)) == {each.id for each in made[1:]}
    assert await outbox.forget_old() == 0


async def test_sessions_go_when_they_are_long_over() -> None:
    user = (await a_user()).id
    old, young = await _before_and_after(accounts_rules.SESSIONS_KEPT)
    now = await clock.now()
    begun = now - timedelta(days=200)
    open_one = await Session.create(user_id=user, created_at=begun, rotated_at=old)
    just_ended = await Session.create(user_id=user, created_at=begun, rotated_at=begun, ended_at=young)
    # Not refreshed for so long that nobody can: but it has ended by a decision that is still kept.
    await Session.filter(id=just_ended.id).update(rotated_at=old)
    await Session.create(user_id=user, created_at=begun, rotated_at=old, ended_at=old)
    await Session.create(user_id=user, created_at=begun, rotated_at=begun)
    assert await accounts.forget_sessions() == 2
    assert set(await Session.all().values_list("id", flat=True)) == {open_one.id, just_ended.id}


async def test_touches_and_strangers_go_and_whoever_signed_in_stays() -> None:
    inviter = (await a_user()).id
    old, young = await _before_and_after(share_rules.TOUCHES_KEPT)
    link = await ShareLink.create(
        code="S2345678923", inviter_id=inviter, target_kind="deal", target_id=new_id(), form=ShareForm.LINK,
        created_at=old,
    )  # fmt: skip
    stranger, returned, known = [await Visitor.create(user_id=user, created_at=old) for user in (None, None, inviter)]
    for visitor, at in ((stranger, old), (returned, old), (returned, young), (known, old)):
        await Touch.create(link_id=link.id, visitor_id=visitor.id, at=at)
    assert await share.forget_touches() == 4
    assert (await Touch.get()).visitor_id == returned.id
    assert set(await Visitor.all().values_list("id", flat=True)) == {returned.id, known.id}
    assert await ShareLink.all().count() == 1


async def test_url_links_go_when_they_open_nothing_any_more() -> None:
    now = await clock.now()
    for ends_in in (timedelta(hours=-1), timedelta(hours=1), timedelta(days=9)):
        link = ShareLinkId(new_id())
        await links.take_turn_at_url_link(link)
        await links.keep_url_link(link, address="https://wxaurl.cn/x", expires_at=now + ends_in)
    await UrlLink.create(link_id=new_id(), due_at=now - 2 * _A_DAY)
    turn = ShareLinkId(new_id())
    await links.take_turn_at_url_link(turn)
    assert await share.forget_url_links() == 2
    assert await UrlLink.filter(expires_at__gt=now).count() == 2
    assert await UrlLink.filter(link_id=turn).exists()
    assert await share.forget_url_links() == 0


async def test_reports_of_consent_go_when_no_phone_repeats_them() -> None:
    user = (await a_user()).id
    for number, at in enumerate(await _before_and_after(notifications_rules.REPORTS_KEPT)):
        await ConsentReport.create(user_id=user, client_id=str(number), created_at=at)
    assert await notifications.forget_reports() == 1
    assert (await ConsentReport.get()).client_id == "1"


async def _a_room(host: UserId, ended_at: datetime | None) -> LiveRoomId:
    now = await clock.now()
    room = await LiveRoom.create(
        host_id=host, title="茶", status=LiveStatus.ENDED if ended_at else LiveStatus.LIVE, starts_at=now,
        started_at=now, ended_at=ended_at, product_ids=[], head=2, created_at=now,
    )  # fmt: skip
    for seq in (1, 2):
        await LiveEvent.create(room_id=room.id, seq=seq, kind=LiveEventKind.LIKES, payload={}, created_at=now)
    await Danmaku.create(
        room_id=room.id, user_id=host, client_id="1", text="好", nickname="安", offset_ms=0, shown_in=1, created_at=now
    )
    await Speaker.create(room_id=room.id, user_id=host)
    return room.id


async def test_of_a_room_that_ended_long_ago_its_last_event_is_left() -> None:
    host = (await a_user()).id
    old, young = await _before_and_after(live_rules.EVENTS_KEPT)
    older, _ = await _before_and_after(live_rules.DANMAKU_KEPT)
    live_one, young_one, old_one, oldest = [await _a_room(host, at) for at in (None, young, old, older)]
    assert await live.forget() == 5
    for model, rooms in (
        (LiveEvent, [live_one, live_one, young_one, young_one, old_one, oldest]),
        (Speaker, [live_one, young_one]),
        (Danmaku, [live_one, young_one, old_one]),
    ):
        assert sorted(await model.all().values_list("room_id", flat=True)) == sorted(rooms), model
    assert (await LiveEvent.get(room_id=old_one)).seq == 2


async def test_of_an_order_that_ended_three_years_ago_the_address_goes_and_the_rest_stays(wechat: WeChat) -> None:
    settled, waiting = await a_bought(), await a_bought(prefix="other")
    await ships(settled)
    await receives(settled)
    await settles(settled)
    await clock.move(orders_rules.ADDRESSES_KEPT.total_seconds() - _A_DAY.total_seconds())
    closed = await buys(await a_buyer(), await a_product())
    await hold_runs_out(wechat, closed)
    await checkout.release_holds()
    assert await orders.forget_addresses() == 0
    await clock.move(2 * _A_DAY.total_seconds())
    kept = {each.id: each for each in await Order.all()}
    assert await orders.forget_addresses() == 1
    assert await orders.forget_addresses() == 0
    for each in await Order.all():
        expected = None if each.id == settled.id else kept[each.id].address
        assert each.address == expected
        assert (each.status, each.version) == (kept[each.id].status, kept[each.id].version)
    # What waits to be shipped needs its address, however long it waits.
    assert (await waiting.now()).address is not None
