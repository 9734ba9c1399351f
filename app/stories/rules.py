"""What may become of a story, and who may read it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import DomainError
from app.core.ids import UserId
from app.moderation.errors import SecondPersonNeeded
from app.stories import errors
from app.stories.states import ConsentStatus, ReviewDecision, StoryStatus

LONGEST_TITLE = 60
LONGEST_BODY = 5000
LONGEST_NOTE = 500
MOST_PICTURES = 9
MOST_PRODUCTS = 10
#: The first words that lists show.
EXCERPT = 80
#: Nobody plans a story further ahead, and a slip of the year is caught.
LATEST_PUBLICATION = timedelta(days=365)

#: Approved: out, now or from its moment on.
APPROVED = frozenset({StoryStatus.SCHEDULED, StoryStatus.PUBLISHED})

_DECIDED = {
    ReviewDecision.REJECT: StoryStatus.REJECTED,
    ReviewDecision.REQUEST_CHANGES: StoryStatus.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Consent:
    """What the customer last said, and of which text."""

    status: ConsentStatus
    digest: str
    wording_version: int


def digest(title: str, body: str) -> str:
    """What consent is given to: the text, word for word. SHA-256 in hex."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


def excerpt(body: str) -> str:
    """The first words of a text, for lists."""
    line = " ".join(body.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


def status_at(status: StoryStatus, publish_at: datetime | None, now: datetime) -> StoryStatus:
    """A story's status as it is now: a scheduled one is published from its moment on, on every server alike."""
    if status is StoryStatus.SCHEDULED and publish_at is not None and publish_at <= now:
        return StoryStatus.PUBLISHED
    return status


def is_given(consent: Consent | None, text: str) -> bool:
    """Whether the customer agrees to the text of this digest."""
    return consent is not None and consent.status is ConsentStatus.GIVEN and consent.digest == text


def is_settled(consent: Consent | None, text: str) -> bool:
    """Whether there is nothing to ask about the text of this digest: it was asked, given or declined already."""
    return consent is not None and consent.digest == text


def refusal_to_review(
    status: StoryStatus, decision: ReviewDecision, *, consented: bool, reviewer: UserId, author: UserId
) -> DomainError | None:
    """Why a reviewer may not decide so; None if she may. A second person decides, and nothing goes without consent."""
    if status is not StoryStatus.IN_REVIEW:
        return errors.NotInReview()
    if reviewer == author:
        return SecondPersonNeeded()
    if decision is ReviewDecision.APPROVE and not consented:
        return errors.ConsentMissing()
    return None


def after_review(decision: ReviewDecision, publish_at: datetime, now: datetime) -> StoryStatus:
    """What a story is after a decision."""
    if decision is ReviewDecision.APPROVE:
        return StoryStatus.PUBLISHED if publish_at <= now else StoryStatus.SCHEDULED
    return _DECIDED[decision]


def after_edit(*, by_customer: bool, consented: bool) -> StoryStatus:
    """What a story is after its draft was changed.

    A customer's own goes on by itself: to the reviewer, or, where the text is another than the one that she agreed
    to, to her for her consent. A manager's stays hers until she asks.
    """
    if not by_customer:
        return StoryStatus.DRAFT
    return StoryStatus.IN_REVIEW if consented else StoryStatus.AWAITING_CONSENT
