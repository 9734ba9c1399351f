"""What a perk may say, and what it comes to."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from app.membership.states import PerkKind

#: Nobody is given more than half: who types 5 for "5 % off" would give away the shop.
LEAST_PERCENT, MOST_PERCENT = 50, 99
MOST_TIMES = 10
MOST_HOURS = 168

#: Kinds that nothing acts on: a birthday coupon waits for coupons, return shipping for parcels that come back.
#: No draft may promise one, and a plan that is kept with one shows it to nobody.
NOT_YET = frozenset({PerkKind.BIRTHDAY_COUPON, PerkKind.RETURN_SHIPPING})

#: Kinds whose value says how much; the others say it all by being there.
VALUED = frozenset({PerkKind.DISCOUNT, PerkKind.POINTS_MULTIPLIER, PerkKind.EARLY_ACCESS})

_WHOLE = re.compile(r"[1-9]\d{0,3}")
_DECIMAL = re.compile(r"\d{1,2}(\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Perk:
    """One thing that a tier gives."""

    kind: PerkKind
    #: A plain number as text: per cent that are left to pay, times the points, hours before the start.
    value: str | None = None


def read_value(kind: PerkKind, value: str | None) -> str | None:
    """A perk's value as it is kept; raises ValueError, with words for people, where it cannot be one."""
    if kind in NOT_YET:
        raise ValueError(NOTHING_ACTS)
    text = (value or "").strip().rstrip("%×").strip()
    if kind not in VALUED:
        if text:
            raise ValueError(_NO_VALUE)
        return None
    if kind is PerkKind.POINTS_MULTIPLIER:
        if not _DECIMAL.fullmatch(text) or not 1 < Decimal(text) <= MOST_TIMES:
            raise ValueError(_TIMES)
        return f"{Decimal(text).normalize():f}"
    least, most, refusal = _WHOLE_NUMBERS[kind]
    if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise ValueError(refusal)
    return text


NOTHING_ACTS = "Nothing acts on this perk yet."
_NO_VALUE = "This perk has no value."
_TIMES = "Points are multiplied by more than 1 and at most 10, such as 1.5."
_WHOLE_NUMBERS = {
    PerkKind.DISCOUNT: (LEAST_PERCENT, MOST_PERCENT, "A discount leaves 50 to 99 per cent to pay, such as 95."),
    PerkKind.EARLY_ACCESS: (1, MOST_HOURS, "Early access is 1 to 168 hours."),
}

#: All that `read_value` says, for the catalogue of words.
REFUSALS = (NOTHING_ACTS, _NO_VALUE, _TIMES, *(refusal for _, _, refusal in _WHOLE_NUMBERS.values()))


def find(perks: Iterable[Perk], kind: PerkKind) -> Perk | None:
    """The perk of this kind; None where there is none."""
    return next((each for each in perks if each.kind is kind), None)


def percent(perks: Iterable[Perk]) -> int:
    """How many per cent of a price are left to pay; 100 without a discount."""
    found = find(perks, PerkKind.DISCOUNT)
    return int(found.value) if found and found.value else 100


def times(perks: Iterable[Perk]) -> Decimal:
    """By how much points are multiplied."""
    found = find(perks, PerkKind.POINTS_MULTIPLIER)
    return Decimal(found.value) if found and found.value else Decimal(1)


def head_start(perks: Iterable[Perk]) -> timedelta:
    """How long before its start a deal is open to her."""
    found = find(perks, PerkKind.EARLY_ACCESS)
    return timedelta(hours=int(found.value)) if found and found.value else timedelta()


def points_for(amount_fen: int, points_percent: int) -> int:
    """The points that a purchase earns: one a yuan, times so many hundredths, rounded down."""
    return amount_fen * points_percent // 10_000


def is_at_least(higher: Sequence[Perk], lower: Perk) -> bool:
    """Whether these perks give as much of this kind as the lower tier's does."""
    found = find(higher, lower.kind)
    if found is None:
        return False
    if found.value is None or lower.value is None:
        return True
    more, less = Decimal(found.value), Decimal(lower.value)
    return more <= less if lower.kind is PerkKind.DISCOUNT else more >= less
