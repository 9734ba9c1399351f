"""Kinds of public ids, and who may see what they name."""

from app.accounts.models import Role
from app.moderation.actions.filtering import KIND as FILTER_WORD
from schema.context import Info

ITEM, REMOVAL, APPEAL, REPORT, MUTE, PERSON = "moderation", "removal", "appeal", "report", "mute", "person"
WORD = FILTER_WORD


def may(info: Info, *roles: Role) -> bool:
    """Whether who asks has one of these roles, or is an admin."""
    asker = info.context.who()
    return asker is not None and not asker.roles.isdisjoint({*roles, Role.ADMIN})
