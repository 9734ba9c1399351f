"""What perks and what is odd about them are called, in whatever language they are read in. Pure."""

from collections.abc import Mapping

from app.core.words import say
from app.membership.rules.perks import Perk
from app.membership.rules.plans import Conflict
from app.membership.states import PerkKind

_TITLES: Mapping[PerkKind, str] = {
    PerkKind.DISCOUNT: "Member price",
    PerkKind.FREE_SHIPPING: "Free shipping",
    PerkKind.POINTS_MULTIPLIER: "More points",
    PerkKind.EARLY_ACCESS: "Early access",
    PerkKind.MEMBERS_ONLY_GROUPS: "Groups for members",
}

_VALUES: Mapping[PerkKind, str] = {
    PerkKind.DISCOUNT: "{value} %",
    PerkKind.POINTS_MULTIPLIER: "{value} ×",
    PerkKind.EARLY_ACCESS: "{value} hours earlier",
}


def title(kind: PerkKind, locale: str) -> str:
    """What a perk is called."""
    return say(locale, _TITLES[kind])


def value(perk: Perk, locale: str) -> str | None:
    """How much it is; None where the title says it all."""
    return say(locale, _VALUES[perk.kind], value=perk.value) if perk.value is not None else None


def conflict_title(conflict: Conflict, locale: str) -> str:
    """What does not fit: a perk, or the whole plan."""
    return title(conflict.kind, locale) if conflict.kind else say(locale, "The whole plan")


def conflict_reason(conflict: Conflict, locale: str) -> str:
    """Why it does not fit."""
    return say(locale, conflict.reason, **conflict.values)
