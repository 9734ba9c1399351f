"""Products, many at once."""

from app.catalog import queries
from app.catalog.models import Product, Sku
from app.core.ids import ProductId, SkuId


async def load_products(ids: list[ProductId]) -> list[Product | None]:
    """These products; None for what there is not."""
    found = await queries.products(ids)
    return [found.get(each) for each in ids]


async def load_skus(ids: list[SkuId]) -> list[Sku | None]:
    """These SKUs; None for what there is not."""
    found = await queries.skus(ids)
    return [found.get(each) for each in ids]


async def load_skus_of(ids: list[ProductId]) -> list[list[Sku]]:
    """The SKUs of these products."""
    found = await queries.skus_of(ids)
    return [found[each] for each in ids]
