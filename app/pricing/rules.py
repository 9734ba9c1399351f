"""What an order costs and why; what some pieces of it give back.

How promotions stack, each on what the one before has left:

1. Discounts exclude each other: the one that takes off most is APPLIED (the first named of two equal ones), the
   others are SUPERSEDED by it. A price in a group is not discounted further, unless the discount says so.
2. Coupons: nobody has one yet, so each is REJECTED.
3. Free shipping takes the fee for shipping off.
4. Points pay what is left, the fee for shipping too: one point one fen, never more than is due or than there are.

Everything is whole fen. A discount takes off its percentage of all pieces that it acts on together; the fraction of a
fen is the buyer's. What it and the points take off is then spread over the lines in proportion by largest remainders,
so that sums are exact. Nothing falls below zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.membership.rules import perks
from app.membership.rules.plans import Tier
from app.membership.rules.replay import Bought
from app.membership.states import PerkKind
from app.pricing.states import PriceKind, PriceOutcome, Promotion, Why

#: What one point takes off: a hundred points are one yuan.
POINT_FEN = 1

_ALL_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Some pieces of one SKU, at the price before promotions."""

    pieces: int
    unit_fen: int
    kind: PriceKind = PriceKind.SOLO

    @property
    def fen(self) -> int:
        """All pieces, before promotions."""
        return self.pieces * self.unit_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """Who has it pays so many percent. `name` says whose it is, such as a tier's name."""

    name: str
    percent: int
    also_in_groups: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Every promotion that is looked at for one buyer."""

    discounts: Sequence[Discount] = ()
    #: Whose perk it is that shipping is free; None where it is nobody's.
    free_shipping: str | None = None
    #: What she named, known or not.
    coupons: Sequence[str] = ()
    #: None where she did not ask to use any. The balance may be a debt.
    points_wanted: int | None = None
    points_balance: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one promotion. `values` fill the sentence of `why`."""

    promotion: Promotion
    outcome: PriceOutcome
    why: Why
    values: Mapping[str, str | int] = field(default_factory=dict)
    #: What it takes off; None unless APPLIED.
    amount_fen: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As orders keep it."""
        return {
            "promotion": self.promotion.value,
            "outcome": self.outcome.value,
            "why": self.why.value,
            "values": dict(self.values),
            "amount_fen": self.amount_fen,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Step":
        """As an order kept it."""
        return cls(
            promotion=Promotion(kept["promotion"]),
            outcome=PriceOutcome(kept["outcome"]),
            why=Why(kept["why"]),
            values=kept["values"],
            amount_fen=kept["amount_fen"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """What promotions do to one line."""

    discount_fen: int
    points: int
    #: What is paid in money.
    paid_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What an order costs: its lines in the order given, and why."""

    lines: tuple[PricedLine, ...]
    #: The fee that is charged, before points.
    shipping_fen: int
    #: All points together; what the lines do not account for pays the fee.
    points: int
    amount_fen: int
    trace: tuple[Step, ...]


def price(lines: Sequence[Line], candidates: Candidates, *, shipping_fen: int = 0) -> Price:
    """What these lines cost this buyer, shipped for this fee; every candidate is in the trace."""
    discount_fens, discount_steps = _discounted(lines, candidates.discounts)
    fee, shipping_steps = _shipped(shipping_fen, candidates.free_shipping)
    due = [line.fen - off for line, off in zip(lines, discount_fens, strict=True)]
    points, points_steps = _points(sum(due) + fee, candidates)
    *points_of_lines, _ = spread(points, [*due, fee])
    priced = tuple(
        PricedLine(discount_fen=off, points=used, paid_fen=left - used * POINT_FEN)
        for off, used, left in zip(discount_fens, points_of_lines, due, strict=True)
    )
    coupons = [
        Step(promotion=Promotion.COUPON, outcome=PriceOutcome.REJECTED, why=Why.UNKNOWN_COUPON)
        for _ in candidates.coupons
    ]
    return Price(
        lines=priced,
        shipping_fen=fee,
        points=points,
        amount_fen=sum(due) + fee - points * POINT_FEN,
        trace=(*discount_steps, *coupons, *shipping_steps, *points_steps),
    )


def of_tier(tier: Tier) -> Candidates:
    """What a tier's perks offer."""
    percent = perks.percent(tier.perks)
    return Candidates(
        discounts=[Discount(name=tier.name, percent=percent)] if percent < _ALL_PERCENT else [],
        free_shipping=tier.name if perks.find(tier.perks, PerkKind.FREE_SHIPPING) else None,
    )


def saving_fen(bought: Bought, tier: Tier) -> int:
    """What a tier's perks take off an order: what membership's replays ask."""
    kind = PriceKind.GROUP if bought.in_group else PriceKind.SOLO
    lines = [Line(pieces=pieces, unit_fen=unit_fen, kind=kind) for pieces, unit_fen in bought.lines]
    priced = price(lines, of_tier(tier), shipping_fen=bought.shipping_fen)
    return sum(line.fen for line in lines) + bought.shipping_fen - priced.amount_fen


