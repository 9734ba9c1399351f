"""What the catalogue asks up: what a SKU costs in the deals that sell it. Group buying knows."""

from dataclasses import dataclass
from typing import Protocol

from app.core.ids import DealId, SkuId


@dataclass(frozen=True, slots=True)
class DealPrice:
    """What one deal asks for a piece of a SKU in its groups, in fen."""

    deal: DealId
    price_fen: int


class GroupPrices(Protocol):
    """Knows the deals that sell a SKU."""

    async def __call__(self, sku: SkuId, /) -> DealPrice | None:
        """The dearest that a SKU is in a deal which opens groups now or may again; None where there is none."""


_asked: list[GroupPrices] = []


def register(group_prices: GroupPrices) -> None:
    """Say who knows what SKUs cost in groups."""
    _asked[:] = [group_prices]


async def dearest_in_groups(sku: SkuId) -> DealPrice | None:
    """The dearest that this SKU is in a deal which opens groups now or may again; None where there is none."""
    return await _asked[0](sku)
