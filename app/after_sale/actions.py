"""Asking for money back, and answering. Each is one transaction.

Rows are locked in this order: the payment, the request, the order, and what hears of it through the port.
"""

from dataclasses import replace

from app.after_sale import errors, queries, rules
from app.after_sale.facts import RefundRejected, RefundRequested
from app.after_sale.models import AfterSale, AfterSalePiece
from app.after_sale.states import GRANTED, AfterSaleReason, AfterSaleStatus
from app.audit_log import actions as audit_log
from app.core import clock, db, idempotency, money
from app.core.errors import Stale
from app.core.ids import AfterSaleId, OrderId, RefundId, UserId, new_id
from app.core.outbox import record
from app.core.targets import Target
from app.membership.actions import points
from app.membership.states import PointsReason
from app.orders import actions as orders
from app.orders import queries as order_queries
from app.orders.errors import AfterSaleOpen
from app.orders.facts import OrderRefunded
from app.orders.models import Order
from app.orders.states import OrderNote
from app.payments import actions as payments
from app.payments import ports
from app.payments import queries as payment_queries
from app.payments.models import RefundReason
from app.pricing import queries as pricing
from app.pricing.rules import GivesBack, Share, gives_back


@db.retried
async def request(
    *, buyer: UserId, order: OrderId, pieces: rules.Pieces | None, reason: AfterSaleReason, note: str, key: str
) -> AfterSaleId:
    """Ask for these pieces' money back, or for all that is left. The same key gives the same request again.

    Until it is answered the order is neither shipped nor settled, nor received by itself. Raises OrderNotFound,
    AfterSaleOpen, OrderNotRefundable, AskedTwice, RefundQuantityInvalid, WholeOrderOnly.
    """
    async with db.transaction():
        named = {str(line): count for line, count in pieces.items()} if pieces is not None else None
        given = {"order": order, "pieces": named, "reason": reason, "note": note}
        earlier = await idempotency.earlier_result(user=buyer, mutation="requestRefund", key=key, given=given)
        if earlier:
            return AfterSaleId(db.as_id(earlier["after_sale"]))
        await order_queries.order_of(buyer, order)
        held_up = await orders.begin_dispute(order)
        if held_up is None:
            raise AfterSaleOpen
        made = await _write(held_up, await _terms(held_up), pieces, reason, note)
        await orders.note(order, OrderNote.REFUND_REQUESTED, amount=money.display(made.amount_fen))
        await record(RefundRequested(made.id, order, buyer, made.amount_fen))
        await idempotency.keep_result(user=buyer, mutation="requestRefund", key=key, result={"after_sale": made.id})
        return made.id


async def _write(
    order: Order, terms: rules.Terms, pieces: rules.Pieces | None, reason: AfterSaleReason, note: str = ""
) -> AfterSale:
    paid, before = await pricing.paid_order(order.id), await queries.given_back(order.id)
    left = rules.left_of({line: each.pieces for line, each in paid.lines.items()}, before)
    wanted = left if pieces is None else pieces
    now = await clock.now()
    refused = rules.refusal(terms, wanted, left, now)
    if refused:
        raise refused
    back = gives_back(paid, wanted, before=before).total
    made = await AfterSale.create(
        order_id=order.id,
        user_id=order.user_id,
        reason=reason,
        note=note,
        amount_fen=back.fen,
        points=back.points,
        requested_at=now,
    )
    await AfterSalePiece.bulk_create(
        [AfterSalePiece(id=new_id(), after_sale_id=made.id, line_id=line, quantity=n) for line, n in wanted.items()]
    )
    return made


async def _terms(order: Order) -> rules.Terms:
    earlier = (await queries.after_sales_of([order.id]))[order.id]
    return rules.Terms(
        status=order.status,
        until=order.after_sale_until,
        declined=sum(each.status is AfterSaleStatus.REJECTED for each in earlier),
        granted=sum(each.status in GRANTED for each in earlier),
    )


@db.retried
async def withdraw(*, buyer: UserId, request: AfterSaleId) -> None:
    """Take a request back; the order goes on. A repeat changes nothing.

    Raises AfterSaleNotFound, and AfterSaleDecided where it has been answered.
    """
    async with db.transaction():
        await _lock(request)
        found = await queries.after_sale_of(buyer, request)
        if found.status is AfterSaleStatus.WITHDRAWN:
            return
        await _finish(found, AfterSaleStatus.WITHDRAWN)
        await orders.note(found.order_id, OrderNote.REFUND_WITHDRAWN)


@db.retried
async def approve(*, by: UserId, request: AfterSaleId, expected_version: int) -> None:
    """Grant a request: the money is promised back, and a job sends it.

    Where with it the last piece goes back, who sold the order hears of it in this transaction. Raises
    AfterSaleNotFound, Stale, AfterSaleDecided.
    """
    async with db.transaction():
        await payments.lock((await queries.after_sale(request)).order_id)
        back = await _grant(await _seen(request, expected_version), by)
        await audit_log.note(
            by=by,
            verb="after_sale.approve",
            target=Target("aftersale", request),
            detail={"amount_fen": back.fen, "points": back.points},
        )


