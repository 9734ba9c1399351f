"""What the shop says no to about products."""

from dataclasses import dataclass

from app.core.errors import DomainError


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
