"""Refusals of group buying that carry data."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from app.core.ids import GroupId
from app.group_buying import errors, queries
from app.group_buying.errors import Ineligible
from app.group_buying.states import DealStatus, GroupStatus
from app.orders import queries as orders
from schema.context import Context
from schema.group_buying.types import Group
from schema.refusals import UserError, register
from schema.scalars import Money

if TYPE_CHECKING:
    from schema.orders.types import Order

strawberry.enum(Ineligible, name="IneligibleReason")

#: How many other groups a full one points to.
_OTHERS = 5


@strawberry.type(description="DEAL_NOT_RUNNING")
class DealNotRunning(UserError):
    """The deal opens no new groups now."""

    starts_at: datetime | None = strawberry.field(description="Null where it will not start (again).")


@strawberry.type(description="DEAL_MOVE_REFUSED")
class DealMoveRefused(UserError):
    """It cannot be done with the deal as it stands now."""

    status: DealStatus


@strawberry.type(description="GROUP_PRICE_TOO_HIGH")
class GroupPriceTooHigh(UserError):
    """In a group it must cost less than alone."""

    solo_price: Money


@strawberry.type(description="LIMIT_REACHED")
class LimitReached(UserError):
    """Nobody may buy more."""

    limit: int = strawberry.field(description="Pieces.")
    bought: int = strawberry.field(description="Pieces so far, unpaid ones included.")


@strawberry.type(description="NOT_ELIGIBLE")
class NotEligible(UserError):
    """The deal is not open to her."""

    reason: Ineligible


@strawberry.type(description="AMOUNT_CHANGED")
class AmountChanged(UserError):
    """It would now cost more."""

    amount: Money = strawberry.field(
        description="What the order would cost now; send it as expectedAmountFen to agree."
    )


@strawberry.type(description="GROUP_FULL")
class GroupFull(UserError):
    """No seat is left."""

    open_groups: list[Group] = strawberry.field(description="Others of the same deal that can be joined.")


@strawberry.type(description="GROUP_ENDED")
class GroupEnded(UserError):
    """The group has ended."""

    status: GroupStatus


@strawberry.type(description="ALREADY_IN_GROUP")
class AlreadyInGroup(UserError):
    """She has a seat already."""

    order: Annotated["Order", strawberry.lazy("schema.orders.types")] = strawberry.field(
        description="The order that has the seat."
    )


@strawberry.type(description="ALREADY_LEADING")
class AlreadyLeading(UserError):
    """She leads a group already."""

    group: Group | None = strawberry.field(
        description="The group I lead already. Never null; nullable because CheckoutStarted.group is, "
        "and one selection asks for both."
    )


@strawberry.type(description="HOLD_LIMIT")
class HoldLimit(UserError):
    """She holds too many seats, or let too many lapse."""

    until: datetime = strawberry.field(description="When a seat can be held again.")


async def _group_full(error: errors.GroupFull, message: str, _: Context) -> UserError:
    full = (await queries.groups([error.group]))[error.group]
    others = await queries.joinable_groups(full.deal_id, limit=_OTHERS)
    rows = await queries.groups([each.id for each in others])
    return GroupFull(
        code=error.code, message=message, open_groups=[Group.of(rows[each.id]) for each in others if each.id in rows]
    )


async def _already_in_group(error: errors.AlreadyInGroup, message: str, _: Context) -> UserError:
    from schema.orders.types import Order  # noqa: PLC0415 - orders have groups, this refusal has an order

    order = (await orders.orders([error.order]))[error.order]
    return AlreadyInGroup(code=error.code, message=message, order=Order.of(order))


async def _already_leading(error: errors.AlreadyLeading, message: str, _: Context) -> UserError:
    return AlreadyLeading(code=error.code, message=message, group=await _group(error.group))


async def _group(group: GroupId) -> Group:
    return Group.of((await queries.groups([group]))[group])


async def _deal_not_running(error: errors.DealNotRunning, message: str, _: Context) -> UserError:
    return DealNotRunning(code=error.code, message=message, starts_at=error.starts_at)


async def _limit_reached(error: errors.LimitReached, message: str, _: Context) -> UserError:
    return LimitReached(code=error.code, message=message, limit=error.limit, bought=error.bought)


async def _not_eligible(error: errors.NotEligible, message: str, _: Context) -> UserError:
    return NotEligible(code=error.code, message=message, reason=error.reason)


async def _amount_changed(error: errors.AmountChanged, message: str, _: Context) -> UserError:
    return AmountChanged(code=error.code, message=message, amount=Money.of(error.amount_fen))


async def _group_ended(error: errors.GroupEnded, message: str, _: Context) -> UserError:
    return GroupEnded(code=error.code, message=message, status=error.status)


async def _hold_limit(error: errors.HoldLimit, message: str, _: Context) -> UserError:
    return HoldLimit(code=error.code, message=message, until=error.until)


register(errors.DealNotRunning, DealNotRunning, _deal_not_running)
register(errors.LimitReached, LimitReached, _limit_reached)
register(errors.NotEligible, NotEligible, _not_eligible)
register(errors.AmountChanged, AmountChanged, _amount_changed)
register(errors.GroupFull, GroupFull, _group_full)
register(errors.GroupEnded, GroupEnded, _group_ended)
register(errors.AlreadyInGroup, AlreadyInGroup, _already_in_group)
register(errors.AlreadyLeading, AlreadyLeading, _already_leading)
register(errors.HoldLimit, HoldLimit, _hold_limit)


async def _deal_move_refused(error: errors.DealMoveRefused, message: str, _: Context) -> DealMoveRefused:
    return DealMoveRefused(code=error.code, message=message, status=error.status)


async def _group_price_too_high(error: errors.GroupPriceTooHigh, message: str, _: Context) -> GroupPriceTooHigh:
    return GroupPriceTooHigh(code=error.code, message=message, solo_price=Money.of(error.solo_price_fen))


register(errors.DealMoveRefused, DealMoveRefused, _deal_move_refused)
register(errors.GroupPriceTooHigh, GroupPriceTooHigh, _group_price_too_high)
