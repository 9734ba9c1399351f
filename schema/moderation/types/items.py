"""Reports, items of the queue, removals and appeals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts.models import Role
from app.moderation import models, ports, queries
from app.moderation.states import AppealStatus, ItemStatus, ReportReason, Why
from schema.accounts.loaders import staff_member
from schema.accounts.types import StaffMember
from schema.context import Info
from schema.moderation.loaders import load_appeals_of, load_items, load_reports_of
from schema.moderation.types.kinds import APPEAL, ITEM, REMOVAL, REPORT, may
from schema.moderation.types.people import ModeratedPerson, moderated_person
from schema.pictures import url_for_staff
from schema.scalars import Node, public_id

strawberry.enum(ReportReason)
strawberry.enum(Why, name="ModerationReason")
strawberry.enum(ItemStatus, name="ModerationStatus")
strawberry.enum(AppealStatus)


@strawberry.type(description="A report arrived; what came of it is told to nobody but its author.")
class ReportReceived(Node):
    """A report arrived."""


@strawberry.type(description="What somebody objects to, for who decides.")
class ReportSeen:
    """One person's objection."""

    reason: ReportReason
    note: str | None
    at: datetime


@strawberry.type(description="The author says that a removal was wrong: for herself, and for who decides.")
class Appeal(Node):
    """An appeal."""

    row: strawberry.Private[models.Appeal]
    text: str
    status: AppealStatus
    created_at: datetime
    decided_at: datetime | None
    reason: str | None = strawberry.field(description="Why it was decided so.")
    version: int

    @strawberry.field(description="For COMMUNITY_MANAGER; null for the author.")
    async def item(
        self, info: Info
    ) -> Annotated["ModerationItem", strawberry.lazy("schema.moderation.types.items")] | None:
        """Tell what was removed."""
        if not may(info, Role.COMMUNITY_MANAGER):
            return None
        loader: DataLoader[UUID, models.ModerationItem | None] = info.context.loader(load_items)
        row = await loader.load(self.row.item_id)
        return ModerationItem.of(row) if row else None

    @classmethod
    def of(cls, row: models.Appeal) -> "Appeal":
        """The API's form of an appeal."""
        return cls(
            id=public_id(APPEAL, row.id),
            row=row,
            text=row.text,
            status=row.status,
            created_at=row.created_at,
            decided_at=row.decided_at,
            reason=row.reason,
            version=row.version,
        )


async def _appeal_of(info: Info, item: UUID) -> Appeal | None:
    loader: DataLoader[UUID, models.Appeal | None] = info.context.loader(load_appeals_of)
    row = await loader.load(item)
    return Appeal.of(row) if row else None


@strawberry.type(description="Something of mine that was removed.")
class Removal(Node):
    """A removal, for the author."""

    row: strawberry.Private[models.ModerationItem]
    target_id: strawberry.ID
    text: str = strawberry.field(description="As it was.")
    reason: str
    at: datetime
    was_restored: bool

    @strawberry.field(description="Null where I have not appealed; once per removal.")
    async def appeal(self, info: Info) -> Appeal | None:
        """Tell what came of my appeal."""
        return await _appeal_of(info, self.row.id)

    @classmethod
    def of(cls, row: models.ModerationItem) -> "Removal":
        """The API's form of a removal."""
        if row.decided_at is None:
            raise LookupError(f"nobody decided on {row.id}")
        return cls(
            id=public_id(REMOVAL, row.id),
            row=row,
            target_id=public_id(row.target_kind, row.target_id),
            text=row.text,
            reason=row.reason or "",
            at=row.decided_at,
            was_restored=row.status is ItemStatus.RESTORED,
        )


