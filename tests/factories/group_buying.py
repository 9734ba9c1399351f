"""Deals and groups for tests. Buyers join by the real actions; money arrives by the real door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.accounts.models import Address, Identity, User
from app.catalog import actions as catalog
from app.catalog.actions import NewSku
from app.core import clock
from app.core.ids import AddressId, DealId, GroupCode, GroupId, OfferId, OrderId, ProductId, UserId, new_id
from app.group_buying import flows, jobs, queries
from app.group_buying.actions import dealing, opening
from app.group_buying.actions.dealing import NewDeal, NewOffer
from app.group_buying.actions.opening import Choice, HeldSeat
from app.group_buying.models import Group, Seat
from app.group_buying.states import DealStatus, SeatStatus
from app.orders import queries as order_queries
from app.orders.models import Order
from app.payments import actions as payments
from app.payments import flows as payment_flows
from app.payments import queries as payment_queries
from app.wechat.sandbox import openid_of
from tests.conftest import WeChat

WEST_LAKE: dict[str, Any] = {"province": "浙江省", "city": "杭州市", "district": "西湖区"}


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who can buy: WeChat knows her under `name`, and she has an address."""

    id: UserId
    address: AddressId
    name: str


async def a_buyer(name: str = "ann", **region: str) -> Buyer:
    now = await clock.now()
    user = await User.create(nickname=f"小{name}明", created_at=now)
    await Identity.create(user_id=user.id, openid=openid_of(name), session_key="c2Vzc2lvbi1rZXktMTIz", seen_at=now)
    address = await Address.create(
        user_id=user.id,
        recipient="安安",
        phone="13800138000",
        detail="文三路 1 号",
        created_at=now,
        **WEST_LAKE | region,
    )
    return Buyer(user.id, address.id, name)


async def buyers(count: int) -> list[Buyer]:
    return [await a_buyer(f"buyer{number}") for number in range(count)]


@dataclass(frozen=True, slots=True)
class MadeDeal:
    """A deal and what it offers."""

    id: DealId
    offers: Sequence[OfferId]
    product: ProductId


async def a_deal(
    *, prices: Sequence[int] = (1990,), quota: int = 100, product_title: str = "龙井茶", **changes: Any
) -> MadeDeal:
    now = await clock.now()
    product, skus = await catalog.create_product(
        title=product_title,
        description="明前龙井，清香回甘。",
        category="tea",
        pictures=[{"path": "demo/tea.png", "width": 800, "height": 800}],
        options=[{"name": "规格", "values": [str(n) for n in range(len(prices))]}] if len(prices) > 1 else [],
        skus=[NewSku((str(n),) if len(prices) > 1 else (), price * 2, 100) for n, price in enumerate(prices)],
    )
    terms: dict[str, Any] = {
        "product": product,
        "title": "龙井茶 三人团",
        "description": "三人成团",
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(days=30),
        "size": 3,
        "window_seconds": 86_400,
        "offers": [NewOffer(sku, price, quota) for sku, price in zip(skus, prices, strict=True)],
        "status": DealStatus.SCHEDULED,
    }
    deal, offers = await dealing.create_deal(NewDeal(**terms | changes))
    return MadeDeal(deal, offers, product)


def a_choice(buyer: Buyer, **changes: Any) -> Choice:
    return Choice(**{"offer": None, "quantity": 1, "address": buyer.address} | changes)


async def opens(buyer: Buyer, deal: MadeDeal, *, key: str = "", **changes: Any) -> HeldSeat:
    return await opening.open_group(
        buyer=buyer.id, deal=deal.id, choice=a_choice(buyer, **changes), key=key or f"open-{new_id()}"
    )


async def joins(buyer: Buyer, group: Group, *, key: str = "", **changes: Any) -> HeldSeat:
    return await opening.hold_seat(
        buyer=buyer.id, group=group.code, choice=a_choice(buyer, **changes), key=key or f"join-{new_id()}"
    )


async def money_arrives(order: OrderId, *, transaction_id: str | None = None, amount_fen: int | None = None) -> None:
    """WeChat says that the order was paid."""
    payment = await payment_queries.payment_of(order)
    assert payment is not None
    await payments.record_payment(
        payments.Arrived(
            out_trade_no=payment.out_trade_no,
            transaction_id=transaction_id or f"tx-{payment.out_trade_no}",
            amount_fen=payment.amount_fen if amount_fen is None else amount_fen,
        )
    )


async def prepaid(wechat: WeChat, buyer: Buyer, order: OrderId) -> str:
    """What the buyer's phone pays with: WeChat has been asked for the order's money."""
    await wechat.login_code(buyer.name)
    ready = await payment_flows.prepay(order)
    assert ready.parameters is not None
    return ready.parameters.package


async def pays_unheard(wechat: WeChat, buyer: Buyer, order: OrderId) -> str:
    """The buyer pays at WeChat, and its notification gets lost; the transaction id."""
    return await wechat.pay(await prepaid(wechat, buyer, order), buyer.name)


async def pays(wechat: WeChat, buyer: Buyer, order: OrderId) -> None:
    """The buyer pays at WeChat, and we ask there."""
    await pays_unheard(wechat, buyer, order)
    await payment_flows.confirm(order)


@dataclass(frozen=True, slots=True)
class Opened:
    """A group, its deal, and the buyers who have paid, the leader first."""

    id: GroupId
    code: GroupCode
    deal: MadeDeal
    members: Sequence[Buyer]
    orders: Sequence[OrderId]

    async def now(self) -> Group:
        return (await queries.groups([self.id]))[self.id]

    async def seats(self) -> list[Seat]:
        return await Seat.filter(group_id=self.id).order_by("created_at", "id")


async def a_group(
    *,
    taken: int = 1,
    deal: MadeDeal | None = None,
    prefix: str = "member",
    wechat: WeChat | None = None,
    **changes: Any,
) -> Opened:
    """A forming group in which so many have paid; at WeChat too, where one is given."""
    deal = deal or await a_deal(**changes)
    members: list[Buyer] = []
    orders: list[OrderId] = []
    held: HeldSeat | None = None
    for number in range(taken):
        member = await a_buyer(f"{prefix}{number}")
        held = await (joins(member, await group_of(held)) if held else opens(member, deal))
        await (pays(wechat, member, held.order) if wechat else money_arrives(held.order))
        members.append(member)
        orders.append(held.order)
    assert held is not None
    return Opened(held.group, (await group_of(held)).code, deal, members, orders)


async def lapses(wechat: WeChat, held: HeldSeat, *, cancelled: bool = False) -> None:
    """The hold runs out unpaid, or is cancelled, and the seat is given back."""
    seat = await seat_of(held)
    if cancelled:
        await flows.cancel(buyer=seat.user_id, order=held.order, key=f"cancel-{new_id()}")
        return
    assert seat.held_until is not None
    await wechat.move_clock((seat.held_until - await clock.now()).total_seconds() + 0.1)
    await jobs.release_holds()
    assert (await seat_of(held)).status is SeatStatus.RELEASED


async def group_of(held: HeldSeat) -> Group:
    """The group as it is now."""
    return (await queries.groups([held.group]))[held.group]


async def seat_of(held: HeldSeat) -> Seat:
    """The seat as it is now."""
    return await queries.seat_by_id(held.seat)


async def order_of(held: HeldSeat) -> Order:
    """The order as it is now."""
    return (await order_queries.orders([held.order]))[held.order]


async def quota_left(deal: MadeDeal, index: int = 0) -> int:
    """What is left of one of a deal's offers."""
    return (await queries.offers([deal.offers[index]]))[deal.offers[index]].quota_left
