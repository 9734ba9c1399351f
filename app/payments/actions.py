"""Booking money: asked for, arrived, promised back, arrived back. Each is one transaction."""

from dataclasses import dataclass
from datetime import datetime

from app.core import clock, db
from app.core.ids import OrderId, PaymentId, RefundId, UserId, new_id
from app.core.outbox import record
from app.desk import actions as desk
from app.desk.models import Matter
from app.ledger import actions as ledger
from app.ledger.models import Account, Reason
from app.payments import ports, rules
from app.payments.facts import RefundFailed, RefundSucceeded
from app.payments.models import Payment, PaymentStatus, Purpose, Refund, RefundReason, RefundStatus

#: What a refund that WeChat has closed for good keeps as its last error.
CLOSED_AT_WECHAT = "CLOSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Money that arrived at WeChat, whoever brought the news."""

    out_trade_no: str
    transaction_id: str
    amount_fen: int


async def ask_for(
    *, order: OrderId, user: UserId, purpose: Purpose, amount_fen: int, description: str, expires_at: datetime
) -> PaymentId:
    """Ask for an order's money, in the running transaction; WeChat is told later. `amount_fen` is above zero."""
    payment = await Payment.create(
        order_id=order,
        user_id=user,
        purpose=purpose,
        out_trade_no=_number(),
        description=description,
        amount_fen=amount_fen,
        expires_at=expires_at,
        created_at=await clock.now(),
    )
    return payment.id


def _number() -> str:
    # 32 characters of hexadecimal: what WeChat allows at most, and ours alone.
    return new_id().hex


async def mark_asked(payment: PaymentId) -> bool:
    """Note, before WeChat is asked for the first time, that from now on it may know the payment.

    From then on its outcome is asked for, also where this process dies before WeChat answers. False where the
    payment is not open any more.
    """
    now = await clock.now()
    return bool(await db.execute(_MARK_ASKED, now, rules.next_poll(0, now), payment))


_MARK_ASKED = """
UPDATE payments SET asked_at = COALESCE(asked_at, $1), next_poll_at = COALESCE(next_poll_at, $2)
 WHERE id = $3 AND status = 'OPEN'
"""


async def keep_prepay(*, payment: PaymentId, prepay_id: str) -> bool:
    """Keep what WeChat gave to pay with; False where the payment was closed or paid meanwhile."""
    now = await clock.now()
    kept = await Payment.filter(id=payment, status=PaymentStatus.OPEN).update(
        prepay_id=prepay_id, prepaid_at=now, next_poll_at=rules.next_poll(0, now), polls=0
    )
    return bool(kept)


@db.retried
async def record_payment(news: Arrived) -> None:
    """Book money that arrived, and let who sold the thing decide what it buys. The one door for such news.

    Once per transaction id: the same news again changes nothing, and is no error. Money that buys nothing any
    more is promised back in the same transaction. Money that belongs to no payment, came in another amount, or
    came a second time goes to the desk; a payment that was paid in another amount takes no more.
    """
    async with db.transaction():
        payment = await _locked(news.out_trade_no)
        if payment is None:
            await _to_suspense(news, Matter.UNKNOWN_PAYMENT)
        elif payment.transaction_id == news.transaction_id:
            return
        elif payment.status == PaymentStatus.PAID:
            await _to_suspense(news, Matter.PAID_TWICE)
        elif payment.amount_fen != news.amount_fen:
            await _to_suspense(news, Matter.WRONG_AMOUNT)
            await close(payment.id)
        else:
            await _book(payment, news)


async def _locked(out_trade_no: str) -> Payment | None:
    await db.rows(str, "SELECT id FROM payments WHERE out_trade_no = $1 FOR UPDATE", out_trade_no)
    return await Payment.get_or_none(out_trade_no=out_trade_no)


async def _book(payment: Payment, news: Arrived) -> None:
    now = await clock.now()
    await Payment.filter(id=payment.id).update(
        status=PaymentStatus.PAID, transaction_id=news.transaction_id, paid_at=now, next_poll_at=None
    )
    await ledger.post(
        source=Account.BUYERS,
        target=Account.WECHAT,
        amount_fen=news.amount_fen,
        reason=Reason.PAYMENT,
        reference=news.transaction_id,
    )
    match await ports.of(payment.purpose).paid(order=payment.order_id, at=now):
        case ports.SentBack(reason):
            await promise_refund(order=payment.order_id, reason=reason)
        case ports.Kept():
            pass


