"""Reading the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.catalog import rules
from app.catalog.models import Product, Sku
from app.core import db
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


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A product in a list, and its place there: the most relevant first, then what sells best."""

    id: ProductId
    #: 0 where nothing was searched for.
    relevance: int
    popularity: int


async def products_page(
    *, search: str, category: str | None, limit: int, after: tuple[int, int, ProductId] | None
) -> list[FoundProduct]:
    """Products on sale that have all the words of a search in them; words without a letter find nothing."""
    terms = rules.terms_of(search)
    if search.strip() and not terms:
        return []
    scores, parameters = rules.relevance(terms, "search_text", first=6)
    relevance, popularity, product = after or (_ABOVE_ALL, _ABOVE_ALL, ProductId(UUID(int=0)))
    statement = _PRODUCTS.format(
        columns="".join(f", {score} AS s{number}" for number, score in enumerate(scores)),
        relevance=" + ".join(f"s{number}" for number in range(len(scores))) or "0",
        found="".join(f" AND s{number} > 0" for number in range(len(scores))),
    )
    return await db.rows(FoundProduct, statement, category, relevance, popularity, product, limit, *parameters)


#: More than any relevance, and than any number of pieces sold.
_ABOVE_ALL = 2**31 - 1

#: Products by relevance, popularity and id, after a place. The braces are filled with expressions of `rules.relevance`.
_PRODUCTS = """
SELECT id, relevance, popularity FROM (
  SELECT id, popularity, {relevance} AS relevance FROM (
    SELECT id, popularity{columns} FROM products
     WHERE off_sale_at IS NULL AND ($1::text IS NULL OR category = $1)
  ) AS scored WHERE 1 = 1{found}
) AS ranked
 WHERE relevance < $2 OR (relevance = $2 AND (popularity < $3 OR (popularity = $3 AND id > $4)))
 ORDER BY relevance DESC, popularity DESC, id LIMIT $5
"""


async def page_for_staff(
    *, on_sale: bool | None, search: str, limit: int, before: tuple[datetime, ProductId] | None
) -> list[Product]:
    """Products with these words, the newest first: all, or those that are (not) on sale."""
    found = Product.all() if on_sale is None else Product.filter(off_sale_at__isnull=on_sale)
    for word in rules.words_of(search):
        found = found.filter(search_text__contains=f" {word} ")
    return await db.newest_first(found, "created_at", limit=limit, before=before)
