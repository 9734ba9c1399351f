"""Attribution: which touch brought an order. Decided once, by what was recorded before the order was placed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts import queries as accounts
from app.core import db
from app.core.ids import OrderId, UserId, new_id
from app.orders import queries as orders
from app.orders.models import Order
from share import rules
from share.models import Attribution, CompetingTouch
from share.rules import Candidate, Programme
from share.states import CHOSEN, TouchVerdict

#: So many people compete for an order, each by the last opening before it of one of her links.
MOST_SHARERS = 20


async def attribute(paid: Sequence[OrderId]) -> list[Attribution]:
    """The attributions of these paid orders, decided where they were not yet; locked in the running transaction."""
    known = {each.order_id for each in await Attribution.filter(order_id__in=list(paid)).only("order_id")}
    for order in sorted(set(paid) - known):
        await _decide(await orders.order_by_id(order))
    # After deciding: where somebody else decided meanwhile, a refund may be noted on it at this moment.
    await db.rows(
        OrderId, "SELECT order_id FROM attributions WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE",
        list(paid),
    )  # fmt: skip
    return await Attribution.filter(order_id__in=list(paid)).order_by("order_id")


@dataclass(frozen=True, slots=True)
class _Touch:
    id: UUID
    code: str
    inviter: UserId
    campaign: str | None
    at: datetime


async def _decide(order: Order) -> None:
    programme = rules.programme_at(order.created_at)
    touches = await _touches_before(order)
    inviters = {each.inviter for each in touches if each.at >= order.created_at - programme.window}
    # Two orders that would have two people bring each other are decided one after the other.
    there = await db.rows(UserId, _LOCK_PEOPLE, sorted({order.user_id, *inviters}))
    if await Attribution.filter(order_id=order.id).exists():
        return
    barred = await _barred(order.user_id, inviters, there)
    candidates = [
        Candidate(touch=each.id, code=each.code, at=each.at, barred=barred.get(each.inviter)) for each in touches
    ]
    verdicts = rules.judge(candidates, ordered_at=order.created_at, window=programme.window, named=order.share_code)
    chosen = next((each for each in touches if verdicts[each.id] in CHOSEN), None)
    await _write(order, programme, chosen)
    await CompetingTouch.bulk_create(
        [
            CompetingTouch(id=new_id(), order_id=order.id, touch_id=touch, verdict=said)
            for touch, said in verdicts.items()
        ]
    )


async def _write(order: Order, programme: Programme, chosen: _Touch | None) -> None:
    await Attribution.create(
        order_id=order.id,
        buyer_id=order.user_id,
        inviter_id=chosen.inviter if chosen else None,
        touched_at=chosen.at if chosen else None,
        campaign=chosen.campaign if chosen else None,
        programme_version=programme.version,
        ordered_at=order.created_at,
        paid_fen=order.amount_fen,
    )


async def _touches_before(order: Order) -> list[_Touch]:
    """The last touch of each sharer before the buyer ordered; the one that she named too, however many came later."""
    # One of each: many touches of somebody who cannot have brought her must not hide an earlier one that did.
    found = await db.rows(_Touch, _LAST_OF_EACH, order.user_id, order.created_at, MOST_SHARERS)
    if order.share_code is None or any(each.code == order.share_code for each in found):
        return found
    return [
        *found, *await db.rows(_Touch, _TOUCHES + " AND l.code = $4" + _LAST, order.user_id, order.created_at, 1,
                               order.share_code),
    ]  # fmt: skip


_TOUCHES = """
SELECT t.id, l.code, l.inviter_id AS inviter, l.campaign, t.at
  FROM visitors v JOIN touches t ON t.visitor_id = v.id JOIN share_links l ON l.id = t.link_id
 WHERE v.user_id = $1 AND t.at <= $2
"""
_LAST = " ORDER BY t.at DESC, t.id DESC LIMIT $3"
_LAST_OF_EACH = f"""
SELECT id, code, inviter, campaign, at FROM (
    SELECT touched.*, ROW_NUMBER() OVER (PARTITION BY inviter ORDER BY at DESC, id DESC) AS place
      FROM ({_TOUCHES}) touched
) ranked
 WHERE place = 1 ORDER BY at DESC, id DESC LIMIT $3
"""  # noqa: S608 - its parts are our own

#: Who is blocked or deleted brings nobody.
_LOCK_PEOPLE = """
SELECT id FROM users WHERE id = ANY($1::uuid[]) AND blocked_at IS NULL AND deleted_at IS NULL
 ORDER BY id FOR NO KEY UPDATE
"""


async def _barred(buyer: UserId, inviters: set[UserId], there: Sequence[UserId]) -> dict[UserId, TouchVerdict]:
    """Who of these cannot have brought the buyer, and why."""
    herself = await accounts.same_person(buyer) if inviters else []
    barred: dict[UserId, TouchVerdict] = {}
    for inviter in inviters:
        if inviter in herself:
            barred[inviter] = TouchVerdict.SELF
        elif inviter not in there:
            barred[inviter] = TouchVerdict.GONE
        elif await _was_brought_by(await accounts.same_person(inviter), herself):
            barred[inviter] = TouchVerdict.MUTUAL
    return barred


async def _was_brought_by(buyers: Sequence[UserId], inviters: Sequence[UserId]) -> bool:
    return await Attribution.filter(buyer_id__in=buyers, inviter_id__in=inviters).exists()