async def _to_suspense(news: Arrived, matter: Matter) -> None:
    posted = await ledger.post(
        source=Account.SUSPENSE,
        target=Account.WECHAT,
        amount_fen=news.amount_fen,
        reason=Reason.UNKNOWN_PAYMENT,
        reference=news.transaction_id,
    )
    if not posted:
        # Heard before: what a person has settled since then stays settled.
        return
    detail = {"out_trade_no": news.out_trade_no, "amount_fen": news.amount_fen}
    await desk.put(matter=matter, subject=news.transaction_id, detail=detail)


async def close(payment: PaymentId) -> bool:
    """Note that WeChat will take no money for it any more, in the running transaction; False where it was paid."""
    closed = await Payment.filter(id=payment, status__in=[PaymentStatus.OPEN, PaymentStatus.CLOSED]).update(
        status=PaymentStatus.CLOSED, next_poll_at=None
    )
    return bool(closed)


async def close_unasked(payment: PaymentId) -> bool:
    """Close a payment that WeChat was never asked for; False where it was asked for after all, or is not open."""
    return bool(
        await Payment.filter(id=payment, status=PaymentStatus.OPEN, asked_at=None).update(
            status=PaymentStatus.CLOSED, next_poll_at=None
        )
    )


async def postpone_poll(payment: Payment) -> None:
    """Ask again later."""
    now = await clock.now()
    await Payment.filter(id=payment.id, status=PaymentStatus.OPEN).update(
        polls=payment.polls + 1, next_poll_at=rules.next_poll(payment.polls + 1, now)
    )


async def lock(order: OrderId) -> Payment | None:
    """The paid payment of an order, its row locked until the transaction ends; None where nothing was paid."""
    await db.rows(str, "SELECT id FROM payments WHERE order_id = $1 ORDER BY id FOR UPDATE", order)
    return await Payment.get_or_none(order_id=order, status=PaymentStatus.PAID)


async def promise_refund(*, order: OrderId, reason: RefundReason, amount_fen: int | None = None) -> RefundId | None:
    """Promise what was paid for an order and is not yet promised back; a job sends it.

    All of it, and who sold the order hears of it; or `amount_fen` of it where given, and the caller tells who sold it
    should nothing of the order be kept. ValueError where less than that is left. In one transaction with the reason
    for it. None where nothing is left to promise: a repeat promises nothing.
    """
    async with db.transaction():
        payment = await lock(order)
        if payment is None or payment.refunded_fen == payment.amount_fen:
            return None
        left = payment.amount_fen - payment.refunded_fen
        amount = left if amount_fen is None else amount_fen
        if not 0 < amount <= left:
            raise ValueError(f"{amount} fen of payment {payment.id} cannot go back: {left} are left")
        now = await clock.now()
        await Payment.filter(id=payment.id).update(refunded_fen=payment.refunded_fen + amount)
        refund = await Refund.create(
            payment_id=payment.id,
            order_id=order,
            out_refund_no=_number(),
            amount_fen=amount,
            reason=reason,
            next_attempt_at=now,
            created_at=now,
        )
        await ledger.post(
            source=Account.REFUNDS,
            target=Account.BUYERS,
            amount_fen=amount,
            reason=Reason.REFUND_PROMISED,
            reference=str(refund.id),
        )
        if amount_fen is None:
            await ports.of(payment.purpose).refund_promised(order=order, reason=reason)
        return refund.id


@db.retried
async def record_refund_sent(out_refund_no: str) -> None:
    """Book that a refund has arrived at the buyer's. The same news again changes nothing."""
    async with db.transaction():
        refund = await _locked_refund(out_refund_no)
        if refund is None or refund.status == RefundStatus.SUCCEEDED:
            return
        await Refund.filter(id=refund.id).update(
            status=RefundStatus.SUCCEEDED, finished_at=await clock.now(), next_attempt_at=None, last_error=None
        )
        await ledger.post(
            source=Account.WECHAT,
            target=Account.REFUNDS,
            amount_fen=refund.amount_fen,
            reason=Reason.REFUND_SENT,
            reference=str(refund.id),
        )
        for matter in (Matter.REFUND_FAILED, Matter.BALANCE_TOO_LOW):
            await desk.resolve(matter=matter, subject=str(refund.id))
        payment = await Payment.get(id=refund.payment_id)
        if await _all_has_arrived(payment):
            await ports.of(payment.purpose).refunded(order=refund.order_id, reason=refund.reason)
        await record(
            RefundSucceeded(refund.id, refund.order_id, payment.user_id, refund.amount_fen, refund.reason.value)
        )


