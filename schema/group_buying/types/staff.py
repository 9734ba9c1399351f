"""Deals and groups as staff see them."""

from datetime import datetime

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts import models as accounts
from app.catalog import models as catalog
from app.core.ids import DealId, GroupId, OrderId, SkuId, UserId
from app.group_buying import models
from app.group_buying.states import SeatStatus
from schema.accounts.loaders import load_users
from schema.accounts.types import User
from schema.catalog.loaders import load_skus
from schema.context import Info
from schema.group_buying.loaders import load_all_offers_of, load_all_seats_of, load_deals
from schema.group_buying.types.deal import Deal
from schema.group_buying.types.group import Group
from schema.scalars import Money, public_id

strawberry.enum(SeatStatus)


@strawberry.type(description="A SKU in a deal as staff see it.")
class StaffOffer:
    """A SKU in a deal."""

    id: strawberry.ID = strawberry.field(description="Of the SKU on offer, as shoppers see it.")
    sku_id: strawberry.ID = strawberry.field(description="Of the catalogue's SKU.")
    option_values: list[str]
    price: Money
    quota: int
    quota_left: int
    closed: bool = strawberry.field(description="Taken out of the deal; groups from before still sell it.")


@strawberry.type(description="A deal as staff see it, a draft too: MERCHANT, MARKETER and SUPPORT.")
class StaffDeal:
    """A deal as staff see it."""

    row: strawberry.Private[models.Deal]
    deal: Deal
    version: int = strawberry.field(description="What mutations take as expectedVersion.")
    taken_down_reason: str | None
    no_delivery: list[str]
    created_at: datetime

    @strawberry.field
    async def offers(self, info: Info) -> list[StaffOffer]:
        """List what it offers and has offered."""
        loader: DataLoader[DealId, list[models.Offer]] = info.context.loader(load_all_offers_of)
        offers = await loader.load(self.row.id)
        skus: DataLoader[SkuId, catalog.Sku | None] = info.context.loader(load_skus)
        found = await skus.load_many([offer.sku_id for offer in offers])
        return [
            StaffOffer(
                id=public_id("offer", offer.id),
                sku_id=public_id("sku", offer.sku_id),
                option_values=sku.option_values if sku else [],
                price=Money.of(offer.price_fen),
                quota=offer.quota,
                quota_left=offer.quota_left,
                closed=offer.closed,
            )
            for offer, sku in zip(offers, found, strict=True)
        ]

    @classmethod
    def of(cls, row: models.Deal) -> "StaffDeal":
        """The API's form of a deal for staff."""
        return cls(
            row=row,
            deal=Deal.of(row),
            version=row.version,
            taken_down_reason=row.taken_down_reason,
            no_delivery=row.no_delivery,
            created_at=row.created_at,
        )


@strawberry.type(description="A place in a group as staff see it.")
class StaffSeat:
    """A place in a group as staff see it."""

    row: strawberry.Private[models.Seat]
    status: SeatStatus
    quantity: int
    held_until: datetime | None
    taken_at: datetime | None

    @strawberry.field(description="Null for MARKETER, who does not work with orders.")
    def order_id(self, info: Info) -> strawberry.ID | None:
        """Tell what was ordered with it."""
        from schema.orders.types.order import WORK_WITH_ORDERS  # noqa: PLC0415 - orders have groups, seats have orders

        return public_id("order", OrderId(self.row.order_id)) if info.context.has_any(*WORK_WITH_ORDERS) else None

    @strawberry.field(description="Null where her account is gone.")
    async def buyer(self, info: Info) -> User | None:
        """Tell whose it is."""
        return await _user(info, self.row.user_id)


@strawberry.type(description="A group as staff see it: MERCHANT, MARKETER and SUPPORT.")
class StaffGroup:
    """A group as staff see it."""

    row: strawberry.Private[models.Group]
    group: Group
    created_at: datetime
    ended_at: datetime | None

    @strawberry.field
    async def deal(self, info: Info) -> Deal:
        """Tell its deal."""
        loader: DataLoader[DealId, models.Deal | None] = info.context.loader(load_deals)
        found = await loader.load(self.row.deal_id)
        if found is None:
            raise LookupError(f"group {self.row.id} is of no deal")
        return Deal.of(found)

    @strawberry.field(description="Null where her account is gone.")
    async def leader(self, info: Info) -> User | None:
        """Tell who leads it."""
        return await _user(info, self.row.leader_id)

    @strawberry.field(description="All that there ever were, the oldest first.")
    async def seats(self, info: Info) -> list[StaffSeat]:
        """List its seats."""
        loader: DataLoader[GroupId, list[models.Seat]] = info.context.loader(load_all_seats_of)
        return [
            StaffSeat(
                row=seat,
                status=seat.status,
                quantity=seat.quantity,
                held_until=seat.held_until,
                taken_at=seat.taken_at,
            )
            for seat in await loader.load(self.row.id)
        ]

    @classmethod
    def of(cls, row: models.Group) -> "StaffGroup":
        """The API's form of a group for staff."""
        return cls(row=row, group=Group.of(row), created_at=row.created_at, ended_at=row.ended_at)


async def _user(info: Info, user: UserId) -> User | None:
    loader: DataLoader[UserId, accounts.User | None] = info.context.loader(load_users)
    found = await loader.load(user)
    return User.of(found) if found else None
