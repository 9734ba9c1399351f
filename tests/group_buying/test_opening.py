"""Opening a group and holding a seat: who may, what it costs, what it claims."""

from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from app.accounts.models import Address, Identity, Role, User, UserRole
from app.core import clock
from app.core.errors import IdempotencyKeyReused
from app.core.ids import DealId, new_id
from app.core.models import IdempotencyKey
from app.group_buying import errors, queries, rules
from app.group_buying.actions import offering, refunding
from app.group_buying.actions.dealing import NewOffer
from app.group_buying.models import Deal, Group, Offer, Seat
from app.group_buying.states import Audience, DealMove, DealStatus, GroupStatus, SeatStatus
from app.orders import queries as orders
from app.orders.errors import NoDelivery, QuantityInvalid
from app.orders.states import OrderStatus
from app.payments import flows as payments
from app.payments.models import Payment, PaymentStatus
from tests.conftest import WeChat
from tests.factories.group_buying import (
    a_buyer,
    a_deal,
    a_group,
    group_of,
    joins,
    lapses,
    money_arrives,
    opens,
    order_of,
    quota_left,
    seat_of,
)
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("wechat")


async def test_opening_holds_the_leaders_seat_in_a_group_that_is_pending_until_she_pays() -> None:
    deal = await a_deal(prices=(1990,), quota=100)
    leader = await a_buyer()
    held = await opens(leader, deal, quantity=2)
    group, seat, order = await group_of(held), await seat_of(held), await order_of(held)
    assert (group.status, group.leader_id, group.taken, group.held) == (GroupStatus.PENDING, leader.id, 0, 1)
    assert (group.expires_at, group.closes_at) == (None, None)
    assert (seat.status, seat.held_until) == (SeatStatus.HELD, group.created_at + rules.HOLD)
    assert (order.status, order.amount_fen, order.pay_by) == (OrderStatus.UNPAID, 3980, seat.held_until)
    assert await quota_left(deal) == 98
    assert await queries.joinable_groups(deal.id, limit=10) == []


async def test_the_payment_ends_with_the_hold_and_asks_the_buyer_for_the_shops_price() -> None:
    held = await opens(await a_buyer(), await a_deal(prices=(1990,)), expected_fen=5000)
    payment = await Payment.get(order_id=held.order)
    seat = await seat_of(held)
    assert (payment.status, payment.amount_fen, payment.user_id) == (PaymentStatus.OPEN, 1990, seat.user_id)
    assert payment.expires_at == seat.held_until


async def test_an_order_keeps_what_it_was_called_and_where_it_goes() -> None:
    deal = await a_deal(prices=(1990, 2990))
    buyer = await a_buyer()
    held = await opens(buyer, deal, offer=deal.offers[1])
    await Address.filter(id=buyer.address).update(detail="搬走了")
    (line,) = (await orders.lines_of([held.order]))[held.order]
    assert (line.title, line.quantity, line.unit_price_fen) == ("龙井茶 1", 1, 2990)
    assert line.picture_path == "demo/tea.png"
    address = (await order_of(held)).address
    assert address is not None
    assert (address["recipient"], address["city"], address["detail"]) == ("安安", "杭州市", "文三路 1 号")


async def test_a_group_that_is_pending_cannot_be_joined() -> None:
    held, ben = await opens(await a_buyer(), await a_deal()), await a_buyer("ben")
    before = await everything()
    with pytest.raises(errors.GroupNotOpen):
        await joins(ben, await group_of(held))
    assert await everything() == before


async def test_a_hold_counts_and_the_last_one_is_shorter() -> None:
    group = await a_group(size=3)
    first, last = [await joins(await a_buyer(name), await group.now()) for name in ("ben", "cat")]
    assert (await group.now()).terms.seats_left == 0
    for held, length in ((first, rules.HOLD), (last, rules.LAST_SEAT_HOLD)):
        seat = await seat_of(held)
        assert seat.held_until is not None
        assert abs(seat.held_until - seat.created_at - length) < timedelta(seconds=1)
    with pytest.raises(errors.GroupFull) as refused:
        await joins(await a_buyer("dan"), await group.now())
    assert refused.value.group == group.id


