"""What staff do with products."""

from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.catalog import actions, queries
from app.core.ids import ProductId, SkuId
from schema.catalog.mutations.inputs import (
    DEAREST_FEN,
    MOST_PIECES,
    AddSkuInput,
    AdjustStockInput,
    CreateProductInput,
    EditProductInput,
    PriceSkuInput,
    SetProductOnSaleInput,
    SetStockInput,
    read_about,
    read_options,
    read_product,
    read_reason,
    read_sku,
    read_sku_id,
    read_skus,
)
from schema.catalog.refusals import SoloPriceTooLow, StockTooSmall
from schema.catalog.types import StaffProduct
from schema.context import Info
from schema.inputs import read_count, read_key
from schema.refusals import Refusal, refusing

CreateProductResult = Annotated[StaffProduct | Refusal, strawberry.union("CreateProductResult")]
EditProductResult = Annotated[StaffProduct | Refusal, strawberry.union("EditProductResult")]
PriceSkuResult = Annotated[StaffProduct | SoloPriceTooLow | Refusal, strawberry.union("PriceSkuResult")]
AddSkuResult = Annotated[StaffProduct | Refusal, strawberry.union("AddSkuResult")]
ChangeStockResult = Annotated[StaffProduct | StockTooSmall | Refusal, strawberry.union("ChangeStockResult")]


@strawberry.type
class CatalogMutation:
    """What staff do with products."""

    @strawberry.mutation(description="For MERCHANT. The same key gives the same product again.")
    @refusing
    async def create_product(
        self,
        info: Info,
        input: CreateProductInput,  # noqa: A002 - the API's word
    ) -> CreateProductResult | None:
        """Put a product on sale."""
        by = info.context.must_have(Role.MERCHANT).user
        made = await actions.add_product(
            by=by,
            described=read_about(input.about),
            options=read_options(input.options),
            skus=read_skus(input.skus),
            key=read_key(input.idempotency_key),
        )
        return await _as_it_is(made)

    @strawberry.mutation(description="For MERCHANT. Orders keep what they were placed with.")
    @refusing
    async def edit_product(
        self,
        info: Info,
        input: EditProductInput,  # noqa: A002 - the API's word
    ) -> EditProductResult | None:
        """Edit what a product says of itself."""
        by = info.context.must_have(Role.MERCHANT).user
        product = read_product(input.id, "input.id")
        await actions.edit_product(
            by=by, product=product, described=read_about(input.about), expected_version=input.expected_version
        )
        return await _as_it_is(product)

    @strawberry.mutation(
        description="For MERCHANT. Off sale nobody buys it alone and no deal over it begins; deals that run go on."
    )
    @refusing
    async def set_product_on_sale(
        self,
        info: Info,
        input: SetProductOnSaleInput,  # noqa: A002 - the API's word
    ) -> EditProductResult | None:
        """Take a product off sale, or put it back."""
        by = info.context.must_have(Role.MERCHANT).user
        product = read_product(input.id, "input.id")
        await actions.set_on_sale(
            by=by, product=product, on_sale=input.on_sale, expected_version=input.expected_version
        )
        return await _as_it_is(product)

    @strawberry.mutation(description="For MERCHANT. A value that is new to an option is added to it.")
    @refusing
    async def add_sku(self, info: Info, input: AddSkuInput) -> AddSkuResult | None:  # noqa: A002 - the API's word
        """Offer one more choice."""
        by = info.context.must_have(Role.MERCHANT).user
        product = read_product(input.product_id, "input.productId")
        new = read_sku(input.sku, "input.sku")
        await actions.add_sku(by=by, product=product, new=new, expected_version=input.expected_version)
        return await _as_it_is(product)

    @strawberry.mutation(
        description="For MERCHANT. Orders keep their prices; it stays above what deals ask for in groups."
    )
    @refusing
    async def price_sku(
        self,
        info: Info,
        input: PriceSkuInput,  # noqa: A002 - the API's word
    ) -> PriceSkuResult | None:
        """Change what a choice costs alone."""
        by = info.context.must_have(Role.MERCHANT).user
        sku = read_sku_id(input.sku_id)
        price = read_count(input.price_fen, "input.priceFen", 0, DEAREST_FEN)
        await actions.price_sku(by=by, sku=sku, price_fen=price, expected_version=input.expected_version)
        return await _product_of(sku)

    @strawberry.mutation(description="For MERCHANT. The same key changes it once.")
    @refusing
    async def adjust_stock(
        self,
        info: Info,
        input: AdjustStockInput,  # noqa: A002 - the API's word
    ) -> ChangeStockResult | None:
        """Add pieces to the stock, or take some away."""
        by = info.context.must_have(Role.MERCHANT).user
        sku = read_sku_id(input.sku_id)
        await actions.adjust_stock(
            by=by,
            sku=sku,
            delta=read_count(input.delta, "input.delta", -MOST_PIECES, MOST_PIECES),
            reason=read_reason(input.reason),
            key=read_key(input.idempotency_key),
        )
        return await _product_of(sku)

    @strawberry.mutation(description="For MERCHANT.")
    @refusing
    async def set_stock(self, info: Info, input: SetStockInput) -> ChangeStockResult | None:  # noqa: A002 - the API's word
        """Let the stock be what was counted."""
        by = info.context.must_have(Role.MERCHANT).user
        sku = read_sku_id(input.sku_id)
        await actions.set_stock(
            by=by,
            sku=sku,
            stock=read_count(input.stock, "input.stock", 0, MOST_PIECES),
            expected_stock=read_count(input.expected_stock, "input.expectedStock", 0, 2**31 - 1),
            reason=read_reason(input.reason),
        )
        return await _product_of(sku)


async def _as_it_is(product: ProductId) -> StaffProduct:
    return StaffProduct.of((await queries.products([product]))[product])


async def _product_of(sku: SkuId) -> StaffProduct:
    return await _as_it_is((await queries.skus([sku]))[sku].product_id)