@strawberry.type(description="A thing that a person decides on. For COMMUNITY_MANAGER.")
class ModerationItem(Node):
    """An item of the queue."""

    row: strawberry.Private[models.ModerationItem]
    target_id: strawberry.ID
    kind: str = strawberry.field(description="What kind of thing it is, as ids begin.")
    why: list[Why] = strawberry.field(description="Why it is here.")
    status: ItemStatus
    text_when_queued: str
    report_count: int
    opened_at: datetime
    claimed_until: datetime | None
    decided_at: datetime | None
    reason: str | None = strawberry.field(description="What the author was told.")
    version: int

    @strawberry.field(description="What it says now; null where it is not there any more.")
    async def text(self) -> str | None:
        """Tell its text."""
        thing = await ports.shown(self.row.target)
        return thing.text if thing else None

    @strawberry.field
    async def image_urls(self, info: Info) -> list[str]:
        """List its pictures as they are now, also those that only few may see so far."""
        thing = await ports.shown(self.row.target)
        now = await info.context.now()
        return [url_for_staff(each, now) for each in (thing.picture_paths if thing else ())]

    @strawberry.field
    async def author(self, info: Info) -> ModeratedPerson:
        """Tell who wrote it."""
        return await moderated_person(info, self.row.author_id)

    @strawberry.field(description="Who objects to it stays unnamed.")
    async def reports(self, info: Info) -> list[ReportSeen]:
        """List the objections, the first one first."""
        loader: DataLoader[UUID, list[models.Report]] = info.context.loader(load_reports_of)
        found = await loader.load(self.row.id)
        return [ReportSeen(reason=each.reason, note=each.note, at=each.created_at) for each in found]

    @strawberry.field(description="Who looks at it just now; null when nobody does.")
    async def claimed_by(self, info: Info) -> StaffMember | None:
        """Tell who looks at it."""
        until = self.row.claimed_until
        is_over = until is None or until <= await info.context.now()
        return await staff_member(info, self.row.claimed_by) if self.row.claimed_by and not is_over else None

    @strawberry.field
    async def decided_by(self, info: Info) -> StaffMember | None:
        """Tell who decided."""
        return await staff_member(info, self.row.decided_by) if self.row.decided_by else None

    @strawberry.field
    async def appeal(self, info: Info) -> Appeal | None:
        """Tell what the author says."""
        return await _appeal_of(info, self.row.id)

    @classmethod
    def of(cls, row: models.ModerationItem) -> "ModerationItem":
        """The API's form of an item."""
        return cls(
            id=public_id(ITEM, row.id),
            row=row,
            target_id=public_id(row.target_kind, row.target_id),
            kind=row.target_kind,
            why=[Why(each) for each in row.why],
            status=row.status,
            text_when_queued=row.text,
            report_count=row.reports,
            opened_at=row.opened_at,
            claimed_until=row.claimed_until,
            decided_at=row.decided_at,
            reason=row.reason,
            version=row.version,
        )


async def open_item(info: Info, item: UUID) -> ModerationItem | None:
    """An item, for moderators."""
    row = await queries.item(item) if may(info, Role.COMMUNITY_MANAGER) else None
    return ModerationItem.of(row) if row else None


async def open_removal(info: Info, item: UUID) -> Removal | None:
    """A removal, for whose it was."""
    asker = info.context.who()
    row = await queries.item(item) if asker else None
    is_mine = row is not None and asker is not None and row.author_id == asker.user
    return Removal.of(row) if row and is_mine and row.status in {ItemStatus.REMOVED, ItemStatus.RESTORED} else None


async def open_appeal(info: Info, appeal: UUID) -> Appeal | None:
    """An appeal, for its author and for moderators."""
    asker = info.context.who()
    row = await queries.appeal(appeal) if asker else None
    if asker is None or row is None:
        return None
    item = await queries.item(row.item_id)
    is_hers = item is not None and item.author_id == asker.user
    return Appeal.of(row) if is_hers or may(info, Role.COMMUNITY_MANAGER) else None


async def open_report(info: Info, report: UUID) -> ReportReceived | None:
    """A report, for who made it."""
    asker = info.context.who()
    row = await queries.report(report) if asker else None
    is_hers = row is not None and asker is not None and row.reporter_id == asker.user
    return ReportReceived(id=public_id(REPORT, report)) if is_hers else None
