"""What it would cost me."""

import strawberry

from app.checkout import queries
from app.checkout.queries import Goods
from app.core.ids import GroupCode, is_code
from app.group_buying import queries as group_buying
from app.group_buying.errors import GroupNotFound
from schema.checkout.types import NamedSku, Quote, read_sku
from schema.context import Info
from schema.inputs import bad_input, read_pieces, read_points

_MOST_COUPONS = 20


@strawberry.type
class CheckoutViewer:
    """What it would cost me."""

    @strawberry.field(
        description="What it would cost me now; null where it cannot be bought. In this group; without groupCode "
        "alone, or, toOpenGroup, by opening a group of the deal that offers the SKU."
    )
    async def quote(
        self,
        info: Info,
        sku_id: strawberry.ID,
        quantity: int,
        group_code: str | None = None,
        coupon_ids: list[strawberry.ID] | None = None,
        use_points: int | None = None,
        to_open_group: bool | None = False,
    ) -> Quote | None:
        """Say what something would cost me now, and why."""
        buyer = info.context.must_be_signed_in().user
        points = read_points(use_points, "usePoints")
        coupons = [str(each) for each in coupon_ids or ()]
        if len(coupons) > _MOST_COUPONS:
            bad_input("couponIds", "There may be {most} coupons.", most=_MOST_COUPONS)
        named = read_sku(sku_id, "skuId")
        goods = await _goods(named, read_pieces(quantity), group_code, to_open=bool(to_open_group))
        if goods is None:
            return None
        priced = await queries.priced_for(buyer, goods, points=points, coupons=coupons)
        return Quote.of(priced.price, info.context.locale)


async def _goods(named: NamedSku, pieces: int, group_code: str | None, *, to_open: bool) -> Goods | None:
    if named.offer is None and named.sku is None:
        return None
    if group_code is not None:
        if not is_code(group_code, "G"):
            return None
        try:
            return await group_buying.goods_in_group(
                GroupCode(group_code), offer=named.offer, sku=named.sku, pieces=pieces
            )
        except GroupNotFound:
            return None
    if to_open:
        return await group_buying.goods_to_open(named.offer, pieces) if named.offer else None
    sku = await named.shops_own()
    return await queries.goods_alone(sku, pieces) if sku else None
