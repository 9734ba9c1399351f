"""What the clock starts: asking after payments, sending refunds."""

from datetime import timedelta

from app.core import clock, db
from app.core.ids import PaymentId, RefundId
from app.core.worker import Job, do_each
from app.payments import flows
from app.payments.models import Payment, Refund, RefundStatus

#: While one worker is at it, others leave it alone; one that dies leaves it for as long.
LEASE = timedelta(seconds=60)
BATCH = 20


async def poll_payments() -> int:
    """Ask after open payments whose notification may be lost; how many."""
    now = await clock.now()
    due: list[PaymentId] = await db.rows(PaymentId, _CLAIM_PAYMENTS, now + LEASE, now, BATCH)
    return await do_each(due, _poll, at_once=BATCH)


async def _poll(payment: PaymentId) -> None:
    await flows.poll(await Payment.get(id=payment))


async def send_refunds() -> int:
    """Send the refunds that are due, and ask after those on their way and those that failed; how many."""
    now = await clock.now()
    due: list[RefundId] = await db.rows(RefundId, _CLAIM_REFUNDS, now + LEASE, now, BATCH)
    return await do_each(due, _send, at_once=BATCH)


async def _send(refund: RefundId) -> None:
    found = await Refund.get(id=refund)
    if found.status is RefundStatus.FAILED:
        await flows.look_after_failed(found)
    else:
        await flows.send_refund(found)


#: Takes payments that are due to be asked about, by moving when they are due next.
_CLAIM_PAYMENTS = """
UPDATE payments SET next_poll_at = $1
 WHERE id IN (SELECT id FROM payments WHERE next_poll_at <= $2 AND status = 'OPEN'
               ORDER BY next_poll_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

#: Takes refunds that are due, by moving when they are due next.
_CLAIM_REFUNDS = """
UPDATE refunds SET next_attempt_at = $1, attempts = attempts + 1
 WHERE id IN (SELECT id FROM refunds WHERE next_attempt_at <= $2
               ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

JOBS = [
    Job("payments.poll_payments", poll_payments, every_seconds=1),
    Job("payments.send_refunds", send_refunds, every_seconds=1),
]
