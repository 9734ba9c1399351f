"""What staff do with deals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.catalog.errors import ProductNotFound
from app.core.ids import DealId, ProductId, SkuId
from app.group_buying import errors, models, queries
from app.group_buying.actions import dealing, offering
from app.group_buying.actions.dealing import NewDeal, NewOffer
from app.group_buying.states import Audience, DealMove
from schema.context import Info
from schema.group_buying.refusals import DealMoveRefused, GroupPriceTooHigh
from schema.group_buying.types.staff import StaffDeal
from schema.inputs import bad_input, must_read_id, read_count, read_key, read_text
from schema.refusals import Refusal, refusing
from schema.scalars import Fen

LONGEST_TITLE = 100
LONGEST_DESCRIPTION = 5000
LONGEST_REASON = 200
MOST_OFFERS = 100
MOST_REGIONS = 100
MOST_PIECES = 1_000_000
DEAREST_FEN = 100_000_000
SHORTEST_WINDOW = 60
LONGEST_WINDOW = 30 * 24 * 3600


@strawberry.input
class OfferInput:
    """A SKU on offer in a deal."""

    sku_id: strawberry.ID = strawberry.field(description="From staff.products.")
    price_fen: Fen = strawberry.field(description="Per piece in a group, in fen; below what it costs alone.")
    quota: int = strawberry.field(description="Pieces that the deal sets aside.")


@strawberry.input
class DealTermsInput:
    """What a deal offers to whom."""

    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    size: int = strawberry.field(description="Seats of a group, 2 to 100.")
    window_seconds: int = strawberry.field(description="How long one group may form: a minute to 30 days.")
    offers: list[OfferInput] = strawberry.field(description="In the order in which they are shown.")
    limit_per_order: int | None = strawberry.field(default=None, description="Pieces; null for no limit.")
    limit_per_user: int | None = strawberry.field(default=None, description="Pieces; null for no limit.")
    open_audience: Audience = Audience.ANYONE
    join_audience: Audience = Audience.ANYONE
    audience_rank: int | None = strawberry.field(
        default=None,
        description="The lowest rank that a TIER audience lets in; null for whoever has the perk of members' groups.",
    )
    no_delivery: list[str] = strawberry.field(
        default_factory=list, description="Provinces, cities or districts that it does not deliver to."
    )


@strawberry.input
class CreateDealInput:
    """A deal to be."""

    product_id: strawberry.ID
    terms: DealTermsInput
    idempotency_key: str


@strawberry.input
class EditDealInput:
    """A deal, and all its terms as they shall be."""

    id: strawberry.ID
    terms: DealTermsInput
    expected_version: int


@strawberry.input
class MoveDealInput:
    """Which deal, as it was seen."""

    id: strawberry.ID
    expected_version: int


@strawberry.input
class TakeDownDealInput:
    """Which deal, and why: the reason is told to nobody but staff."""

    id: strawberry.ID
    reason: str
    expected_version: int


CreateDealResult = Annotated[StaffDeal | GroupPriceTooHigh | Refusal, strawberry.union("CreateDealResult")]
EditDealResult = Annotated[
    StaffDeal | GroupPriceTooHigh | DealMoveRefused | Refusal, strawberry.union("EditDealResult")
]
ScheduleDealResult = Annotated[
    StaffDeal | GroupPriceTooHigh | DealMoveRefused | Refusal, strawberry.union("ScheduleDealResult")
]
MoveDealResult = Annotated[StaffDeal | DealMoveRefused | Refusal, strawberry.union("MoveDealResult")]

_KEEPERS = (Role.MERCHANT, Role.MARKETER)


@strawberry.type
class DealingMutation:
    """What staff do with deals."""

    @strawberry.mutation(
        description="For MERCHANT and MARKETER. A draft, which only staff see. The same key gives the same draft again."
    )
    @refusing
    async def create_deal(
        self,
        info: Info,
        input: CreateDealInput,  # noqa: A002 - the API's word
    ) -> CreateDealResult | None:
        """Draft a deal."""
        by = info.context.must_have(*_KEEPERS).user
        key = read_key(input.idempotency_key)
        product = must_read_id("product", input.product_id, "input.productId", ProductNotFound)
        made = await offering.draft_deal(by=by, new=_read_terms(ProductId(product), input.terms), key=key)
        return await _as_it_is(made)

    @strawberry.mutation(
        description="For MERCHANT and MARKETER. Groups that are there keep size, window and prices as they opened. "
        "A SKU that is left out is on offer no more."
    )
    @refusing
    async def edit_deal(self, info: Info, input: EditDealInput) -> EditDealResult | None:  # noqa: A002 - the API's word
        """Edit a deal."""
        by = info.context.must_have(*_KEEPERS).user
        deal = _read_deal(input.id)
        product = (await _row(deal)).product_id
        new = _read_terms(product, input.terms)
        await offering.edit_deal(by=by, deal=deal, new=new, expected_version=input.expected_version)
        return await _as_it_is(deal)

    @strawberry.mutation(description="For MERCHANT and MARKETER. Everybody sees it from now on; it runs in its time.")
    @refusing
    async def schedule_deal(
        self,
        info: Info,
        input: MoveDealInput,  # noqa: A002 - the API's word
    ) -> ScheduleDealResult | None:
        """Let a draft become a deal."""
        return await _move(info, input, DealMove.SCHEDULE)

    @strawberry.mutation(description="For MERCHANT and MARKETER. No new groups; forming ones go on and can be joined.")
    @refusing
    async def pause_deal(self, info: Info, input: MoveDealInput) -> MoveDealResult | None:  # noqa: A002 - the API's word
        """Pause a deal."""
        return await _move(info, input, DealMove.PAUSE)

    @strawberry.mutation(description="For MERCHANT and MARKETER.")
    @refusing
    async def resume_deal(self, info: Info, input: MoveDealInput) -> ScheduleDealResult | None:  # noqa: A002 - the API's word
        """Let a paused deal run again."""
        return await _move(info, input, DealMove.RESUME)

    @strawberry.mutation(description="For MERCHANT and MARKETER. For good; groups that form go on and can be joined.")
    @refusing
    async def end_deal(self, info: Info, input: MoveDealInput) -> MoveDealResult | None:  # noqa: A002 - the API's word
        """End a deal."""
        return await _move(info, input, DealMove.END)

    @strawberry.mutation(description="For MERCHANT and MARKETER. For good; its groups fail with refunds.")
    @refusing
    async def take_down_deal(
        self,
        info: Info,
        input: TakeDownDealInput,  # noqa: A002 - the API's word
    ) -> MoveDealResult | None:
        """Take a deal down."""
        by = info.context.must_have(*_KEEPERS).user
        deal = _read_deal(input.id)
        reason = read_text(input.reason, "input.reason", LONGEST_REASON, shortest=1)
        await dealing.take_down(deal, reason=reason, by=by, expected_version=input.expected_version)
        return await _as_it_is(deal)


async def _move(info: Info, given: MoveDealInput, move: DealMove) -> StaffDeal:
    by = info.context.must_have(*_KEEPERS).user
    deal = _read_deal(given.id)
    await offering.move_deal(by=by, deal=deal, move=move, expected_version=given.expected_version)
    return await _as_it_is(deal)


def _read_deal(text: str) -> DealId:
    return DealId(must_read_id("deal", text, "input.id", errors.DealNotFound))


async def _row(deal: DealId) -> models.Deal:
    found = (await queries.deals([deal])).get(deal)
    if found is None:
        raise errors.DealNotFound
    return found


async def _as_it_is(deal: DealId) -> StaffDeal:
    return StaffDeal.of(await _row(deal))


def _read_terms(product: ProductId, given: DealTermsInput) -> NewDeal:
    if given.ends_at <= given.starts_at:
        bad_input("input.terms.endsAt", "It ends after it starts.")
    return NewDeal(
        product=product,
        title=read_text(given.title, "input.terms.title", LONGEST_TITLE, shortest=1),
        description=read_text(given.description, "input.terms.description", LONGEST_DESCRIPTION),
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        size=read_count(given.size, "input.terms.size", 2, 100),
        window_seconds=read_count(given.window_seconds, "input.terms.windowSeconds", SHORTEST_WINDOW, LONGEST_WINDOW),
        offers=_read_offers(given.offers),
        limit_per_order=_read_limit(given.limit_per_order, "input.terms.limitPerOrder"),
        limit_per_user=_read_limit(given.limit_per_user, "input.terms.limitPerUser"),
        open_audience=given.open_audience,
        join_audience=given.join_audience,
        audience_rank=_read_rank(given.audience_rank),
        no_delivery=_read_regions(given.no_delivery),
    )


def _read_limit(pieces: int | None, path: str) -> int | None:
    return read_count(pieces, path, 1, MOST_PIECES) if pieces is not None else None


def _read_rank(rank: int | None) -> int | None:
    return read_count(rank, "input.terms.audienceRank", 0, 100) if rank is not None else None


def _read_regions(given: Sequence[str]) -> list[str]:
    if len(given) > MOST_REGIONS:
        bad_input("input.terms.noDelivery", "These are too many.")
    return [read_text(each, f"input.terms.noDelivery.{n}", 30, shortest=1) for n, each in enumerate(given)]


def _read_offers(given: Sequence[OfferInput]) -> list[NewOffer]:
    if not 1 <= len(given) <= MOST_OFFERS:
        bad_input("input.terms.offers", "A deal offers 1 to 100 SKUs.")
    offers: list[NewOffer] = []
    for number, each in enumerate(given):
        path = f"input.terms.offers.{number}"
        sku = must_read_id("sku", each.sku_id, f"{path}.skuId")
        if sku in [offer.sku for offer in offers]:
            bad_input(f"{path}.skuId", "A SKU is offered once.")
        price = read_count(each.price_fen, f"{path}.priceFen", 0, DEAREST_FEN)
        offers.append(NewOffer(SkuId(sku), price, read_count(each.quota, f"{path}.quota", 0, MOST_PIECES)))
    return offers
