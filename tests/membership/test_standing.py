"""Standing: growth over a rolling window decides, with grace before a downgrade."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.words import CHINESE, say
from app.membership.rules.perks import NOT_YET, REFUSALS, Perk, points_for, read_value
from app.membership.rules.plans import HOUSE_PLAN, Tier, from_json, to_json
from app.membership.rules.standing import Grown, standing
from app.membership.states import PerkKind

_NOW = datetime(2026, 11, 23, tzinfo=UTC)
_DAY = timedelta(days=1)


def _rank(*grown: tuple[int, int]) -> int:
    """The rank of who has so much growth since so many days."""
    return standing(HOUSE_PLAN, [Grown(_NOW - days * _DAY, growth) for growth, days in grown], _NOW).rank


@pytest.mark.parametrize(
    ("grown", "rank"),
    [
        ((), 0),
        (((499, 0),), 0),
        (((500, 0),), 1),
        (((1999, 3),), 1),
        (((1000, 3), (1000, 200)), 2),
        (((10000, 364),), 3),
        (((10000, 365),), 3),
        (((10000, 394),), 3),
        (((10000, 395),), 0),
        (((10000, 395), (500, 2)), 1),
        (((300, 366), (300, 20)), 1),
        (((300, 390), (300, 20)), 0),
    ],
)
def test_the_tier_is_the_highest_that_growth_reached_within_the_grace(
    grown: tuple[tuple[int, int], ...], rank: int
) -> None:
    assert _rank(*grown) == rank


def test_growth_and_the_next_tier_are_those_of_now_though_grace_keeps_the_tier() -> None:
    found = standing(HOUSE_PLAN, [Grown(_NOW - 370 * _DAY, 2000), Grown(_NOW - 5 * _DAY, 100)], _NOW)
    assert (found.name, found.growth) == ("金卡", 100)
    assert found.next_tier == HOUSE_PLAN.tiers[3]
    assert standing(HOUSE_PLAN, [Grown(_NOW, 10**6)], _NOW).next_tier is None


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (PerkKind.DISCOUNT, "95", "95"),
        (PerkKind.DISCOUNT, " 95 % ", "95"),
        (PerkKind.POINTS_MULTIPLIER, "2.0", "2"),
        (PerkKind.POINTS_MULTIPLIER, "1.5 ×", "1.5"),
        (PerkKind.POINTS_MULTIPLIER, "10", "10"),
        (PerkKind.EARLY_ACCESS, "24", "24"),
        (PerkKind.FREE_SHIPPING, None, None),
        (PerkKind.MEMBERS_ONLY_GROUPS, "", None),
    ],
)
def test_a_perk_is_kept_as_a_plain_number(kind: PerkKind, given: str | None, kept: str | None) -> None:
    assert read_value(kind, given) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (PerkKind.DISCOUNT, None),
        (PerkKind.DISCOUNT, "5"),
        (PerkKind.DISCOUNT, "100"),
        (PerkKind.DISCOUNT, "95.5"),
        (PerkKind.DISCOUNT, "-95"),
        (PerkKind.DISCOUNT, "九五"),
        (PerkKind.DISCOUNT, "٩٥"),
        (PerkKind.POINTS_MULTIPLIER, "1"),
        (PerkKind.POINTS_MULTIPLIER, "10.01"),
        (PerkKind.POINTS_MULTIPLIER, "1e1"),
        (PerkKind.EARLY_ACCESS, "0"),
        (PerkKind.EARLY_ACCESS, "169"),
        (PerkKind.BIRTHDAY_COUPON, "50"),
        (PerkKind.RETURN_SHIPPING, None),
        (PerkKind.FREE_SHIPPING, "yes"),
    ],
)
def test_a_value_that_its_kind_cannot_have_is_refused(kind: PerkKind, given: str | None) -> None:
    with pytest.raises(ValueError, match="h"):
        read_value(kind, given)


def test_what_a_perk_cannot_say_is_explained_in_chinese_too() -> None:
    assert [each for each in REFUSALS if say(CHINESE, each) == each] == []


@pytest.mark.parametrize("kind", sorted(NOT_YET))
def test_a_perk_that_nothing_acts_on_is_shown_to_nobody(kind: PerkKind) -> None:
    kept = to_json([Tier("普通", 0, 0, (Perk(kind), Perk(PerkKind.FREE_SHIPPING)))])
    assert from_json(kept) == (Tier("普通", 0, 0, (Perk(PerkKind.FREE_SHIPPING),)),)


def test_points_round_down() -> None:
    assert [points_for(fen, 150) for fen in (99, 100, 1990)] == [1, 1, 29]
