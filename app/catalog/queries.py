"""Reading the catalogue."""

from collections.abc import Sequence
from datetime import datetime

from tortoise.expressions import Q

from app.catalog import rules
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
    on_sale = Product.filter(off_sale_at=None).exclude(id=beside)
    same = await on_sale.filter(category=category).order_by("-sold_count", "id").limit(limit)
    rest = on_sale.exclude(category=category).order_by("-sold_count", "id")
    return same + (await rest.limit(limit - len(same)) if len(same) < limit else [])


async def page_for_staff(
    *, on_sale: bool | None, search: str, limit: int, before: tuple[datetime, ProductId] | None
) -> list[Product]:
    """Products with these words, the newest first: all, or those that are (not) on sale."""
    found = Product.all() if on_sale is None else Product.filter(off_sale_at__isnull=on_sale)
    for word in rules.words_of(search):
        found = found.filter(search_text__contains=f" {word} ")
    if before is not None:
        found = found.filter(Q(created_at__lt=before[0]) | Q(created_at=before[0], id__lt=before[1]))
    return await found.order_by("-created_at", "-id").limit(limit)
