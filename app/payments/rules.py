"""When to ask WeChat again, and how long what it gave is good for."""

from collections.abc import Sequence
from datetime import datetime, timedelta

#: WeChat keeps a prepay id for two hours whatever the payment's end; signed anew a little before that.
PREPAY_LIVES = timedelta(hours=2) - timedelta(minutes=5)

#: WeChat refuses a payment whose end is less than a minute ahead.
LAST_MINUTE = timedelta(minutes=1)

#: Pauses before we ask about a payment whose notification may be lost; the last one repeats.
POLL_PAUSES = tuple(timedelta(seconds=s) for s in (10, 20, 40, 90, 180, 300))

#: Pauses between tries of a refund that WeChat did not accept; the last one repeats. WeChat wants about a minute
#: between refunds of one order, and its errors mostly pass within seconds.
REFUND_PAUSES = tuple(timedelta(seconds=s) for s in (2, 10, 60, 300, 1800, 7200))

#: Pauses before we ask how a refund stands that WeChat accepted, should its notification be lost; the last one
#: repeats. Into a bank account it may take days.
REFUND_POLL_PAUSES = tuple(timedelta(seconds=s) for s in (20, 60, 300, 1800, 7200))

#: Pauses before we ask again after a refund that WeChat could not pay out: a person may have mended it there; the last
#: one repeats.
FAILED_REFUND_PAUSES = tuple(timedelta(hours=h) for h in (1, 2, 6, 24))


def prepay_is_good(prepaid_at: datetime | None, now: datetime) -> bool:
    """Whether the prepay id that WeChat gave then can still be paid with."""
    return prepaid_at is not None and now < prepaid_at + PREPAY_LIVES


def may_still_pay(expires_at: datetime, now: datetime) -> bool:
    """Whether a payment with this end can still be placed at WeChat, which knows whole seconds only."""
    return now + LAST_MINUTE <= expires_at.replace(microsecond=0)


def next_poll(polls: int, now: datetime) -> datetime:
    """When to ask next, after so many polls."""
    return now + POLL_PAUSES[min(polls, len(POLL_PAUSES) - 1)]


def next_refund_try(attempts: int, now: datetime) -> datetime:
    """When to try a refund again, after so many attempts."""
    return now + _after(attempts, REFUND_PAUSES)


def next_refund_poll(attempts: int, now: datetime) -> datetime:
    """When to ask how an accepted refund stands, after so many attempts."""
    return now + _after(attempts, REFUND_POLL_PAUSES)


def next_look_at_failed(attempts: int, now: datetime) -> datetime:
    """When to ask again after a refund that has failed, after so many attempts since."""
    return now + _after(attempts, FAILED_REFUND_PAUSES)


def _after(attempts: int, pauses: Sequence[timedelta]) -> timedelta:
    return pauses[min(max(attempts - 1, 0), len(pauses) - 1)]
