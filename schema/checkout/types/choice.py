"""What every purchase is asked for, alone or in a group."""

from typing import TypedDict

import strawberry

from app.accounts.errors import AddressNotFound
from app.core.errors import TargetNotFound
from app.core.ids import AddressId
from schema.inputs import must_read_id, read_pieces, read_points, read_share_code
from schema.scalars import Fen


@strawberry.input
class PurchaseInput:
    """What the buyer chose. Inputs of purchases are this and what they buy."""

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


class Chosen(TypedDict):
    """What does not depend on how it is bought."""

    quantity: int
    address: AddressId | None
    share_code: str | None
    expected_fen: int | None
    use_points: int | None


def read_choice(given: PurchaseInput) -> Chosen:
    """All of a purchase's input but the SKU, which a deal and the shop name differently. Malformed is BAD_USER_INPUT.

    Raises TargetNotFound for any coupon and AddressNotFound for the id of something else.
    """
    if given.coupon_ids:
        # Nobody has a coupon yet, so none of these is hers.
        raise TargetNotFound
    return {
        "quantity": read_pieces(given.quantity),
        "address": _read_address(given.address_id),
        "share_code": read_share_code(given.share_code),
        "expected_fen": given.expected_amount_fen,
        "use_points": read_points(given.use_points),
    }


def _read_address(text: str | None) -> AddressId | None:
    return None if text is None else AddressId(must_read_id("address", text, "input.addressId", AddressNotFound))
