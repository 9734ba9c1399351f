"""Buying alone."""

from typing import Annotated

import strawberry

from app.accounts.errors import AddressNotFound
from app.catalog.errors import ProductNotFound
from app.checkout import flows
from app.checkout.actions.buying import SoloChoice
from app.checkout.errors import SkuRequired
from app.core.errors import TargetNotFound
from app.core.ids import AddressId, ProductId, SkuId
from schema.checkout.types import NamedSku, read_sku
from schema.context import Info
from schema.group_buying.refusals import AmountChanged, NotEligible
from schema.group_buying.types import CheckoutStarted
from schema.inputs import read_id, read_key, read_pieces, read_points, read_share_code
from schema.refusals import Refusal, refusing
from schema.scalars import Fen


@strawberry.input
class BuyNowInput:
    """What is bought alone."""

    product_id: strawberry.ID
    idempotency_key: str
    sku_id: strawberry.ID | None = strawberry.field(
        default=None, description="Null only where the product has one SKU."
    )
    quantity: int | None = 1
    address_id: strawberry.ID | None = strawberry.field(default=None, description="Goods that are shipped need one.")
    share_code: str | None = strawberry.field(default=None, description="By which recorded touch she came; makes none.")
    expected_amount_fen: Fen | None = strawberry.field(
        default=None,
        description="What the page showed, all pieces together, in fen; AMOUNT_CHANGED where it would now cost more. "
        "Null agrees to any.",
    )
    coupon_ids: list[strawberry.ID] | None = None
    use_points: int | None = None


BuyNowResult = Annotated[
    CheckoutStarted | NotEligible | AmountChanged | Refusal,
    strawberry.union("BuyNowResult"),
]


@strawberry.type
class CheckoutMutation:
    """Buying alone."""

    @strawberry.mutation(
        description="Buys alone, at soloPrice less what the buyer's perks take off. "
        "The same key never places a second order."
    )
    @refusing
    async def buy_now(self, info: Info, input: BuyNowInput) -> BuyNowResult | None:  # noqa: A002 - the API's word
        """Buy alone."""
        buyer = info.context.must_be_signed_in().user
        product = read_id("product", input.product_id, "input.productId")
        if product is None:
            raise ProductNotFound
        choice = await _choice(input)
        started = await flows.buy_now(
            buyer=buyer, product=ProductId(product), choice=choice, key=read_key(input.idempotency_key)
        )
        return CheckoutStarted.of(started)


async def _choice(given: BuyNowInput) -> SoloChoice:
    if given.coupon_ids:
        # Nobody has a coupon yet, so none of these is hers.
        raise TargetNotFound
    address = read_id("address", given.address_id, "input.addressId") if given.address_id is not None else None
    if given.address_id is not None and address is None:
        raise AddressNotFound
    return SoloChoice(
        sku=await _sku(read_sku(given.sku_id, "input.skuId")) if given.sku_id is not None else None,
        quantity=read_pieces(given.quantity),
        address=AddressId(address) if address else None,
        share_code=read_share_code(given.share_code),
        expected_fen=given.expected_amount_fen,
        use_points=read_points(given.use_points),
    )


async def _sku(named: NamedSku) -> SkuId:
    sku = await named.shops_own()
    if sku is None:
        raise SkuRequired
    return sku
