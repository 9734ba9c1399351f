"""What staff say of products, and how it is read."""

from collections.abc import Sequence
from typing import Any

import strawberry

from app.catalog.actions import NewSku
from app.catalog.actions.keeping import Described
from app.catalog.errors import ProductNotFound, SkuNotFound
from app.core.ids import ProductId, SkuId, UploadId
from app.media.errors import UploadInvalid
from schema.inputs import bad_input, must_read_id, read_count, read_text
from schema.scalars import Fen

LONGEST_TITLE = 100
LONGEST_DESCRIPTION = 10_000
LONGEST_CATEGORY = 32
LONGEST_NAME = 30
LONGEST_REASON = 500
MOST_PICTURES = 12
MOST_OPTIONS = 5
MOST_SKUS = 100
MOST_PIECES = 1_000_000
DEAREST_FEN = 100_000_000


@strawberry.input(description="A picture of a product: one that it has, or one that was just uploaded.")
class ProductPictureInput:
    """A picture of a product."""

    existing: int | None = strawberry.field(default=None, description="Its place among product.images, from 0.")
    upload_id: strawberry.ID | None = strawberry.field(default=None, description="From createUploadTicket, PRODUCT.")


@strawberry.input
class DescribeProductInput:
    """What a product says of itself."""

    title: str
    description: str
    category: str
    pictures: list[ProductPictureInput] = strawberry.field(description="The cover first; 12 at most.")
    shipping_fen: Fen | None = strawberry.field(
        default=None, description="What shipping an order of it costs; null leaves it, and is 0 of a new product."
    )


@strawberry.input
class ProductOptionInput:
    """Something to choose."""

    name: str = strawberry.field(description="Such as 颜色.")
    values: list[str]


@strawberry.input
class SkuInput:
    """A choice of a product."""

    option_values: list[str] = strawberry.field(description="One per option, in their order.")
    price_fen: Fen = strawberry.field(description="What it costs alone, in fen.")
    stock: int


@strawberry.input
class CreateProductInput:
    """A product to be."""

    about: DescribeProductInput
    options: list[ProductOptionInput] = strawberry.field(description="Empty for a product with one SKU.")
    skus: list[SkuInput]
    idempotency_key: str


@strawberry.input
class EditProductInput:
    """A product, and all that it shall say of itself."""

    id: strawberry.ID
    about: DescribeProductInput
    expected_version: int


@strawberry.input
class SetProductOnSaleInput:
    """A product that is taken off sale, or put back."""

    id: strawberry.ID
    on_sale: bool
    expected_version: int


@strawberry.input
class AddSkuInput:
    """One more choice of a product."""

    product_id: strawberry.ID
    sku: SkuInput
    expected_version: int = strawberry.field(description="The product's.")


@strawberry.input
class PriceSkuInput:
    """A choice, and what it shall cost alone."""

    sku_id: strawberry.ID
    price_fen: Fen
    expected_version: int = strawberry.field(description="The product's.")


@strawberry.input
class AdjustStockInput:
    """Pieces that came, or are gone."""

    sku_id: strawberry.ID
    delta: int = strawberry.field(description="Below zero takes pieces away.")
    reason: str | None = None
    idempotency_key: str


@strawberry.input
class SetStockInput:
    """Pieces that were counted."""

    sku_id: strawberry.ID
    stock: int
    expected_stock: int = strawberry.field(description="As it was seen; STALE where pieces were sold meanwhile.")
    reason: str | None = None


def read_product(text: str, path: str) -> ProductId:
    """The product that an id names; ProductNotFound."""
    return ProductId(must_read_id("product", text, path, ProductNotFound))


def read_sku_id(text: str) -> SkuId:
    """The SKU that an id names; SkuNotFound."""
    return SkuId(must_read_id("sku", text, "input.skuId", SkuNotFound))


def read_reason(text: str | None) -> str | None:
    """Why, as she wrote it."""
    return read_text(text, "input.reason", LONGEST_REASON) if text is not None else None


def read_about(given: DescribeProductInput) -> Described:
    """What a product says of itself."""
    return Described(
        title=read_text(given.title, "input.about.title", LONGEST_TITLE, shortest=1),
        description=read_text(given.description, "input.about.description", LONGEST_DESCRIPTION),
        category=read_text(given.category, "input.about.category", LONGEST_CATEGORY, shortest=1),
        pictures=_read_pictures(given.pictures),
        shipping_fen=(
            None
            if given.shipping_fen is None
            else read_count(given.shipping_fen, "input.about.shippingFen", 0, DEAREST_FEN)
        ),
    )


def _read_pictures(given: Sequence[ProductPictureInput]) -> list[UploadId | int]:
    if len(given) > MOST_PICTURES:
        bad_input("input.about.pictures", "A product has 12 pictures at most.")
    found: list[UploadId | int] = []
    for number, each in enumerate(given):
        path = f"input.about.pictures.{number}"
        if (each.existing is None) == (each.upload_id is None):
            bad_input(path, "A picture is one that there is, or an upload.")
        if each.upload_id is None:
            found.append(read_count(each.existing or 0, f"{path}.existing", 0, MOST_PICTURES))
            continue
        upload = must_read_id("upload", each.upload_id, f"{path}.uploadId", UploadInvalid)
        found.append(UploadId(upload))
    if len(set(found)) != len(found):
        bad_input("input.about.pictures", "A picture is shown once.")
    return found


def read_options(given: Sequence[ProductOptionInput]) -> list[dict[str, Any]]:
    """What there is to choose."""
    if len(given) > MOST_OPTIONS:
        bad_input("input.options", "A product has 5 options at most.")
    options = []
    for number, each in enumerate(given):
        path = f"input.options.{number}"
        if not 1 <= len(set(each.values)) == len(each.values) <= MOST_SKUS:
            bad_input(f"{path}.values", "An option has values, each once.")
        values = [read_text(value, f"{path}.values", LONGEST_NAME, shortest=1) for value in each.values]
        options.append({"name": read_text(each.name, f"{path}.name", LONGEST_NAME, shortest=1), "values": values})
    return options


def read_skus(given: Sequence[SkuInput]) -> list[NewSku]:
    """All choices of a new product."""
    if not 1 <= len(given) <= MOST_SKUS:
        bad_input("input.skus", "A product has 1 to 100 SKUs.")
    return [read_sku(each, f"input.skus.{number}") for number, each in enumerate(given)]


def read_sku(given: SkuInput, path: str) -> NewSku:
    """One choice."""
    if len(given.option_values) > MOST_OPTIONS:
        bad_input(f"{path}.optionValues", "A product has 5 options at most.")
    return NewSku(
        tuple(read_text(each, f"{path}.optionValues", LONGEST_NAME, shortest=1) for each in given.option_values),
        read_count(given.price_fen, f"{path}.priceFen", 0, DEAREST_FEN),
        read_count(given.stock, f"{path}.stock", 0, MOST_PIECES),
    )