@pytest.mark.parametrize("expected_fen", [None, 3980, 3981, 10**9])
async def test_who_expects_this_price_or_a_higher_one_buys_at_this_price(expected_fen: int | None) -> None:
    held = await opens(await a_buyer(), await a_deal(prices=(1990,)), quantity=2, expected_fen=expected_fen)
    assert (await order_of(held)).amount_fen == 3980


async def test_who_expects_a_lower_price_is_told_the_new_one() -> None:
    with pytest.raises(errors.AmountChanged) as refused:
        await opens(await a_buyer(), await a_deal(prices=(1990,)), quantity=2, expected_fen=3979)
    assert refused.value.amount_fen == 3980


async def test_a_group_keeps_the_prices_and_the_choice_it_opened_with() -> None:
    deal = await a_deal(prices=(1990,))
    group = await a_group(deal=deal)
    await Offer.filter(id=deal.offers[0]).update(price_fen=2990)
    other = await a_deal()
    added = (await Offer.get(id=other.offers[0])).sku_id
    later = await Offer.create(deal_id=deal.id, sku_id=added, price_fen=990, quota=9, quota_left=9, position=1)
    held = await joins(await a_buyer("ben"), await group.now())
    assert (await order_of(held)).amount_fen == 1990
    assert (await seat_of(held)).offer_id == deal.offers[0]
    with pytest.raises(errors.SkuNotInDeal):
        await joins(await a_buyer("cat"), await group.now(), offer=later.id)
    newer = await opens(await a_buyer("dan"), deal, offer=deal.offers[0])
    assert (await order_of(newer)).amount_fen == 2990
    assert (await group_of(newer)).price_fen == 990


async def test_a_window_and_a_size_that_are_edited_touch_new_groups_only() -> None:
    deal = await a_deal(size=3, window_seconds=3600)
    held = await opens(await a_buyer(), deal)
    await Deal.filter(id=deal.id).update(size=5, window_seconds=60)
    await money_arrives(held.order)
    group = await group_of(held)
    assert group.expires_at is not None
    assert group.size == 3
    assert group.expires_at - await clock.now() > timedelta(minutes=59)


@pytest.mark.parametrize("quantity", [0, -1, rules.MOST_PIECES + 1])
async def test_a_number_of_pieces_that_nobody_sells_is_refused(quantity: int) -> None:
    with pytest.raises(QuantityInvalid):
        await opens(await a_buyer(), await a_deal(quota=10**6), quantity=quantity)


async def test_the_quota_of_a_kind_is_never_oversold() -> None:
    deal = await a_deal(prices=(1990, 2990), quota=3)
    await opens(await a_buyer("ann"), deal, offer=deal.offers[0], quantity=2)
    ben = await a_buyer("ben")
    before = await everything()
    with pytest.raises(errors.SoldOut):
        await opens(ben, deal, offer=deal.offers[0], quantity=2)
    assert await everything() == before
    await opens(await a_buyer("cat"), deal, offer=deal.offers[1], quantity=3)
    assert [await quota_left(deal, 0), await quota_left(deal, 1)] == [1, 0]


@pytest.mark.parametrize("left_out", ["浙江省", "杭州市", "西湖区"])
async def test_where_a_deal_does_not_deliver_nobody_buys_it(left_out: str) -> None:
    deal = await a_deal(no_delivery=[left_out])
    with pytest.raises(NoDelivery):
        await opens(await a_buyer(), deal)
    await opens(await a_buyer("ben", province="上海市", city="上海市", district="静安区"), deal)


async def test_two_holds_are_allowed_and_a_third_waits_for_the_first_to_end() -> None:
    buyer = await a_buyer("dan")
    held = [await opens(buyer, await a_deal()) for _ in range(2)]
    first = await seat_of(held[0])
    with pytest.raises(errors.HoldLimit) as refused:
        await opens(buyer, await a_deal())
    assert refused.value.until == first.held_until
    await money_arrives(held[0].order)
    await opens(buyer, await a_deal())


