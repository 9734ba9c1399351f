"""Tiers, many at once."""

from app.membership import queries
from app.membership.rules import plans


async def load_tiers(ranks: list[int]) -> list[plans.Tier | None]:
    """The tiers of these ranks in the plan in force; None above its highest."""
    found = await queries.tiers()
    return [found[rank] if 0 <= rank < len(found) else None for rank in ranks]
