"""Checkout and WeChat: transaction, WeChat, transaction. Each may be repeated with the same key.

`pay` and `cancel` answer the port `Seller` for purchases alone; `pay_order` and `cancel_order` ask whoever sold it.
"""

from app.checkout import ports, queries, rules
from app.checkout.actions import buying, paying, releasing
from app.checkout.actions.buying import SoloChoice
from app.checkout.ports import Checkout
from app.checkout.states import PurchaseStatus
from app.core import clock
from app.core.ids import OrderId, ProductId, UserId
from app.orders import queries as orders
from app.orders.errors import OrderAlreadyPaid
from app.payments import flows as payments
from app.payments import queries as payment_queries
from app.payments.flows import Fate, Prepaid


async def buy_now(*, buyer: UserId, product: ProductId, choice: SoloChoice, key: str) -> Checkout:
    """Buy alone and get ready to pay. Raises what `buying.buy_now` raises."""
    return await _checkout(await buying.buy_now(buyer=buyer, product=product, choice=choice, key=key))


async def pay_order(*, buyer: UserId, order: OrderId, key: str) -> Checkout:
    """Get ready to pay an unpaid order once more, whoever sold it; never charges twice.

    Raises OrderNotFound, OrderNotPayable.
    """
    found = await orders.order_of(buyer, order)
    return await ports.of(found.purpose).pay(buyer=buyer, order=order, key=key)


async def cancel_order(*, buyer: UserId, order: OrderId, key: str) -> None:
    """Cancel an unpaid order, whoever sold it: its payment is closed, what it held is given back.

    A repeat finds it closed and is no error. Raises OrderNotFound, OrderAlreadyPaid (also where the payment wins the
    race). Where WeChat gives no answer it is given back a little later.
    """
    found = await orders.order_of(buyer, order)
    await ports.of(found.purpose).cancel(buyer=buyer, order=order, key=key)


async def pay(*, buyer: UserId, order: OrderId, key: str) -> Checkout:
    """Get ready to pay a purchase alone once more. Raises what `paying.begin_to_pay` raises."""
    await paying.begin_to_pay(buyer=buyer, order=order, key=key)
    return await _checkout(order)


async def cancel(*, buyer: UserId, order: OrderId, key: str) -> None:
    """Close the payment of a purchase alone and give its pieces back; raises as `cancel_order` does."""
    begun = await releasing.begin_to_cancel(buyer=buyer, order=order, key=key)
    if begun and await release(order) is Fate.PAID:
        raise OrderAlreadyPaid


async def _checkout(order: OrderId) -> Checkout:
    # A repeat of the key may come when it is paid, or given up and its payment about to be closed.
    waits = (await queries.purchase_of(order)).status is PurchaseStatus.HELD
    return Checkout(order, None, await payments.prepay(order) if waits else Prepaid())


async def release(order: OrderId) -> Fate:
    """Query and close the payment of a purchase that is being released, then give its pieces back.

    PAID: the payment won. UNKNOWN: WeChat gave no answer, and will be asked again; after a minute the pieces are given
    back all the same, and money that then arrives goes back by itself.
    """
    found = await queries.purchase_of(order)
    if found.status is not PurchaseStatus.RELEASING or found.releasing_since is None:
        return Fate.PAID if found.status is PurchaseStatus.BOUGHT else Fate.CLOSED
    payment = await payment_queries.payment_of(order)
    fate = Fate.CLOSED if payment is None else await payments.stop(payment)
    patience_over = await clock.now() >= found.releasing_since + rules.RELEASE_PATIENCE
    if fate is Fate.CLOSED or (fate is Fate.UNKNOWN and patience_over):
        await releasing.free(order)
    return fate