async def test_three_holds_that_lapsed_pause_the_buyer_for_half_an_hour(wechat: WeChat) -> None:
    buyer = await a_buyer("dan")
    group = await a_group(size=5)
    for _ in range(rules.GIVEN_UP):
        await lapses(wechat, await joins(buyer, await group.now()))
    with pytest.raises(errors.HoldLimit) as refused:
        await joins(buyer, await group.now())
    left = refused.value.until - await clock.now()
    assert timedelta(minutes=29) < left <= rules.PAUSE
    await wechat.move_clock(left.total_seconds() + 0.1)
    await joins(buyer, await group.now())


async def test_who_holds_and_cancels_again_and_again_is_paused_as_for_holds_that_lapsed(wechat: WeChat) -> None:
    buyer = await a_buyer("dan")
    group = await a_group(size=5)
    for _ in range(rules.GIVEN_UP):
        await lapses(wechat, await joins(buyer, await group.now()), cancelled=True)
    before = await everything()
    with pytest.raises(errors.HoldLimit) as refused:
        await joins(buyer, await group.now())
    assert timedelta(minutes=29) < refused.value.until - await clock.now() <= rules.PAUSE
    assert await everything() == before


async def test_who_thinks_better_of_it_once_or_twice_a_day_is_not_paused(wechat: WeChat) -> None:
    buyer = await a_buyer("dan")
    group = await a_group(size=5)
    for _ in range(rules.GIVEN_UP - 1):
        await lapses(wechat, await joins(buyer, await group.now()), cancelled=True)
    await joins(buyer, await group.now())


async def test_each_further_hold_given_up_within_the_day_pauses_twice_as_long(wechat: WeChat) -> None:
    buyer = await a_buyer("dan")
    group = await a_group(size=5, window_seconds=10 * 86_400)
    for _ in range(rules.GIVEN_UP):
        await lapses(wechat, await joins(buyer, await group.now()), cancelled=True)
    await wechat.move_clock(rules.PAUSE.total_seconds() + 1)
    await lapses(wechat, await joins(buyer, await group.now()), cancelled=True)
    with pytest.raises(errors.HoldLimit) as refused:
        await joins(buyer, await group.now())
    assert timedelta(minutes=59) < refused.value.until - await clock.now() <= 2 * rules.PAUSE


async def test_holds_that_wechat_gave_no_means_to_pay_for_pause_nobody(wechat: WeChat) -> None:
    buyer = await a_buyer("dan")
    group = await a_group(size=5)
    for _ in range(rules.GIVEN_UP):
        held = await joins(buyer, await group.now())
        await wechat.faults(errors={"/v3/pay": "SYSTEM_ERROR"})
        assert (await payments.prepay(held.order)).parameters is None
        await wechat.faults()
        await lapses(wechat, held)
    await joins(buyer, await group.now())


async def test_lapses_are_forgotten_after_a_day(wechat: WeChat) -> None:
    buyer = await a_buyer("dan")
    group = await a_group(size=5, window_seconds=10 * 86_400)
    for _ in range(rules.GIVEN_UP - 1):
        await lapses(wechat, await joins(buyer, await group.now()))
    await wechat.move_clock(86_401)
    await lapses(wechat, await joins(buyer, await group.now()))
    await joins(buyer, await group.now())


async def test_the_database_itself_refuses_a_seat_too_many_and_a_second_live_seat() -> None:
    group = await a_group(size=3, taken=2)
    first, second = await group.seats()
    for held in (2, -1):
        with pytest.raises(IntegrityError):
            await Group.filter(id=group.id).update(held=held)
    with pytest.raises(IntegrityError):
        await Seat.filter(id=second.id).update(user_id=first.user_id)
    now = await group.now()
    assert (now.taken, now.held, (await group.seats())[1].user_id) == (2, 0, second.user_id)


