"""What we do on hearing of orders."""

from app.core.outbox import Fact, Reaction
from app.membership.actions.counting import count_purchase, take_back
from app.orders.facts import OrderRefunded, OrderSettled


async def count_settled(fact: OrderSettled) -> None:
    """Let a settled purchase count."""
    await count_purchase(order=fact.order, buyer=fact.buyer, amount_fen=fact.amount_fen)


async def take_back_refunded(fact: OrderRefunded) -> None:
    """Take back what a refund undoes."""
    await take_back(order=fact.order, buyer=fact.buyer, refunded_fen=fact.refunded_fen, paid_fen=fact.paid_fen)


REACTIONS: dict[type[Fact], list[Reaction]] = {
    OrderSettled: [count_settled],
    OrderRefunded: [take_back_refunded],
}
