"""Reading the catalogue."""

from collections.abc import Sequence

from app.catalog.models import Product, Sku
from app.core.ids import ProductId, SkuId


async def products(ids: Sequence[ProductId]) -> dict[ProductId, Product]:
    """These products; one that does not exist is left out."""
    return {each.id: each for each in await Product.filter(id__in=ids)}


async def skus(ids: Sequence[SkuId]) -> dict[SkuId, Sku]:
    """These SKUs; one that does not exist is left out."""
    return {each.id: each for each in await Sku.filter(id__in=ids)}


async def skus_of(product_ids: Sequence[ProductId]) -> dict[ProductId, list[Sku]]:
    """The SKUs of these products, in the order in which they are offered."""
    found: dict[ProductId, list[Sku]] = {each: [] for each in product_ids}
    for sku in await Sku.filter(product_id__in=product_ids).order_by("position"):
        found[sku.product_id].append(sku)
    return found


async def bestsellers(*, beside: ProductId, category: str, limit: int) -> list[Product]:
    """What else sells best, the same category first; never the product itself."""
    same = await Product.filter(category=category).exclude(id=beside).order_by("-sold_count", "id").limit(limit)
    if len(same) == limit:
        return same
    others = await Product.exclude(category=category).order_by("-sold_count", "id").limit(limit - len(same))
    return same + others
