"""What the shop says no to about products."""

from dataclasses import dataclass

from app.core.errors import DomainError
from app.core.ids import DealId


class ProductNotFound(DomainError):
    """There is no such product."""


class SkuNotFound(DomainError):
    """There is no such choice of the product."""


class SkuInvalid(DomainError):
    """Each choice needs one value for each option of the product, and no two are alike."""


class SkuExists(DomainError):
    """There is such a choice already."""


@dataclass(eq=False)
class StockTooSmall(DomainError):
    """There are not so many pieces in stock."""

    stock: int


@dataclass(eq=False)
class SoloPriceTooLow(DomainError):
    """Alone it must cost more than in a deal's groups."""

    deal: DealId
    #: What it costs in that deal's groups, the dearest.
    group_price_fen: int
