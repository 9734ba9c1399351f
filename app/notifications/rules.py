"""What is decided about consents and messages."""

from datetime import datetime, timedelta
from enum import StrEnum

#: Who has said no is left in peace for so long.
PEACE_AFTER_REFUSAL = timedelta(days=7)
#: A phone repeats a report that was not answered for days, not for longer.
REPORTS_KEPT = timedelta(days=30)
#: What WeChat did not take for now is offered again after so long: its quotas are per minute.
PAUSE_BETWEEN_ATTEMPTS = timedelta(minutes=1)
#: News older than this is not pushed on anybody's screen any more; it stays in the inbox.
LONGEST_WAIT = timedelta(hours=24)


class MessageConsentOutcome(StrEnum):
    """What `wx.requestSubscribeMessage` says of one template. FILTER: WeChat did not show it."""

    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    BAN = "BAN"
    FILTER = "FILTER"


REFUSALS = frozenset({MessageConsentOutcome.REJECT, MessageConsentOutcome.BAN})


def should_ask(*, remaining: int, refused_at: datetime | None, now: datetime, needed: int = 1) -> bool:
    """Whether the next tap should ask for a consent: fewer are left than are needed, and none was refused lately."""
    return remaining < needed and (refused_at is None or refused_at + PEACE_AFTER_REFUSAL <= now)


def is_too_late(written_at: datetime, now: datetime) -> bool:
    """Whether a message has waited so long that it is not sent any more."""
    return now - written_at >= LONGEST_WAIT
