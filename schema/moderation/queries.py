"""Reading the queue, for moderators; and what was removed of mine."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.moderation import queries
from app.moderation.states import ItemStatus
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import read_cursor, read_id, read_page_size, read_text
from schema.moderation.types import Appeal, FilterWord, ModeratedPerson, ModerationItem, Removal, kinds
from schema.moderation.types.items import open_item
from schema.moderation.types.people import named_person, open_person

_LONGEST_KIND = 32


@strawberry.type
class ModerationViewer:
    """What became of what I wrote."""

    @strawberry.field(description="What was removed of mine, the newest first, brought back or not.")
    async def removals(self, info: Info, first: int, after: str | None = None) -> Connection[Removal]:
        """List what was removed of mine."""
        user, size = info.context.must_be_signed_in().user, read_page_size(first)
        found = await queries.removals_of(user, limit=size + 1, after=_place(after))
        return page(found, first=size, after=after, key=_by("decided_at"), node=Removal.of)


@strawberry.type
class ModerationStaff:
    """What moderators work with."""

    @strawberry.field(description="For COMMUNITY_MANAGER. Who waits longest first; kind as ids begin, such as post.")
    async def moderation_queue(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        status: ItemStatus = ItemStatus.OPEN,
        kind: str | None = None,
    ) -> Connection[ModerationItem]:
        """List what waits for a decision."""
        info.context.must_have(Role.COMMUNITY_MANAGER)
        size = read_page_size(first)
        kind = read_text(kind, "kind", _LONGEST_KIND) if kind is not None else None
        found = await queries.queue(status=status, kind=kind, limit=size + 1, after=_place(after))
        return page(found, first=size, after=after, key=_by("opened_at"), node=ModerationItem.of)

    @strawberry.field(description="For COMMUNITY_MANAGER.")
    async def moderation_item(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the API's word
    ) -> ModerationItem | None:
        """Open an item of the queue."""
        info.context.must_have(Role.COMMUNITY_MANAGER)
        item = read_id(kinds.ITEM, id, "id")
        return await open_item(info, item) if item else None

    @strawberry.field(description="For COMMUNITY_MANAGER. Those that wait, the oldest first.")
    async def appeals(self, info: Info, first: int, after: str | None = None) -> Connection[Appeal]:
        """List the appeals that wait."""
        info.context.must_have(Role.COMMUNITY_MANAGER)
        size = read_page_size(first)
        found = await queries.open_appeals(limit=size + 1, after=_place(after))
        return page(found, first=size, after=after, key=_by("created_at"), node=Appeal.of)

    @strawberry.field(description="For COMMUNITY_MANAGER. Those that staff added, the newest first.")
    async def filter_words(self, info: Info, first: int, after: str | None = None) -> Connection[FilterWord]:
        """List the words that staff added to the filter."""
        info.context.must_have(Role.COMMUNITY_MANAGER)
        size = read_page_size(first)
        found = await queries.filter_words(limit=size + 1, after=_place(after))
        return page(found, first=size, after=after, key=_by("created_at"), node=FilterWord.of)

    @strawberry.field(
        description="For COMMUNITY_MANAGER and SUPPORT; by the id of a person, a buyer or an author's profile."
    )
    async def moderated_person(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the API's word
    ) -> ModeratedPerson | None:
        """Open a person."""
        info.context.must_have(Role.COMMUNITY_MANAGER, Role.SUPPORT)
        person = await named_person(id, "id")
        return await open_person(info, person) if person else None


def _place(after: str | None) -> tuple[datetime, UUID] | None:
    key = read_cursor(after, [datetime, UUID])
    return key and (key[0], key[1])


def _by(moment: str) -> Any:
    return lambda row: (getattr(row, moment).isoformat(), str(row.id))
