"""Editions of feeds."""

from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from app.core.ids import CommunityId, UserId, new_id
from app.feed.rules import Entry
from app.feed.states import ItemKind, Why


class FeedEdition(Model):
    """A feed as it stood at a moment. Never changed; forgotten after two hours."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    #: Whose it is; null is everybody's.
    user_id: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # Tortoise types an id as UUID
    #: Which community's; null is all of hers.
    community_id: CommunityId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    #: By which version of the ranking; 0 is by time.
    ranking_version = fields.IntField()
    #: What it shows in its order: kind, id and why of each.
    entries: list[Any] = fields.JSONField()
    #: The communities whose older posts follow behind its end, and before which post these begin.
    community_ids: list[str] = fields.JSONField()
    rest_at = fields.DatetimeField(null=True)
    rest_id: UUID | None = fields.UUIDField(null=True)
    made_at = fields.DatetimeField()

    class Meta:
        table = "feed_editions"

    def entry(self, position: int) -> Entry:
        """What stands at a place."""
        kind, thing, why = self.entries[position]
        return Entry(ItemKind(kind), UUID(thing), Why(why))
