"""What an order costs and why; what some pieces of it give back."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.words import CHINESE, say
from app.pricing.rules import (
    Candidates,
    Discount,
    GivesBack,
    Line,
    PaidLine,
    PaidOrder,
    Price,
    PricedLine,
    Share,
    gives_back,
    price,
    spread,
)
from app.pricing.states import PriceKind, PriceOutcome, Promotion, Why
from app.pricing.wording import REASONS

GOLD = Discount(name="金卡", percent=95)
BLACK = Discount(name="黑金", percent=88)


def _trace(priced: Price) -> list[tuple[Promotion, PriceOutcome, Why, int | None]]:
    return [(step.promotion, step.outcome, step.why, step.amount_fen) for step in priced.trace]


def test_without_promotions_it_costs_what_the_pieces_cost_and_the_shipping() -> None:
    priced = price([Line(pieces=3, unit_fen=1990)], Candidates(), shipping_fen=800)
    assert (priced.amount_fen, priced.shipping_fen, priced.points, priced.trace) == (6770, 800, 0, ())
    assert priced.lines == (PricedLine(discount_fen=0, points=0, paid_fen=5970),)


def test_a_members_discount_acts_on_the_solo_price_and_the_fraction_of_a_fen_is_the_buyers() -> None:
    priced = price([Line(pieces=1, unit_fen=1990)], Candidates(discounts=[GOLD]))
    assert priced.amount_fen == 1990 - 100
    assert _trace(priced) == [(Promotion.MEMBER_DISCOUNT, PriceOutcome.APPLIED, Why.DISCOUNTED, 100)]


def test_the_group_price_is_not_discounted_further() -> None:
    priced = price([Line(pieces=1, unit_fen=1990, kind=PriceKind.GROUP)], Candidates(discounts=[GOLD]))
    assert priced.amount_fen == 1990
    assert _trace(priced) == [(Promotion.MEMBER_DISCOUNT, PriceOutcome.REJECTED, Why.GROUP_PRICE, None)]


def test_unless_the_discount_says_so() -> None:
    discount = Discount(name="金卡", percent=90, also_in_groups=True)
    priced = price([Line(pieces=2, unit_fen=1000, kind=PriceKind.GROUP)], Candidates(discounts=[discount]))
    assert priced.amount_fen == 1800


def test_the_best_of_discounts_that_exclude_each_other_wins_and_the_others_are_superseded_by_it() -> None:
    priced = price([Line(pieces=1, unit_fen=10_000)], Candidates(discounts=[GOLD, BLACK]))
    assert priced.amount_fen == 8800
    assert _trace(priced) == [
        (Promotion.MEMBER_DISCOUNT, PriceOutcome.SUPERSEDED, Why.ANOTHER_IS_BETTER, None),
        (Promotion.MEMBER_DISCOUNT, PriceOutcome.APPLIED, Why.DISCOUNTED, 1200),
    ]
    assert priced.trace[0].values == {"by": "黑金"}


def test_a_discount_of_nothing_is_rejected() -> None:
    candidates = Candidates(discounts=[Discount(name="普通", percent=100), GOLD])
    assert _trace(price([Line(pieces=1, unit_fen=100)], candidates)) == [
        (Promotion.MEMBER_DISCOUNT, PriceOutcome.REJECTED, Why.TAKES_NOTHING_OFF, None),
        (Promotion.MEMBER_DISCOUNT, PriceOutcome.APPLIED, Why.DISCOUNTED, 5),
    ]
    assert _trace(price([Line(pieces=1, unit_fen=0)], Candidates(discounts=[GOLD]))) == [
        (Promotion.MEMBER_DISCOUNT, PriceOutcome.REJECTED, Why.TAKES_NOTHING_OFF, None)
    ]


def test_free_shipping_takes_the_fee_off_and_says_so_where_there_is_none() -> None:
    free = Candidates(free_shipping="金卡")
    priced = price([Line(pieces=1, unit_fen=1990)], free, shipping_fen=800)
    assert (priced.amount_fen, priced.shipping_fen) == (1990, 0)
    assert _trace(priced) == [(Promotion.FREE_SHIPPING, PriceOutcome.APPLIED, Why.FREE_FOR_MEMBERS, 800)]
    assert _trace(price([Line(pieces=1, unit_fen=1990)], free)) == [
        (Promotion.FREE_SHIPPING, PriceOutcome.REJECTED, Why.NO_SHIPPING_FEE, None)
    ]


def test_a_coupon_that_nobody_has_is_rejected() -> None:
    priced = price([Line(pieces=1, unit_fen=1990)], Candidates(coupons=["a", "b"]))
    assert priced.amount_fen == 1990
    assert _trace(priced) == [(Promotion.COUPON, PriceOutcome.REJECTED, Why.UNKNOWN_COUPON, None)] * 2


@pytest.mark.parametrize(
    ("wanted", "balance", "used"), [(500, 10_000, 500), (500, 300, 300), (10_000, 10_000, 2790), (1, 1, 1)]
)
def test_a_hundred_points_pay_a_yuan_never_more_than_is_due_or_than_there_are(
    wanted: int, balance: int, used: int
) -> None:
    candidates = Candidates(points_wanted=wanted, points_balance=balance)
    priced = price([Line(pieces=1, unit_fen=1990)], candidates, shipping_fen=800)
    assert (priced.points, priced.amount_fen) == (used, 2790 - used)
    assert _trace(priced) == [(Promotion.POINTS, PriceOutcome.APPLIED, Why.POINTS_TAKEN, used)]


@pytest.mark.parametrize(("balance", "unit_fen", "why"), [(0, 1990, Why.NO_POINTS), (-5, 1990, Why.NO_POINTS),
                                                         (9, 0, Why.NOTHING_LEFT_TO_PAY)])  # fmt: skip
def test_points_that_pay_nothing_are_rejected(balance: int, unit_fen: int, why: Why) -> None:
    priced = price([Line(pieces=1, unit_fen=unit_fen)], Candidates(points_wanted=9, points_balance=balance))
    assert _trace(priced) == [(Promotion.POINTS, PriceOutcome.REJECTED, why, None)]


def test_promotions_act_one_after_the_other() -> None:
    candidates = Candidates(discounts=[GOLD], free_shipping="金卡", points_wanted=100, points_balance=100)
    priced = price([Line(pieces=2, unit_fen=1000), Line(pieces=1, unit_fen=1000)], candidates, shipping_fen=500)
    assert priced.amount_fen == 3000 - 150 - 100
    assert [line.discount_fen for line in priced.lines] == [100, 50]
    assert [line.points for line in priced.lines] == [67, 33]


def test_every_reason_has_words_for_people_in_both_languages() -> None:
    for why in Why:
        assert say(CHINESE, REASONS[why]) != REASONS[why]


LINES = st.lists(
    st.builds(
        Line,
        pieces=st.integers(1, 999),
        unit_fen=st.integers(0, 10**7),
        kind=st.sampled_from(PriceKind),
    ),
    min_size=1,
    max_size=6,
)
CANDIDATES = st.builds(
    Candidates,
    discounts=st.lists(
        st.builds(Discount, name=st.text(max_size=3), percent=st.integers(0, 100), also_in_groups=st.booleans()),
        max_size=4,
    ),
    free_shipping=st.none() | st.just("金卡"),
    coupons=st.lists(st.just("coupon"), max_size=2),
    points_wanted=st.none() | st.integers(0, 10**8),
    points_balance=st.integers(-(10**8), 10**8),
)
FEES = st.integers(0, 10**5)


@given(LINES, CANDIDATES, FEES)
def test_sums_are_exact_and_nothing_is_negative(lines: list[Line], candidates: Candidates, fee: int) -> None:
    priced = price(lines, candidates, shipping_fen=fee)
    shipping_points = priced.points - sum(line.points for line in priced.lines)
    assert priced.amount_fen == sum(line.paid_fen for line in priced.lines) + priced.shipping_fen - shipping_points
    assert 0 <= shipping_points <= priced.shipping_fen <= fee
    for line, given_line in zip(priced.lines, lines, strict=True):
        assert line.paid_fen == given_line.fen - line.discount_fen - line.points
        assert min(line.paid_fen, line.discount_fen, line.points) >= 0
    taken_off = sum(step.amount_fen or 0 for step in priced.trace)
    assert priced.amount_fen == sum(line.fen for line in lines) + fee - taken_off
    assert 0 <= priced.points <= max(candidates.points_balance, 0)


@given(LINES, CANDIDATES, FEES)
def test_every_candidate_has_one_outcome_and_what_is_applied_takes_something_off(
    lines: list[Line], candidates: Candidates, fee: int
) -> None:
    trace = price(lines, candidates, shipping_fen=fee).trace
    looked_at = len(candidates.discounts) + len(candidates.coupons)
    looked_at += (candidates.free_shipping is not None) + bool(candidates.points_wanted)
    assert len(trace) == looked_at
    assert all((step.amount_fen or 0) > 0 for step in trace if step.outcome is PriceOutcome.APPLIED)
    assert all(step.amount_fen is None for step in trace if step.outcome is not PriceOutcome.APPLIED)
    discounts = [step for step in trace if step.promotion is Promotion.MEMBER_DISCOUNT]
    assert sum(step.outcome is PriceOutcome.APPLIED for step in discounts) <= 1
    for step in trace:
        REASONS[step.why].format(**step.values)


@given(LINES, CANDIDATES, st.integers(0, 100))
def test_a_better_discount_never_costs_more(lines: list[Line], candidates: Candidates, percent: int) -> None:
    more = Candidates(discounts=[*candidates.discounts, Discount(name="x", percent=percent)])
    less = Candidates(discounts=candidates.discounts)
    assert price(lines, more).amount_fen <= price(lines, less).amount_fen


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=8), st.data())
def test_a_total_is_spread_exactly_and_no_part_is_above_its_weight(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    parts = spread(total, weights)
    assert sum(parts) == total
    assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


def _paid(priced: Price, lines: list[Line]) -> PaidOrder:
    shipping_points = priced.points - sum(line.points for line in priced.lines)
    return PaidOrder(
        {
            UUID(int=n): PaidLine(line.pieces, Share(paid.paid_fen, paid.points))
            for n, (line, paid) in enumerate(zip(lines, priced.lines, strict=True))
        },
        Share(priced.shipping_fen - shipping_points, shipping_points),
    )


@given(LINES, CANDIDATES, FEES, st.data())
def test_however_an_order_is_given_back_piece_by_piece_all_that_was_paid_comes_back(
    lines: list[Line], candidates: Candidates, fee: int, data: st.DataObject
) -> None:
    priced = price(lines, candidates, shipping_fen=fee)
    order = _paid(priced, lines)
    gone: dict[UUID, int] = {}
    back: list[GivesBack] = []
    while left := {line: kept.pieces - gone.get(line, 0) for line, kept in order.lines.items()}:
        left = {line: count for line, count in left.items() if count}
        if not left:
            break
        chosen = data.draw(st.lists(st.sampled_from(sorted(left)), min_size=1, unique=True))
        pieces = {line: data.draw(st.integers(-(-left[line] // 3), left[line])) for line in chosen}
        back.append(gives_back(order, pieces, before=gone))
        gone = {line: gone.get(line, 0) + pieces.get(line, 0) for line in order.lines}
    assert sum(each.total.fen for each in back) == priced.amount_fen
    assert sum(each.total.points for each in back) == priced.points
    assert all(each.total.fen >= 0 and each.total.points >= 0 for each in back)


def test_one_piece_of_three_gives_back_its_part_and_the_fee_comes_with_the_last() -> None:
    line = UUID(int=1)
    order = PaidOrder({line: PaidLine(3, Share(1000, 100))}, Share(800, 0))
    first = gives_back(order, {line: 1})
    assert (first.lines, first.shipping, first.total) == ({line: Share(333, 33)}, Share(), Share(333, 33))
    rest = gives_back(order, {line: 2}, before={line: 1})
    assert (rest.lines[line], rest.shipping, rest.total) == (Share(667, 67), Share(800, 0), Share(1467, 67))


@pytest.mark.parametrize("pieces", [{}, {UUID(int=1): 0}, {UUID(int=1): -1}, {UUID(int=1): 3}])
def test_more_than_is_left_or_nothing_is_never_given_back(pieces: dict[UUID, int]) -> None:
    order = PaidOrder({UUID(int=1): PaidLine(3, Share(1000, 0))})
    with pytest.raises(ValueError, match="piece"):
        gives_back(order, pieces, before={UUID(int=1): 1})