async def _all_has_arrived(payment: Payment) -> bool:
    if payment.refunded_fen < payment.amount_fen:
        return False
    return not await Refund.filter(payment_id=payment.id).exclude(status=RefundStatus.SUCCEEDED).exists()


@db.retried
async def record_refund_failed(*, out_refund_no: str, error: str) -> None:
    """Book that WeChat cannot pay a refund out: a person sees it on the desk. The same news again changes nothing."""
    async with db.transaction():
        refund = await _locked_refund(out_refund_no)
        if refund is None or refund.status in {RefundStatus.SUCCEEDED, RefundStatus.FAILED}:
            return
        # It stays due: a person may mend it in WeChat's own console, and nobody would tell us.
        await Refund.filter(id=refund.id).update(
            status=RefundStatus.FAILED,
            last_error=error[:200],
            attempts=0,
            next_attempt_at=rules.next_look_at_failed(0, await clock.now()),
        )
        payment = await Payment.get(id=refund.payment_id)
        detail = {"order": str(refund.order_id), "amount_fen": refund.amount_fen, "error": error[:200]}
        is_new = await desk.put(matter=Matter.REFUND_FAILED, subject=str(refund.id), detail=detail)
        await ports.of(payment.purpose).refund_failed(order=refund.order_id, reason=refund.reason)
        if is_new:
            # Sent again in vain it lies on the desk still, and the member was told that somebody is at work on it.
            await record(RefundFailed(refund.id, refund.order_id, payment.user_id, refund.amount_fen))


async def _locked_refund(out_refund_no: str) -> Refund | None:
    # The payment's row first, as everywhere: whoever books money on an order queues there.
    await db.rows(
        str,
        "SELECT p.id FROM payments p JOIN refunds r ON r.payment_id = p.id WHERE r.out_refund_no = $1 FOR UPDATE OF p",
        out_refund_no,
    )
    return await Refund.get_or_none(out_refund_no=out_refund_no)


async def note_refund_accepted(refund: Refund) -> None:
    """WeChat has accepted the refund; ask how it stands should the notification not come."""
    await Refund.filter(id=refund.id, status__in=[RefundStatus.WAITING, RefundStatus.PROCESSING]).update(
        status=RefundStatus.PROCESSING,
        next_attempt_at=rules.next_refund_poll(refund.attempts, await clock.now()),
        last_error=None,
    )


async def note_refund_not_accepted(refund: Refund, *, error: str, balance_too_low: bool = False) -> None:
    """WeChat has not accepted the refund: try later, and tell a person where the balance is too low."""
    async with db.transaction():
        await Refund.filter(id=refund.id, status__in=[RefundStatus.WAITING, RefundStatus.PROCESSING]).update(
            next_attempt_at=rules.next_refund_try(refund.attempts, await clock.now()), last_error=error[:200]
        )
        if balance_too_low:
            detail = {"order": str(refund.order_id), "amount_fen": refund.amount_fen}
            await desk.put(matter=Matter.BALANCE_TOO_LOW, subject=str(refund.id), detail=detail)


async def look_again(refund: Refund) -> None:
    """Ask again later how a failed refund stands."""
    await Refund.filter(id=refund.id, status=RefundStatus.FAILED).update(
        next_attempt_at=rules.next_look_at_failed(refund.attempts, await clock.now())
    )


async def retry_refund(refund: RefundId) -> bool:
    """A person has mended what stood in the way: send a failed refund again, to where it was paid from.

    False where it has not failed. WeChat wants the old number again; only one that it has closed, and will never pay
    out, gets a new one. Its item stays on the desk until the money has arrived.
    """
    async with db.transaction():
        failed = await Refund.get_or_none(id=refund, status=RefundStatus.FAILED)
        if failed is None:
            return False
        closed = failed.last_error == CLOSED_AT_WECHAT
        return bool(
            await Refund.filter(id=refund, status=RefundStatus.FAILED).update(
                status=RefundStatus.WAITING,
                out_refund_no=_number() if closed else failed.out_refund_no,
                # As before its first try: it is sent and not only asked about.
                attempts=0,
                next_attempt_at=await clock.now(),
            )
        )
