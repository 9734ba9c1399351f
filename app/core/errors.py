"""Refusals: what the shop says no to.

A refusal is raised, and raising rolls the transaction back: nothing has changed. Its class name is its code
(`GroupFull` is `GROUP_FULL`) and its docstring is its message in English; `zh_CN.po` has the Chinese. Data
that a client can act on are its fields.
"""

import re
from typing import ClassVar

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


class DomainError(Exception):
    """The shop says no. One that carries data is a `@dataclass(eq=False)`."""

    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """The code follows from the name."""
        cls.code = _WORD_START.sub("_", cls.__name__).upper()

    @property
    def message(self) -> str:
        """What it says to people, in English."""
        return (self.__doc__ or "").strip().splitlines()[0]

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class IdempotencyKeyReused(DomainError):
    """This key was already used with other content."""


class TargetNotFound(DomainError):
    """It is no longer there."""


class NotDraft(DomainError):
    """This is no longer a draft."""


class Stale(DomainError):
    """Somebody else has changed this meanwhile; please look at it again."""
