"""Buying alone."""

from typing import Annotated

import strawberry

from app.catalog.errors import ProductNotFound
from app.checkout import flows
from app.checkout.actions.buying import SoloChoice
from app.checkout.errors import SkuRequired
from app.core.ids import ProductId, SkuId
from schema.checkout.types import NamedSku, PurchaseInput, read_choice, read_sku
from schema.context import Info
from schema.group_buying.refusals import AmountChanged, NotEligible
from schema.group_buying.types import CheckoutStarted
from schema.inputs import must_read_id, read_key
from schema.refusals import Refusal, refusing


@strawberry.input
class BuyNowInput(PurchaseInput):
    """What is bought alone."""

    product_id: strawberry.ID


BuyNowResult = Annotated[
    CheckoutStarted | NotEligible | AmountChanged | Refusal,
    strawberry.union("BuyNowResult"),
]


@strawberry.type
class BuyNowMutation:
    """Buying alone."""

    @strawberry.mutation(
        description="Buys alone, at soloPrice less what the buyer's perks take off. "
        "The same key never places a second order."
    )
    @refusing
    async def buy_now(self, info: Info, input: BuyNowInput) -> BuyNowResult | None:  # noqa: A002 - the API's word
        """Buy alone."""
        buyer = info.context.must_be_signed_in().user
        product = must_read_id("product", input.product_id, "input.productId", ProductNotFound)
        named = read_sku(input.sku_id, "input.skuId") if input.sku_id is not None else None
        choice = SoloChoice(sku=await _sku(named) if named else None, **read_choice(input))
        started = await flows.buy_now(
            buyer=buyer, product=ProductId(product), choice=choice, key=read_key(input.idempotency_key)
        )
        return CheckoutStarted.of(started)


async def _sku(named: NamedSku) -> SkuId:
    sku = await named.shops_own()
    if sku is None:
        raise SkuRequired
    return sku