async def test_one_seat_per_group_and_one_group_led_per_deal() -> None:
    group = await a_group(size=5, taken=2)
    leader, member = group.members
    for buyer, order in zip(group.members, group.orders, strict=True):
        with pytest.raises(errors.AlreadyInGroup) as seated:
            await joins(buyer, await group.now())
        assert seated.value.order == order
    with pytest.raises(errors.AlreadyLeading) as leading:
        await opens(leader, group.deal)
    assert leading.value.group == group.id
    own = await opens(member, group.deal)
    with pytest.raises(errors.AlreadyLeading):
        await opens(member, group.deal)
    assert (await group_of(own)).leader_id == member.id


async def test_who_led_a_group_that_has_ended_may_open_another() -> None:
    group = await a_group(size=2, taken=2)
    assert (await group.now()).status is GroupStatus.COMPLETED
    await opens(group.members[0], group.deal)


async def test_what_a_buyer_may_have_of_a_deal_counts_unpaid_pieces_too(wechat: WeChat) -> None:
    deal = await a_deal(limit_per_user=3, size=5)
    buyer = await a_buyer("dan")
    group = await a_group(deal=deal)
    own = await opens(buyer, deal, quantity=2)
    with pytest.raises(errors.LimitReached) as refused:
        await joins(buyer, await group.now(), quantity=2)
    assert (refused.value.limit, refused.value.bought) == (3, 2)
    await lapses(wechat, own)
    await joins(buyer, await group.now(), quantity=3)


@pytest.mark.parametrize("bond", ["unionid", "phone"])
async def test_a_newcomer_has_bought_nothing_under_the_same_unionid_or_phone(bond: str) -> None:
    old = await a_group(size=3)
    deal = await a_deal(open_audience=Audience.NEWCOMERS, join_audience=Audience.NEWCOMERS)
    same, stranger = await a_buyer("other-account"), await a_buyer("stranger")
    members = [old.members[0].id, same.id]
    if bond == "unionid":
        await Identity.filter(user_id__in=members).update(unionid="u-1")
    else:
        await User.filter(id__in=members).update(phone="13812345678")
    for buyer in (old.members[0], same):
        with pytest.raises(errors.NotEligible) as refused:
            await opens(buyer, deal)
        assert refused.value.reason is errors.Ineligible.NEWCOMERS_ONLY
    group = await group_of(await opens(stranger, deal))
    await money_arrives((await Seat.get(group_id=group.id)).order_id)
    with pytest.raises(errors.NotEligible):
        await joins(same, group)


async def test_who_was_wholly_refunded_is_a_newcomer_again() -> None:
    old = await a_group(size=3, taken=2)
    ben = old.members[1]
    deal = await a_deal(open_audience=Audience.NEWCOMERS)
    with pytest.raises(errors.NotEligible):
        await opens(ben, deal)
    await refunding.leave(member=ben.id, group=old.code, key="leave")
    assert (await seat_of(await opens(ben, deal))).status is SeatStatus.HELD


async def test_staff_neither_opens_nor_joins() -> None:
    group = await a_group(size=5)
    clerk = await a_buyer("clerk")
    await UserRole.create(user_id=clerk.id, role=Role.SUPPORT)
    before = await everything()
    for attempt in (opens(clerk, group.deal), joins(clerk, await group.now())):
        with pytest.raises(errors.NotEligible) as refused:
            await attempt
        assert refused.value.reason is errors.Ineligible.STAFF_OF_THE_MERCHANT
    assert await everything() == before


@pytest.mark.parametrize("window_seconds", [86_400, 240])
async def test_near_its_deadline_a_group_takes_no_more_holds(wechat: WeChat, window_seconds: int) -> None:
    group = await a_group(size=5, window_seconds=window_seconds)
    now = await group.now()
    assert now.closes_at is not None
    left = (now.closes_at - await clock.now()).total_seconds()
    await wechat.move_clock(left - 2)
    await joins(await a_buyer("ben"), now)
    await wechat.move_clock(3)
    with pytest.raises(errors.GroupClosing):
        await joins(await a_buyer("cat"), now)
    assert await queries.joinable_groups(group.deal.id, limit=10) == []