def _discounted(lines: Sequence[Line], discounts: Sequence[Discount]) -> tuple[list[int], list[Step]]:
    """What the best discount takes off each line, and what became of every discount."""
    savings = [_saving(lines, each) for each in discounts]
    best = max(range(len(discounts)), key=lambda n: savings[n], default=None)
    if best is None or savings[best] == 0:
        return [0] * len(lines), [_rejected(lines, each) for each in discounts]
    steps = []
    for n, each in enumerate(discounts):
        values: dict[str, str | int] = {"name": each.name, "percent": each.percent}
        if n == best:
            steps.append(_step(Promotion.MEMBER_DISCOUNT, Why.DISCOUNTED, values, savings[n]))
        elif savings[n] == 0:
            steps.append(_rejected(lines, each))
        else:
            steps.append(
                Step(
                    promotion=Promotion.MEMBER_DISCOUNT,
                    outcome=PriceOutcome.SUPERSEDED,
                    why=Why.ANOTHER_IS_BETTER,
                    values={"by": discounts[best].name},
                )
            )
    return spread(savings[best], [line.fen if _acts_on(discounts[best], line) else 0 for line in lines]), steps


def _acts_on(discount: Discount, line: Line) -> bool:
    return line.kind is PriceKind.SOLO or discount.also_in_groups


def _saving(lines: Sequence[Line], discount: Discount) -> int:
    acted_on = sum(line.fen for line in lines if _acts_on(discount, line))
    percent = min(max(discount.percent, 0), _ALL_PERCENT)
    return acted_on - acted_on * percent // _ALL_PERCENT


def _rejected(lines: Sequence[Line], discount: Discount) -> Step:
    in_groups_only = all(not _acts_on(discount, line) for line in lines)
    return Step(
        promotion=Promotion.MEMBER_DISCOUNT,
        outcome=PriceOutcome.REJECTED,
        why=Why.GROUP_PRICE if in_groups_only else Why.TAKES_NOTHING_OFF,
    )


def _shipped(fee_fen: int, free_for: str | None) -> tuple[int, list[Step]]:
    """The fee that is charged, and what became of free shipping."""
    if free_for is None:
        return fee_fen, []
    if fee_fen == 0:
        no_fee = Step(promotion=Promotion.FREE_SHIPPING, outcome=PriceOutcome.REJECTED, why=Why.NO_SHIPPING_FEE)
        return 0, [no_fee]
    return 0, [_step(Promotion.FREE_SHIPPING, Why.FREE_FOR_MEMBERS, {"name": free_for}, fee_fen)]


def _points(due_fen: int, candidates: Candidates) -> tuple[int, list[Step]]:
    """The points that are used, and what became of them."""
    wanted = candidates.points_wanted or 0
    if wanted <= 0:
        return 0, []
    points = min(wanted, max(candidates.points_balance, 0), due_fen // POINT_FEN)
    if points == 0:
        why = Why.NO_POINTS if due_fen else Why.NOTHING_LEFT_TO_PAY
        return 0, [Step(promotion=Promotion.POINTS, outcome=PriceOutcome.REJECTED, why=why)]
    return points, [_step(Promotion.POINTS, Why.POINTS_TAKEN, {"points": points}, points * POINT_FEN)]


def _step(promotion: Promotion, why: Why, values: Mapping[str, str | int], amount_fen: int) -> Step:
    return Step(promotion=promotion, outcome=PriceOutcome.APPLIED, why=why, values=values, amount_fen=amount_fen)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of a total in proportion to these weights, by largest remainders; their sum is the total.

    No part is above its weight where the total is not above their sum. Of two equal remainders the first wins.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: -(total * weights[n] % whole))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


@dataclass(frozen=True, slots=True)
class Share:
    """Money and points."""

    fen: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line as an order keeps it: its pieces, and what all of them were paid with."""

    pieces: int
    paid: Share


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """An order as it was paid: its lines by their ids, and the fee for shipping."""

    lines: Mapping[UUID, PaidLine]
    shipping: Share = field(default_factory=Share)


@dataclass(frozen=True, slots=True)
class GivesBack:
    """What goes back: line by line, the fee for shipping, and all together."""

    lines: Mapping[UUID, Share]
    shipping: Share
    total: Share


def gives_back(order: PaidOrder, pieces: Mapping[UUID, int], *, before: Mapping[UUID, int] | None = None) -> GivesBack:
    """What these pieces of an order give back, after those that were given back before.

    Each piece gives back its part of what its line was paid with, money and points, so that any way of giving back
    all pieces gives back exactly what was paid. The fee for shipping comes back with the last piece of the order.
    Raises ValueError where there are not so many pieces left, or none is given back.
    """
    gone = before or {}
    if not pieces or any(count <= 0 for count in pieces.values()):
        raise ValueError("no piece is given back")
    lines = {}
    for line, count in pieces.items():
        paid, already = order.lines[line], gone.get(line, 0)
        if already + count > paid.pieces:
            raise ValueError(f"{count} pieces of {paid.pieces - already} left")
        upto, since = _part(paid, already + count), _part(paid, already)
        lines[line] = Share(upto.fen - since.fen, upto.points - since.points)
    is_last = all(gone.get(line, 0) + pieces.get(line, 0) == paid.pieces for line, paid in order.lines.items())
    shipping = order.shipping if is_last else Share()
    all_shares = [*lines.values(), shipping]
    total = Share(sum(each.fen for each in all_shares), sum(each.points for each in all_shares))
    return GivesBack(lines=lines, shipping=shipping, total=total)


def _part(line: PaidLine, pieces: int) -> Share:
    """What the first so many pieces of a line were paid with, rounded down."""
    return Share(line.paid.fen * pieces // line.pieces, line.paid.points * pieces // line.pieces)
