"""Plans, growth, points and simulations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint
from tortoise.models import Model

from app.core.ids import OrderId, PerkPlanId, PerkSimulationId, UserId, new_id
from app.membership.rules import plans
from app.membership.rules.standing import Grown, growth_of
from app.membership.states import PointsChange, PointsReason, SimulationStatus


class PerkPlan(Model):
    """A version of all tiers and perks. Once `active_from` is set, nothing of it changes any more."""

    id: PerkPlanId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # Tortoise types a key as UUID
    #: From 2 on: 1 is the house's own plan.
    version = fields.IntField(unique=True)
    tiers: list[dict[str, Any]] = fields.JSONField()
    note = fields.CharField(max_length=500, default="")
    #: Who drafted it, and what her console called it.
    author_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    client_id = fields.CharField(max_length=100)
    #: Grows with every change; staff say which one they saw. (`version` is the plan's number.)
    revision = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    simulated_at = fields.DatetimeField(null=True)
    #: Null for a draft. The latest that has come says which plan is in force.
    active_from = fields.DatetimeField(null=True)
    decided_by: UserId | None = fields.UUIDField(null=True)  # type: ignore[assignment]  # as above
    #: The version whose content it repeats; null for one of its own.
    copy_of = fields.IntField(null=True)
    reason = fields.CharField(max_length=200, null=True)

    @property
    def content(self) -> plans.Plan:
        """What it says."""
        return plans.Plan(self.version, plans.from_json(self.tiers))

    class Meta:
        table = "perk_plans"
        constraints = (CheckConstraint("version > 1", "perk_plans_version_is_somebodys"),)


class CountedPurchase(Model):
    """What one order has brought its buyer: growth and points. Refunds and settlement come in any order."""

    order_id: OrderId = fields.UUIDField(primary_key=True)  # type: ignore[assignment]  # as above
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    #: What was kept of the money at settlement; null before.
    settled_fen = fields.BigIntField(null=True)
    #: When it was settled: its place in the window. A refund later takes growth back as if it had never come.
    settled_at = fields.DatetimeField(null=True)
    #: As the refunds say; null where none was heard of.
    paid_fen = fields.BigIntField(null=True)
    refunded_fen = fields.BigIntField(default=0)
    #: Points that it has brought so far, and by how many hundredths they were multiplied.
    points = fields.IntField(default=0)
    points_percent = fields.IntField(default=100)

    @property
    def kept_fen(self) -> int:
        """What counts: settled, and not refunded, whichever was heard first."""
        settled = self.settled_fen or 0
        return settled if self.paid_fen is None else max(0, min(settled, self.paid_fen - self.refunded_fen))

    @property
    def grown(self) -> Grown | None:
        """Its growth; None before it is settled."""
        return Grown(self.settled_at, growth_of(self.kept_fen)) if self.settled_at else None

    class Meta:
        table = "counted_purchases"
        constraints = (CheckConstraint("refunded_fen >= 0 AND points >= 0", "counted_purchases_are_not_negative"),)


class Membership(Model):
    """Which tier somebody was last seen in: who is told of a change, and when to look again. Decides nothing."""

    user_id: UserId = fields.UUIDField(primary_key=True)  # type: ignore[assignment]  # as above
    rank = fields.SmallIntField(default=0)
    plan_version = fields.IntField()
    #: When time alone may lower the tier; null where it cannot.
    look_again_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "memberships"


class PointsAccount(Model):
    """One person's points: its row is what changes queue behind."""

    user_id: UserId = fields.UUIDField(primary_key=True)  # type: ignore[assignment]  # as above
    #: Points that had to be taken back and were not there; the next that are earned pay for it.
    debt = fields.BigIntField(default=0)

    class Meta:
        table = "points_accounts"
        constraints = (CheckConstraint("debt >= 0", "points_accounts_debt_is_not_negative"),)


class PointsLot(Model):
    """Points that expire together."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    reason = fields.CharEnumField(PointsReason, max_length=16)
    reference = fields.CharField(max_length=100)
    points = fields.BigIntField()
    unused = fields.BigIntField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "points_lots"
        constraints = (CheckConstraint("unused BETWEEN 0 AND points", "points_lots_are_not_overdrawn"),)


class PointsEntry(Model):
    """One change of somebody's points. Never changed; all of them add up to her lots less her debt."""

    id: UUID = fields.UUIDField(primary_key=True, default=new_id)
    user_id: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    change = fields.CharEnumField(PointsChange, max_length=8)
    reason = fields.CharEnumField(PointsReason, max_length=16)
    reference = fields.CharField(max_length=100)
    #: What is reversed or returned: the reference under which it was earned or spent.
    origin = fields.CharField(max_length=100, null=True)
    points = fields.BigIntField()
    #: Of spent points: until when the longest lived could have been used.
    usable_until = fields.DatetimeField(null=True)
    at = fields.DatetimeField()

    class Meta:
        table = "points_entries"
        constraints = (CheckConstraint("points > 0", "points_entries_move_something"),)


class PerkSimulation(Model):
    """A replay of real orders under a draft, and how far it has come."""

    id: PerkSimulationId = fields.UUIDField(primary_key=True, default=new_id)  # type: ignore[assignment]  # as above
    plan: fields.ForeignKeyRelation[PerkPlan] = fields.ForeignKeyField(
        "pintuan.PerkPlan", on_delete=fields.OnDelete.RESTRICT
    )
    plan_id: PerkPlanId
    #: The draft as it was when the replay was asked for.
    tiers: list[dict[str, Any]] = fields.JSONField()
    days = fields.SmallIntField()
    status = fields.CharEnumField(SimulationStatus, max_length=12)
    #: Grows with every change; the head of the simulation's state stream.
    version = fields.IntField(default=1)
    asked_by: UserId = fields.UUIDField()  # type: ignore[assignment]  # as above
    created_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    attempts = fields.SmallIntField(default=0)
    orders_total = fields.IntField(default=0)
    orders_done = fields.IntField(default=0)
    #: What the replay has found so far; when it is DONE, its result.
    found: dict[str, Any] = fields.JSONField()

    class Meta:
        table = "perk_simulations"
        constraints = (
            CheckConstraint("orders_done BETWEEN 0 AND orders_total", "perk_simulations_progress_is_within_total"),
        )