@pytest.mark.parametrize("move", [DealMove.PAUSE, DealMove.END])
async def test_a_deal_that_ended_or_paused_opens_no_groups_and_lets_forming_ones_be_joined(move: DealMove) -> None:
    group = await a_group(size=2)
    await offering.move_deal(by=None, deal=group.deal.id, move=move)
    ben = await a_buyer("ben")
    before = await everything()
    with pytest.raises(errors.DealNotRunning):
        await opens(ben, group.deal)
    assert await everything() == before
    await money_arrives((await joins(ben, await group.now())).order)
    assert (await group.now()).status is GroupStatus.COMPLETED


async def test_the_same_key_gives_the_same_group_and_the_same_seat() -> None:
    deal, leader, friend = await a_deal(), await a_buyer("ann"), await a_buyer("ben")
    opened = await opens(leader, deal, key="k")
    assert await opens(leader, deal, key="k") == opened
    await money_arrives(opened.order)
    assert await opens(leader, deal, key="k") == opened
    joined = await joins(friend, await group_of(opened), key="k")
    assert await joins(friend, await group_of(opened), key="k") == joined
    assert (await Group.all().count(), await Seat.all().count()) == (1, 2)


@pytest.mark.parametrize("change", [{"quantity": 2}, {"expected_fen": 1990}, {"share_code": "S23456789AB"}])
async def test_the_same_key_with_other_input_is_refused(change: dict[str, Any]) -> None:
    deal, leader, friend = await a_deal(), await a_buyer("ann"), await a_buyer("ben")
    opened = await opens(leader, deal, key="k")
    await money_arrives(opened.order)
    group = await group_of(opened)
    await joins(friend, group, key="k")
    before = await everything()
    for again in (opens(leader, deal, key="k", **change), joins(friend, group, key="k", **change)):
        with pytest.raises(IdempotencyKeyReused):
            await again
    with pytest.raises(IdempotencyKeyReused):
        await opens(leader, await a_deal(), key="k")
    assert (await everything())["seats"] == before["seats"]


async def test_a_key_belongs_to_one_buyer_and_one_mutation() -> None:
    deal, leader, friend = await a_deal(size=5), await a_buyer("ann"), await a_buyer("ben")
    opened = await opens(leader, deal, key="k")
    await money_arrives(opened.order)
    joined = await joins(friend, await group_of(opened), key="k")
    own = await opens(friend, deal, key="k")
    assert len({opened.seat, joined.seat, own.seat}) == 3


async def test_a_refusal_is_not_stored_under_its_key() -> None:
    deal, leader = await a_deal(quota=1), await a_buyer("ann")
    before = await everything()
    with pytest.raises(errors.SoldOut):
        await opens(leader, deal, key="k", quantity=2)
    assert await everything() == before
    await Offer.filter(deal_id=deal.id).update(quota=2, quota_left=2)
    held = await opens(leader, deal, key="k", quantity=2)
    assert await IdempotencyKey.all().count() == 1
    assert (await order_of(held)).amount_fen == 3980


async def test_a_deal_that_is_a_draft_or_unknown_is_not_found() -> None:
    deal = await a_deal(status=DealStatus.DRAFT)
    with pytest.raises(errors.DealNotFound):
        await opens(await a_buyer(), deal)
    with pytest.raises(errors.DealNotFound):
        await queries.deal(DealId(new_id()))


async def test_a_deal_of_another_product_lends_no_kind() -> None:
    deal, other = await a_deal(prices=(1, 2)), await a_deal()
    with pytest.raises(errors.SkuNotInDeal):
        await opens(await a_buyer(), deal, offer=other.offers[0])
    with pytest.raises(errors.SkuRequired):
        await opens(await a_buyer("ben"), deal)


async def test_a_kind_is_on_offer_once_in_a_deal() -> None:
    deal = await a_deal()
    sku = (await Offer.get(id=deal.offers[0])).sku_id
    with pytest.raises(Exception, match=r"(?i)unique"):
        await a_deal(offers=[NewOffer(sku, 1, 1), NewOffer(sku, 2, 1)])
