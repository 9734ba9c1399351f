"""Products put on the shelf, and pieces taken off it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog import rules
from app.catalog.models import Product, Sku
from app.core import clock, db
from app.core.ids import ProductId, SkuId


@dataclass(frozen=True, slots=True)
class NewSku:
    """A SKU to be: one value per option of its product, the price alone in fen, the stock in pieces."""

    option_values: tuple[str, ...]
    price_fen: int
    stock: int


async def create_product(
    *,
    title: str,
    description: str,
    category: str,
    pictures: Sequence[dict[str, Any]],
    options: Sequence[dict[str, Any]],
    skus: Sequence[NewSku],
    shipping_fen: int = 0,
) -> tuple[ProductId, list[SkuId]]:
    """Put a product with its SKUs on sale; their ids in the order given."""
    async with db.transaction():
        product = await Product.create(
            title=title,
            description=description,
            category=category,
            pictures=list(pictures),
            options=list(options),
            shipping_fen=shipping_fen,
            search_text=rules.searchable(title, category, description),
            created_at=await clock.now(),
        )
        made = [
            await Sku.create(
                product_id=product.id,
                option_values=list(sku.option_values),
                price_fen=sku.price_fen,
                stock=sku.stock,
                position=position,
            )
            for position, sku in enumerate(skus)
        ]
        return product.id, [sku.id for sku in made]


async def count_sale(*, product: ProductId, pieces: int) -> None:
    """Add to what was sold; pieces below zero take back."""
    await db.execute("UPDATE products SET sold_count = sold_count + $1 WHERE id = $2", pieces, product)


async def claim(*, sku: SkuId, pieces: int) -> bool:
    """Take pieces out of the stock for somebody, in the running transaction; False where there are not so many."""
    # One bounded UPDATE decides: two buyers of the last piece have nothing else to queue behind.
    claimed = await db.execute(
        "UPDATE skus SET stock = stock - $1, claimed = claimed + $1 WHERE id = $2 AND stock >= $1", pieces, sku
    )
    return bool(claimed)


async def give_back(*, sku: SkuId, pieces: int) -> None:
    """Return pieces that were claimed to the stock."""
    await db.execute("UPDATE skus SET stock = stock + $1, claimed = claimed - $1 WHERE id = $2", pieces, sku)
