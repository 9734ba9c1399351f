"""Groups: the same for everybody, signed in or not."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from app.core.ids import DealId, GroupId, UserId
from app.group_buying import models
from app.group_buying.states import GroupChangeKind, GroupFailure, GroupStatus
from schema.accounts.loaders import load_people
from schema.context import Info
from schema.group_buying.loaders import load_deals, load_groups, load_seats_of
from schema.group_buying.types.deal import Deal, LadderRung
from schema.scalars import Money, Node, Person, public_id

strawberry.enum(GroupStatus)
strawberry.enum(GroupFailure)
strawberry.enum(GroupChangeKind)


@strawberry.type
class Seat:
    """A paid seat."""

    is_leader: bool
    taken_at: datetime
    buyer: strawberry.Private[UserId]

    @strawberry.field
    async def participant(self, info: Info) -> Person:
        """Say who sits there, masked."""
        return await _person(info, self.buyer)


@strawberry.type
class RefundProgress:
    """How many of a failed group's members have their money back."""

    done: int
    total: int


@strawberry.type(description="One attempt to fill a deal. seatsTaken + seatsHeld + seatsLeft = size.")
class Group(Node):
    """One attempt to fill a deal."""

    row: strawberry.Private[models.Group]
    code: str = strawberry.field(description="What links, scenes and joinGroup carry; begins with G.")
    status: GroupStatus
    reason: GroupFailure | None = strawberry.field(description="Why it failed; else null.")
    assisted: bool = strawberry.field(
        description="It ships at the group price although not all seats were taken; nobody was invented."
    )
    version: int = strawberry.field(description="Grows with every change; never goes back.")
    size: int = strawberry.field(description="Seats; with a ladder, its largest rung.")
    ladder: list[LadderRung] = strawberry.field(description="The smallest rung first; empty without a ladder.")
    seats_taken: int
    seats_held: int = strawberry.field(description="Held and being released.")
    seats_left: int
    price: Money = strawberry.field(description="Per piece.")
    expires_at: datetime | None = strawberry.field(
        description="Null while PENDING: the window begins when the leader has paid."
    )
    refund_progress: RefundProgress | None = strawberry.field(description="While FAILING and after; else null.")

    @strawberry.field
    async def leader(self, info: Info) -> Person:
        """Say who leads, masked."""
        return await _person(info, self.row.leader_id)

    @strawberry.field(description="The paid ones, the leader first.")
    async def seats(self, info: Info) -> list[Seat]:
        """List the paid seats."""
        loader: DataLoader[GroupId, list[models.Seat]] = info.context.loader(load_seats_of)
        paid = [
            Seat(is_leader=seat.user_id == self.row.leader_id, taken_at=seat.taken_at, buyer=seat.user_id)
            for seat in await loader.load(self.row.id)
            if seat.taken_at
        ]
        return sorted(paid, key=lambda seat: not seat.is_leader)

    @strawberry.field
    async def deal(self, info: Info) -> Deal:
        """Tell the deal."""
        loader: DataLoader[DealId, models.Deal | None] = info.context.loader(load_deals)
        row = await loader.load(self.row.deal_id)
        if row is None:
            raise LookupError(f"group {self.row.id} is of no deal")
        return Deal.of(row)

    @classmethod
    def of(cls, row: models.Group) -> "Group":
        """The API's form of a group."""
        failed = row.status in {GroupStatus.FAILING, GroupStatus.FAILED}
        return cls(
            id=public_id("group", row.id),
            row=row,
            code=row.code,
            status=row.status,
            reason=row.reason,
            assisted=False,
            version=row.version,
            size=row.size,
            ladder=[],
            seats_taken=row.taken,
            seats_held=row.held,
            seats_left=row.size - row.taken - row.held,
            price=Money.of(row.price_fen),
            expires_at=row.expires_at,
            refund_progress=RefundProgress(done=row.refunds_done, total=row.refunds_total) if failed else None,
        )


@strawberry.type
class GroupChange:
    """A group as it now is."""

    kind: GroupChangeKind = strawberry.field(description="The newest of the changes merged into this frame.")
    version: int = strawberry.field(description="What to resume after.")
    group: Group


async def _person(info: Info, user: UserId) -> Person:
    loader: DataLoader[UserId, Person] = info.context.loader(load_people)
    return await loader.load(user)


async def open_group(info: Info, group: UUID) -> Group | None:
    """A group by its id."""
    loader: DataLoader[GroupId, models.Group | None] = info.context.loader(load_groups)
    row = await loader.load(GroupId(group))
    return Group.of(row) if row else None
