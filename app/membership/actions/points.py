"""Points are earned, taken back, spent and given back. All run in the transaction of whoever knows why.

Each verb happens once for (person, reason, reference): a repeat changes nothing. One person's points change one after
another, behind her account's row; whoever locks more takes it after the order and the payment.
"""

from datetime import datetime

from tortoise.expressions import F

from app.core import clock, db
from app.core.ids import UserId
from app.membership import queries
from app.membership.errors import PointsNotEnough
from app.membership.models import PointsAccount, PointsEntry, PointsLot
from app.membership.rules import points as rules
from app.membership.states import PointsChange, PointsReason


async def earn_points(
    user: UserId, points: int, reason: PointsReason, reference: str, *, expires_at: datetime | None = None
) -> None:
    """Give points; a debt is paid from them first. Without `expires_at` they are kept for `rules.KEPT`."""
    account = await _lock(user)
    if points <= 0 or await _has_happened(user, PointsChange.EARNED, reason, reference):
        return
    now = await clock.now()
    await _note(user, PointsChange.EARNED, reason, reference, points)
    await _add(account, reason, reference, points, expires_at or now + rules.KEPT)


async def reverse_points(
    user: UserId, points: int, reason: PointsReason, reference: str, *, earned: str | None = None
) -> None:
    """Take back points that were earned under the reference `earned`; under `reference` itself where that is None.

    Those of that earning go first, expired or not, then whichever expire first; what is missing is kept as a debt.
    """
    account = await _lock(user)
    if points <= 0 or await _has_happened(user, PointsChange.REVERSED, reason, reference):
        return
    origin = earned or reference
    await _note(user, PointsChange.REVERSED, reason, reference, points, origin=origin)
    own = await PointsLot.filter(user_id=user, reason=reason, reference=origin, unused__gt=0)
    others = [lot for lot in await queries.lots(user) if lot.id not in {each.id for each in own}]
    taken = rules.take([*[queries.as_lot(each) for each in own], *others], points)
    await _take(taken)
    if taken.missing:
        await PointsAccount.filter(user_id=account.user_id).update(debt=F("debt") + taken.missing)


async def spend_points(user: UserId, points: int, reason: PointsReason, reference: str) -> None:
    """Spend points, those that expire first before the others. Raises PointsNotEnough."""
    account = await _lock(user)
    if points <= 0 or await _has_happened(user, PointsChange.SPENT, reason, reference):
        return
    taken = rules.take(await queries.lots(user), points)
    if taken.missing or account.debt:
        raise PointsNotEnough
    until = max(lot.expires_at for lot, _ in taken.from_lots)
    await _note(user, PointsChange.SPENT, reason, reference, points, usable_until=until)
    await _take(taken)


async def return_points(
    user: UserId, points: int, reason: PointsReason, reference: str, *, spent: str | None = None
) -> None:
    """Give back points that were spent under the reference `spent`; under `reference` itself where that is None.

    Never more than were spent there, whatever is asked. They live as long as those that were spent, and at least
    `rules.KEPT_WHEN_RETURNED` from now.
    """
    account = await _lock(user)
    if await _has_happened(user, PointsChange.RETURNED, reason, reference):
        return
    origin = spent or reference
    spending = await PointsEntry.get_or_none(user_id=user, change=PointsChange.SPENT, reason=reason, reference=origin)
    if spending is None or spending.usable_until is None:
        return
    before = await PointsEntry.filter(user_id=user, change=PointsChange.RETURNED, reason=reason, origin=origin)
    points = min(points, spending.points - sum(each.points for each in before))
    if points <= 0:
        return
    await _note(user, PointsChange.RETURNED, reason, reference, points, origin=origin)
    until = rules.expiry_of_returned(spending.usable_until, await clock.now())
    await _add(account, reason, reference, points, until)


async def _lock(user: UserId) -> PointsAccount:
    if not db.in_transaction():
        raise RuntimeError("points move in the transaction that makes it true")
    await db.execute("INSERT INTO points_accounts (user_id, debt) VALUES ($1, 0) ON CONFLICT DO NOTHING", user)
    await db.rows(str, "SELECT user_id FROM points_accounts WHERE user_id = $1 FOR UPDATE", user)
    return await PointsAccount.get(user_id=user)


async def _has_happened(user: UserId, change: PointsChange, reason: PointsReason, reference: str) -> bool:
    return await PointsEntry.filter(user_id=user, change=change, reason=reason, reference=reference).exists()


async def _note(
    user: UserId,
    change: PointsChange,
    reason: PointsReason,
    reference: str,
    points: int,
    *,
    origin: str | None = None,
    usable_until: datetime | None = None,
) -> None:
    await PointsEntry.create(
        user_id=user, change=change, reason=reason, reference=reference, points=points, origin=origin,
        usable_until=usable_until, at=await clock.now(),
    )  # fmt: skip


async def _add(account: PointsAccount, reason: PointsReason, reference: str, points: int, expires_at: datetime) -> None:
    paid = min(account.debt, points)
    if paid:
        await PointsAccount.filter(user_id=account.user_id).update(debt=F("debt") - paid)
    await PointsLot.create(
        user_id=account.user_id, reason=reason, reference=reference, points=points, unused=points - paid,
        expires_at=expires_at,
    )  # fmt: skip


async def _take(taken: rules.Taken) -> None:
    for lot, points in taken.from_lots:
        await PointsLot.filter(id=lot.id).update(unused=F("unused") - points)