@db.retried
async def refund(
    *,
    by: UserId,
    order: OrderId,
    pieces: rules.Pieces | None,
    reason: AfterSaleReason,
    answer: str,
    expected_version: int,
) -> AfterSaleId:
    """Give the money of an order, or of some of its pieces, back without being asked; how often was declined is no bar.

    The buyer reads `answer`. Raises OrderNotFound, Stale (of the order: also for a repeat), AfterSaleOpen where a
    request waits, which is answered instead, OrderNotRefundable, RefundQuantityInvalid, WholeOrderOnly.
    """
    async with db.transaction():
        await payments.lock(order)
        await order_queries.order_by_id(order)
        held_up = await orders.begin_dispute(order)
        if held_up is None:
            raise AfterSaleOpen
        # Holding it up has made it one newer than whoever saw it last.
        if held_up.version != expected_version + 1:
            raise Stale
        made = await _write(held_up, replace(await _terms(held_up), declined=0), pieces, reason)
        back = await _grant(made, by)
        await AfterSale.filter(id=made.id).update(answer=answer)
        await audit_log.note(
            by=by,
            verb="order.refund",
            target=Target("order", order),
            detail={"after_sale": made.id, "amount_fen": back.fen, "points": back.points},
            reason=answer,
        )
        return made.id


async def _grant(request: AfterSale, by: UserId) -> Share:
    """Promise back what a locked request names; the order's payment is locked."""
    order_id = request.order_id
    pieces = (await queries.pieces_of([request.id]))[request.id]
    paid, before = await pricing.paid_order(order_id), await queries.given_back(order_id)
    back = gives_back(paid, pieces, before=before)
    await _finish(request, AfterSaleStatus.APPROVED, by)
    refund = await _send_back(await order_queries.order_by_id(order_id), back)
    await AfterSale.filter(id=request.id).update(refund_id=refund)
    if back.total.points:
        await points.return_points(
            request.user_id, back.total.points, PointsReason.ORDER, str(request.id), spent=str(order_id)
        )
    if refund is None:
        await finish(request.id)
    return back.total


async def _send_back(order: Order, back: GivesBack) -> RefundId | None:
    """Promise the money; the refund, or None where these pieces cost none."""
    refund = None
    if back.total.fen:
        refund = await payments.promise_refund(
            order=order.id, reason=RefundReason.AFTER_SALE, amount_fen=back.total.fen
        )
    # Its pieces say whether an order has gone back whole, never its money: points may have paid for some of them.
    is_whole = not rules.left_of(await _bought(order.id), await queries.given_back(order.id))
    if is_whole:
        await _end(order)
    else:
        await orders.note(order.id, OrderNote.PART_REFUNDED, amount=money.display(back.total.fen))
    await record(OrderRefunded(order.id, order.user_id, back.total.fen, order.amount_fen, is_whole))
    return refund


async def _end(order: Order) -> None:
    """Let who sold the order know that all of it goes back; what is owed no money has arrived with that."""
    sold_by = ports.of(order.purpose)
    await sold_by.refund_promised(order=order.id, reason=RefundReason.AFTER_SALE)
    if not await payment_queries.is_owed(order.id):
        await sold_by.refunded(order=order.id, reason=RefundReason.AFTER_SALE)


async def _bought(order: OrderId) -> rules.Pieces:
    return {line.id: line.quantity for line in (await order_queries.lines_of([order]))[order]}


@db.retried
async def reject(*, by: UserId, request: AfterSaleId, reason: str, expected_version: int) -> None:
    """Decline a request, with a reason that the buyer reads; the order goes on, and she may ask once more.

    Raises AfterSaleNotFound, Stale, AfterSaleDecided.
    """
    async with db.transaction():
        found = await _seen(request, expected_version)
        await _finish(found, AfterSaleStatus.REJECTED, by)
        await AfterSale.filter(id=request).update(answer=reason)
        await orders.note(found.order_id, OrderNote.REFUND_REJECTED, reason=reason)
        await record(RefundRejected(request, found.order_id, found.user_id, reason))
        await audit_log.note(by=by, verb="after_sale.reject", target=Target("aftersale", request), reason=reason)


async def _seen(request: AfterSaleId, expected_version: int) -> AfterSale:
    """The request under its lock, as whoever answers it has seen it."""
    await _lock(request)
    found = await queries.after_sale(request)
    if found.version != expected_version:
        raise Stale
    return found


async def _lock(request: AfterSaleId) -> None:
    await db.rows(str, "SELECT id FROM after_sales WHERE id = $1 FOR UPDATE", request)


async def _finish(request: AfterSale, status: AfterSaleStatus, by: UserId | None = None) -> None:
    """Answer a locked request, and let its order go on."""
    if request.status is not AfterSaleStatus.REQUESTED:
        raise errors.AfterSaleDecided(request.status)
    now = await clock.now()
    await AfterSale.filter(id=request.id).update(
        status=status,
        decided_at=now,
        decided_by_id=by,
        finished_at=None if status is AfterSaleStatus.APPROVED else now,
        version=request.version + 1,
    )
    await orders.end_dispute(request.order_id)


async def finish(request: AfterSaleId) -> None:
    """The money of a granted request has arrived."""
    await AfterSale.filter(id=request, status=AfterSaleStatus.APPROVED).update(
        status=AfterSaleStatus.REFUNDED, finished_at=await clock.now()
    )
