"""What links lead to, and why rewards are what they are; read once for all fields that ask."""

from app.core.ids import OrderId, RewardId
from app.core.targets import Target
from share import targets
from share.models import Attribution, RewardEvent
from share.queries import figures
from share.targets import SharedThing


async def load_things(wanted: list[Target]) -> list[SharedThing | None]:
    """These things as they are now; None for what is no longer there."""
    return [await targets.read(each) for each in wanted]


async def load_attributions(orders: list[OrderId]) -> list[Attribution]:
    """The attributions of these orders, which are known to have one."""
    found = {each.order_id: each for each in await figures.attributions(orders)}
    return [found[each] for each in orders]


async def load_histories(rewards: list[RewardId]) -> list[list[RewardEvent]]:
    """What happened to these rewards, the oldest first."""
    found: dict[RewardId, list[RewardEvent]] = {each: [] for each in rewards}
    for event in await figures.history(rewards):
        found[event.reward_id].append(event)
    return [found[each] for each in rewards]


async def load_competing(orders: list[OrderId]) -> list[list[figures.Competing]]:
    """The touches that competed for these orders, the oldest first."""
    found: dict[OrderId, list[figures.Competing]] = {each: [] for each in orders}
    for touch in await figures.competing(orders):
        found[touch.order].append(touch)
    return [found[each] for each in orders]
