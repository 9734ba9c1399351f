"""What the API says of the desk."""

import json
from datetime import datetime
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.desk import models, queries
from app.desk.models import Matter
from schema.context import Info
from schema.desk.loaders import load_picture_paths
from schema.pictures import url_for_staff
from schema.scalars import NameValue, Node, public_id

strawberry.enum(Matter, name="DeskMatter")


@strawberry.type(description="One thing that no rule can finish. For SUPPORT and MERCHANT.")
class DeskItem(Node):
    """One open matter."""

    matter: Matter
    subject: str = strawberry.field(description="Such as a refund's id or WeChat's transaction id.")
    detail: list[NameValue]
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str | None = strawberry.field(description="What was done; null where it went away by itself.")
    version: int = strawberry.field(description="For expectedVersion.")

    @strawberry.field(description="Of PICTURE_TO_REVIEW: the picture, for some minutes.")
    async def picture_url(self, info: Info) -> str | None:
        """Show what is to be decided."""
        if self.matter is not Matter.PICTURE_TO_REVIEW:
            return None
        path: str | None = await info.context.loader(load_picture_paths).load(self.subject)
        return url_for_staff(path, await info.context.now()) if path else None

    @classmethod
    def of(cls, row: models.DeskItem) -> "DeskItem":
        """The API's form of an item."""
        return cls(
            id=public_id("desk", row.id),
            matter=row.matter,
            subject=row.subject,
            detail=[
                NameValue(name=name, value=value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
                for name, value in sorted(row.detail.items())
            ],
            opened_at=row.opened_at,
            resolved_at=row.resolved_at,
            resolution=row.resolution,
            version=row.version,
        )


async def open_item(info: Info, item: UUID) -> DeskItem | None:
    """An item by its id, for who works at the desk."""
    if not info.context.has_any(Role.SUPPORT, Role.MERCHANT):
        return None
    found = await queries.item(item)
    return DeskItem.of(found) if found else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"desk": open_item}
