"""What sharing does on hearing a fact."""

from app.checkout.facts import SoloPaid
from app.core.outbox import Fact, Reaction
from app.group_buying import queries as group_buying
from app.group_buying.facts import GroupCompleted, SeatTaken
from app.orders.facts import OrderRefunded, OrderSettled
from share import rewards
from share.attribution import attribute


async def attribute_seat(fact: SeatTaken) -> None:
    """Say who brought the order of a seat that is paid."""
    await attribute([(await group_buying.seat_by_id(fact.seat)).order_id])


async def attribute_purchase(fact: SoloPaid) -> None:
    """Say who brought an order that was bought alone: it counts in figures, and earns nobody anything."""
    await attribute([fact.order])


async def reward_completed(fact: GroupCompleted) -> None:
    """Reward who brought the orders of a complete group."""
    await rewards.note_completed(fact.orders)


async def release_reward(fact: OrderSettled) -> None:
    """Let a reward be used once nothing of its order goes back any more."""
    await rewards.note_settled(fact.order)


async def reverse_reward(fact: OrderRefunded) -> None:
    """Take a reward back in proportion to the money that goes back."""
    await rewards.note_refunded(fact.order, refunded_fen=fact.refunded_fen)


REACTIONS: dict[type[Fact], list[Reaction]] = {
    SeatTaken: [attribute_seat],
    SoloPaid: [attribute_purchase],
    GroupCompleted: [reward_completed],
    OrderSettled: [release_reward],
    OrderRefunded: [reverse_reward],
}
