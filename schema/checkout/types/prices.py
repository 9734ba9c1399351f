"""What the API says of prices, to whom they are made."""

from dataclasses import dataclass

import strawberry

from app.core.ids import OfferId, SkuId
from app.core.words import say
from app.group_buying import queries as group_buying
from app.pricing import rules
from app.pricing.states import PriceOutcome
from app.pricing.wording import REASONS
from schema.inputs import read_id
from schema.scalars import Money

strawberry.enum(PriceOutcome)


@strawberry.type
class PriceStep:
    """What became of one promotion."""

    promotion: str
    outcome: PriceOutcome
    reason: str = strawberry.field(description="For people, in the caller's language.")
    amount: Money | None = strawberry.field(description="What it takes off; null unless APPLIED.")

    @classmethod
    def of(cls, step: rules.Step, locale: str) -> "PriceStep":
        """The API's form of a step."""
        return cls(
            promotion=step.promotion.value,
            outcome=step.outcome,
            reason=say(locale, REASONS[step.why], **step.values),
            amount=Money.of(step.amount_fen) if step.amount_fen is not None else None,
        )


@strawberry.type
class Quote:
    """What something would cost somebody now."""

    amount: Money
    trace: list[PriceStep] = strawberry.field(description="Every candidate promotion.")

    @classmethod
    def of(cls, price: rules.Price, locale: str) -> "Quote":
        """The API's form of a price."""
        return cls(amount=Money.of(price.amount_fen), trace=[PriceStep.of(step, locale) for step in price.trace])


@dataclass(frozen=True, slots=True)
class NamedSku:
    """A SKU as a client named it: as a deal offers it, or as the shop itself does; neither for another thing's id."""

    offer: OfferId | None
    sku: SkuId | None

    async def shops_own(self) -> SkuId | None:
        """The shop's own SKU; None where there is none."""
        if self.offer is None:
            return self.sku
        found = (await group_buying.offers([self.offer])).get(self.offer)
        return found.sku_id if found else None


def read_sku(text: str, path: str) -> NamedSku:
    """A SKU by the id of any offer of it. Malformed is BAD_USER_INPUT."""
    offer, sku = read_id("offer", text, path), read_id("sku", text, path)
    return NamedSku(OfferId(offer) if offer else None, SkuId(sku) if sku else None)
