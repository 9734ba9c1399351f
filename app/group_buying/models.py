"""Deals, groups and seats."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import (
    DealId,
    GroupCode,
    GroupId,
    OfferId,
    OrderId,
    ProductId,
    SeatId,
    SkuId,
    UserId,
    new_id,
)
from app.group_buying.rules import DealTerms, GroupTerms
from app.group_buying.states import (
    Audience,
    DealStatus,
    GroupChangeKind,
    GroupFailure,
    GroupStatus,
    IfSeatLost,
    SeatEnd,
    SeatStatus,
)


class Deal(Model):
    """What is offered for group buying. Groups copy what they need, so an edit touches new groups only."""

    id: DealId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    product_id: ProductId = fields.UUIDField()  # type: ignore[assignment]  # as above
    title = fields.CharField(max_length=100)
    description = fields.TextField()
    status = fields.CharEnumField(DealStatus, max_length=12)
    taken_down_reason = fields.CharField(max_length=200, null=True)
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    #: Seats of a group, 2 to 100.
    size = fields.SmallIntField()
    #: How long one group may form once its leader has paid, in seconds.
    window_seconds = fields.IntField()
    #: Pieces; null for no limit.
    limit_per_order = fields.IntField(null=True)
    limit_per_user = fields.IntField(null=True)
    open_audience = fields.CharEnumField(Audience, max_length=12, default=Audience.ANYONE)
    join_audience = fields.CharEnumField(Audience, max_length=12, default=Audience.ANYONE)
    #: The lowest rank that an audience of TIER lets in; null for whoever has the perk of members' groups.
    audience_rank = fields.SmallIntField(null=True)
    #: Provinces, cities or districts, as addresses name them, that it does not deliver to.
    no_delivery: list[str] = fields.JSONField()
    #: Title and product cut into words, so that both databases find Chinese alike.
    search_text = fields.TextField()
    #: Grows with everything that staff do with it.
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "deals"

    @property
    def terms(self) -> DealTerms:
        """What it says about who may buy how much when."""
        return DealTerms(
            status=self.status,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            open_audience=self.open_audience,
            join_audience=self.join_audience,
            audience_rank=self.audience_rank,
            limit_per_order=self.limit_per_order,
            limit_per_user=self.limit_per_user,
            no_delivery=self.no_delivery,
        )


class Offer(Model):
    """One SKU in one deal. `quota_left` is the hot counter of a popular deal: it never goes below zero."""

    id: OfferId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    deal: fields.ForeignKeyRelation[Deal] = fields.ForeignKeyField("pintuan.Deal", on_delete=fields.OnDelete.RESTRICT)
    deal_id: DealId
    sku_id: SkuId = fields.UUIDField()  # type: ignore[assignment]  # as above
    #: Per piece in a group.
    price_fen = fields.BigIntField()
    #: Pieces that the deal set aside.
    quota = fields.IntField()
    quota_left = fields.IntField()
    position = fields.SmallIntField()
    #: Staff have taken it out of the deal.
    closed = fields.BooleanField(default=False)

    class Meta:
        table = "offers"
        constraints = (CheckConstraint("quota_left BETWEEN 0 AND quota", "offers_quota_is_not_oversold"),)


class Group(Model):
    """One attempt to fill a deal. The database holds taken + held within size."""

    id: GroupId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    code: GroupCode = fields.CharField(max_length=11, unique=True)  # type: ignore[assignment]  # Tortoise types it as str
    deal: fields.ForeignKeyRelation[Deal] = fields.ForeignKeyField("pintuan.Deal", on_delete=fields.OnDelete.RESTRICT)
    deal_id: DealId
    #: Who is called the leader now; `opener_id` is who opened it.
    leader_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    opener_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    status = fields.CharEnumField(GroupStatus, max_length=12)
    reason = fields.CharEnumField(GroupFailure, max_length=12, null=True)
    #: Copied from the deal when the group opened, as is the window; prices stand in `group_prices`.
    size = fields.SmallIntField()
    window_seconds = fields.IntField()
    #: Per piece, the cheapest SKU: what lists and pages show.
    price_fen = fields.BigIntField()
    #: Paid seats, and seats held or being released.
    taken = fields.SmallIntField(default=0)
    held = fields.SmallIntField(default=0)
    #: Grows with every change; the head of the group's state stream.
    version = fields.IntField(default=1)
    last_change = fields.CharEnumField(GroupChangeKind, max_length=16)
    #: Null while PENDING.
    expires_at = fields.DatetimeField(null=True)
    #: No new hold from here on, a little before the deadline.
    closes_at = fields.DatetimeField(null=True)
    refunds_done = fields.SmallIntField(default=0)
    refunds_total = fields.SmallIntField(default=0)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    @property
    def terms(self) -> GroupTerms:
        """How it stands."""
        return GroupTerms(
            id=self.id,
            status=self.status,
            size=self.size,
            taken=self.taken,
            held=self.held,
            closes_at=self.closes_at,
        )

    class Meta:
        table = "groups"
        constraints = (
            CheckConstraint("taken >= 0 AND held >= 0 AND taken + held <= size", "groups_seats_within_size"),
            CheckConstraint("size BETWEEN 2 AND 100", "groups_size_is_2_to_100"),
        )


class GroupPrice(Model):
    """What one SKU costs in one group: copied when it opened, so that a later edit touches new groups only."""

    id = fields.UUIDField(primary_key=True, default=new_id)
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField(
        "pintuan.Group", on_delete=fields.OnDelete.RESTRICT
    )
    group_id: GroupId
    offer: fields.ForeignKeyRelation[Offer] = fields.ForeignKeyField(
        "pintuan.Offer", on_delete=fields.OnDelete.RESTRICT
    )
    offer_id: OfferId
    price_fen = fields.BigIntField()

    class Meta:
        table = "group_prices"


class Seat(Model):
    """A buyer's place in a group, and the order that pays for it."""

    id: SeatId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    group: fields.ForeignKeyRelation[Group] = fields.ForeignKeyField(
        "pintuan.Group", on_delete=fields.OnDelete.RESTRICT
    )
    group_id: GroupId
    deal_id: DealId = fields.UUIDField()  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    order_id: OrderId = fields.UUIDField(unique=True)  # type: ignore[assignment]  # as above
    offer: fields.ForeignKeyRelation[Offer] = fields.ForeignKeyField(
        "pintuan.Offer", on_delete=fields.OnDelete.RESTRICT
    )
    offer_id: OfferId
    quantity = fields.IntField()
    status = fields.CharEnumField(SeatStatus, max_length=16)
    held_until = fields.DatetimeField(null=True)
    #: When the payment began to be queried and closed; null before.
    releasing_since = fields.DatetimeField(null=True)
    #: When giving the seat back is tried (again): the hold's end at first. Null once that is settled.
    release_due_at = fields.DatetimeField(null=True)
    end = fields.CharEnumField(SeatEnd, max_length=16, null=True)
    ended_at = fields.DatetimeField(null=True)
    taken_at = fields.DatetimeField(null=True)
    if_seat_lost = fields.CharEnumField(IfSeatLost, max_length=8)
    #: What was done with money that arrived too late; null where none did.
    overflow = fields.CharEnumField(IfSeatLost, max_length=8, null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "seats"
