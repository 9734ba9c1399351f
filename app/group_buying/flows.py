"""Group buying and WeChat: transaction, WeChat, transaction. Each may be repeated with the same key.

`pay` and `cancel` answer checkout's port `Seller` for seats.
"""

from app.checkout.ports import Checkout as Checkout
from app.core import clock
from app.core.ids import DealId, GroupCode, GroupId, OrderId, SeatId, UserId
from app.group_buying import queries, rules
from app.group_buying.actions import leaving, opening, paying, refunding
from app.group_buying.actions.opening import Choice
from app.group_buying.states import SeatStatus
from app.orders.errors import OrderAlreadyPaid
from app.payments import flows as payments
from app.payments import queries as payment_queries
from app.payments.flows import Fate, Prepaid


async def open_group(*, buyer: UserId, deal: DealId, choice: Choice, key: str) -> Checkout:
    """Open a group and get ready to pay. Raises what `opening.open_group` raises."""
    held = await opening.open_group(buyer=buyer, deal=deal, choice=choice, key=key)
    return await _checkout(held.order, held.group)


async def join(*, buyer: UserId, group: GroupCode, choice: Choice, key: str) -> Checkout:
    """Hold a seat and get ready to pay. Raises what `opening.hold_seat` raises."""
    held = await opening.hold_seat(buyer=buyer, group=group, choice=choice, key=key)
    return await _checkout(held.order, held.group)


async def pay(*, buyer: UserId, order: OrderId, key: str) -> Checkout:
    """Get ready to pay an unpaid order once more; never charges twice. Raises what `paying.begin_to_pay` raises."""
    return await _checkout(order, await paying.begin_to_pay(buyer=buyer, order=order, key=key))


async def _checkout(order: OrderId, group: GroupId) -> Checkout:
    # A repeat of the key may come when the seat is paid, or given up and its payment about to be closed.
    seat = await queries.seat_of_order(order)
    waits = seat.status is SeatStatus.HELD
    return Checkout(order, group, await payments.prepay(order) if waits else Prepaid())


async def cancel(*, buyer: UserId, order: OrderId, key: str) -> None:
    """Close an unpaid order's payment and give its seat back. A repeat finds it closed and is no error.

    Raises OrderNotFound, OrderAlreadyPaid (also where the payment wins the race). Where WeChat gives no answer
    the seat is given back a little later.
    """
    seat = await leaving.begin_to_cancel(buyer=buyer, order=order, key=key)
    if seat is not None and await release(seat) is Fate.PAID:
        raise OrderAlreadyPaid


async def leave(*, member: UserId, group: GroupCode, key: str) -> OrderId:
    """Leave a group: a paid seat is refunded, an unpaid one cancelled as `cancel` does. Gives the order.

    Raises what `refunding.leave` raises, and OrderAlreadyPaid where the payment wins the race.
    """
    left = await refunding.leave(member=member, group=group, key=key)
    if left.unpaid is not None and await release(left.unpaid) is Fate.PAID:
        raise OrderAlreadyPaid
    return left.order


async def release(seat: SeatId) -> Fate:
    """Query and close the payment of a seat that is being released, then give the seat back.

    PAID: the payment won, and the seat is taken. UNKNOWN: WeChat gave no answer, and will be asked again; after
    a minute the seat is given back all the same, and money that then arrives is late money.
    """
    found = await queries.seat_by_id(seat)
    if found.status is not SeatStatus.RELEASING or found.releasing_since is None:
        return Fate.PAID if found.status is SeatStatus.TAKEN else Fate.CLOSED
    payment = await payment_queries.payment_of(found.order_id)
    fate = Fate.CLOSED if payment is None else await payments.stop(payment)
    patience_over = await clock.now() >= found.releasing_since + rules.RELEASE_PATIENCE
    if fate is Fate.CLOSED or (fate is Fate.UNKNOWN and patience_over):
        await leaving.free_seat(seat)
        return Fate.CLOSED
    if fate in {Fate.UNKNOWN, Fate.OPEN}:
        await leaving.try_again(seat)
    return fate
