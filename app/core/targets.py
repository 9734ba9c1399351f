"""Targets: how a thing that may point at anything names what it points at.

A share link, a notification or a post's attachment holds a Target. The kinds are those of the public ids.
"""

from dataclasses import dataclass
from uuid import UUID

from app.core.ids import from_public, to_public


@dataclass(frozen=True, slots=True)
class Target:
    """A thing of some kind; whether it exists is for its room to say."""

    kind: str
    id: UUID

    @property
    def public_id(self) -> str:
        """The opaque id that the API gives for it."""
        return to_public(self.kind, self.id)

    @classmethod
    def from_public(cls, text: str) -> "Target":
        """The target that an opaque id names; raises MalformedIdError."""
        return cls(*from_public(text))
