"""What may become of a story, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.errors import DomainError
from app.core.ids import UploadId, UserId, new_id
from app.moderation.errors import SecondPersonNeeded
from app.stories import rules
from app.stories.errors import ConsentMissing, NotInReview
from app.stories.rules import Consent
from app.stories.states import ConsentStatus, ReviewDecision, StoryStatus

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(hours=1)
BEFORE = NOW - timedelta(hours=1)
ANN, BEN = UserId(new_id()), UserId(new_id())
S, D = StoryStatus, ReviewDecision


@pytest.mark.parametrize("status", StoryStatus)
def test_only_a_scheduled_story_is_published_by_the_clock_alone(status: StoryStatus) -> None:
    assert rules.status_at(status, NOW, NOW) is (S.PUBLISHED if status is S.SCHEDULED else status)
    assert rules.status_at(status, NOW + timedelta(microseconds=1), NOW) is status
    assert rules.status_at(status, None, NOW) is status


@pytest.mark.parametrize(
    ("decision", "publish_at", "status"),
    [
        (D.APPROVE, NOW, S.PUBLISHED),
        (D.APPROVE, SOON, S.SCHEDULED),
        (D.REJECT, NOW, S.REJECTED),
        (D.REQUEST_CHANGES, NOW, S.DRAFT),
    ],
)
def test_a_decision_says_where_the_story_goes(
    decision: ReviewDecision, publish_at: datetime, status: StoryStatus
) -> None:
    assert rules.after_review(decision, publish_at, NOW) is status


@pytest.mark.parametrize("status", [each for each in StoryStatus if each is not S.IN_REVIEW])
@pytest.mark.parametrize("decision", ReviewDecision)
def test_only_what_waits_for_a_review_is_reviewed(status: StoryStatus, decision: ReviewDecision) -> None:
    refusal = rules.refusal_to_review(status, decision, consented=True, reviewer=ANN, author=BEN)
    assert isinstance(refusal, NotInReview)


@pytest.mark.parametrize(
    ("decision", "consented", "reviewer", "refusal"),
    [
        (D.APPROVE, True, BEN, None),
        (D.APPROVE, False, BEN, ConsentMissing),
        (D.REJECT, False, BEN, None),
        (D.REQUEST_CHANGES, False, BEN, None),
        *[(each, True, ANN, SecondPersonNeeded) for each in D],
    ],
)
def test_a_second_person_decides_and_nothing_goes_without_consent(
    decision: ReviewDecision, consented: bool, reviewer: UserId, refusal: type[DomainError] | None
) -> None:
    said = rules.refusal_to_review(S.IN_REVIEW, decision, consented=consented, reviewer=reviewer, author=ANN)
    assert (type(said) if said else None) is refusal


@pytest.mark.parametrize(
    ("decision", "asked", "status", "out_at", "is_repeat"),
    [
        (D.REJECT, None, S.REJECTED, None, True),
        (D.REJECT, None, S.DRAFT, None, False),
        (D.REQUEST_CHANGES, None, S.DRAFT, None, True),
        (D.REQUEST_CHANGES, None, S.REJECTED, None, False),
        (D.APPROVE, None, S.PUBLISHED, BEFORE, True),
        (D.APPROVE, BEFORE - timedelta(days=1), S.PUBLISHED, BEFORE, True),
        (D.APPROVE, SOON, S.SCHEDULED, SOON, True),
        (D.APPROVE, None, S.SCHEDULED, SOON, False),
        (D.APPROVE, SOON + timedelta(hours=1), S.SCHEDULED, SOON, False),
        (D.APPROVE, SOON, S.PUBLISHED, BEFORE, False),
        (D.APPROVE, None, S.REJECTED, BEFORE, False),
        (D.APPROVE, None, S.WITHDRAWN, None, False),
    ],
)
def test_another_decision_or_another_moment_is_no_repeat(
    decision: ReviewDecision, asked: datetime | None, status: StoryStatus, out_at: datetime | None, is_repeat: bool
) -> None:
    assert rules.is_repeat(decision, asked, status, out_at, NOW) is is_repeat


@pytest.mark.parametrize(
    ("by_customer", "consented", "status"),
    [
        (True, True, S.IN_REVIEW),
        (True, False, S.AWAITING_CONSENT),
        (False, True, S.DRAFT),
        (False, False, S.DRAFT),
    ],
)
def test_a_changed_draft_goes_where_it_belongs(by_customer: bool, consented: bool, status: StoryStatus) -> None:
    assert rules.after_edit(by_customer=by_customer, consented=consented) is status


@pytest.mark.parametrize("status", [each for each in ConsentStatus if each is not ConsentStatus.NOT_ASKED])
def test_consent_is_to_one_text_and_may_be_taken_back(status: ConsentStatus) -> None:
    consent = Consent(status, "this text", 1)
    assert rules.is_given(consent, "this text") is (status is ConsentStatus.GIVEN)
    assert not rules.is_given(consent, "another text")
    assert rules.is_settled(consent, "this text")
    assert not rules.is_settled(consent, "another text")


def test_who_was_never_asked_has_agreed_to_nothing() -> None:
    assert not rules.is_given(None, "")
    assert not rules.is_settled(None, "")


def test_consent_is_to_every_word_and_every_picture_in_its_order() -> None:
    one, two = UploadId(new_id()), UploadId(new_id())
    texts = [
        rules.digest("茶", "好", []),
        rules.digest("茶", "好 ", []),
        rules.digest("茶好", "", []),
        rules.digest("茶", "好", [one]),
        rules.digest("茶", "好", [one, two]),
        rules.digest("茶", "好", [two, one]),
        rules.digest("茶", f"好\n{one}", []),
    ]
    assert len(set(texts)) == len(texts)
    assert rules.digest("茶", "好", [one, two]) == texts[4]


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [
        ("一\n 二", "一 二"),
        ("茶" * 80, "茶" * 80),
        ("茶" * 81, "茶" * 79 + "…"),
        ("茶" * 78 + " 茶茶", "茶" * 78 + "…"),
    ],
)
def test_lists_show_the_first_words(body: str, excerpt: str) -> None:
    assert rules.excerpt(body) == excerpt
