"""What may become of a story, and who may read it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.errors import DomainError
from app.core.ids import UploadId, UserId
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
    """What the customer last said, and of which text and pictures."""

    status: ConsentStatus
    digest: str
    wording_version: int


def digest(title: str, body: str, pictures: Sequence[UploadId]) -> str:
    """What consent is given to: the text, word for word, and the pictures in their order. SHA-256 in hex."""
    told = json.dumps([title, body, [str(each) for each in pictures]], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


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


def is_repeat(
    decision: ReviewDecision, publish_at: datetime | None, status: StoryStatus, out_at: datetime | None, now: datetime
) -> bool:
    """Whether a reviewer asks for what she has decided already: the story is so by now, out at that moment."""
    if decision is not ReviewDecision.APPROVE:
        return status is _DECIDED[decision]
    if status not in APPROVED or out_at is None:
        return False
    # "At once", and a moment that had passed, became the moment of the decision.
    return publish_at == out_at or (out_at <= now and (publish_at is None or publish_at < out_at))


def after_review(decision: ReviewDecision, publish_at: datetime, now: datetime) -> StoryStatus:
    """What a story is after a decision."""
    if decision is ReviewDecision.APPROVE:
        return StoryStatus.PUBLISHED if publish_at <= now else StoryStatus.SCHEDULED
    return _DECIDED[decision]


def came_back(status: StoryStatus, publish_at: datetime | None) -> bool:
    """Whether a customer's own story has come back from its review: to be changed, or refused.

    What a moderator took down had been approved, and keeps its moment; why it went is hers to read at moderation.
    """
    return status is StoryStatus.DRAFT or (status is StoryStatus.REJECTED and publish_at is None)


def after_edit(*, by_customer: bool, consented: bool) -> StoryStatus:
    """What a story is after its draft was changed.

    A customer's own goes on by itself: to the reviewer, or, where its text or pictures are others than she agreed
    to, to her for her consent. A manager's stays a draft until she asks.
    """
    if not by_customer:
        return StoryStatus.DRAFT
    return StoryStatus.IN_REVIEW if consented else StoryStatus.AWAITING_CONSENT
