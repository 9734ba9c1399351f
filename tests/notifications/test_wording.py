import re
from typing import Any

import pytest

from app.core.words import CHINESE, ENGLISH
from app.group_buying.states import GroupFailure
from app.notifications.models import NotificationKind
from app.notifications.wording import words
from app.orders.wording import CARRIERS
from app.payments.models import RefundReason

GROUP = {"title": "龙井茶", "code": "G23456789AB", "seats_left": 2, "size": 3}
#: Kinds of what people write, and one that nothing is called yet.
WRITTEN = ["post", "comment", "danmaku", "story", "user", "poem"]
EVERY: list[tuple[NotificationKind, dict[str, Any]]] = [
    *[(NotificationKind.SEAT_TAKEN, {**GROUP, "nickname": "小*", "seats_left": left}) for left in (0, 1, 2)],
    (NotificationKind.LEADER_CHANGED, GROUP),
    (NotificationKind.GROUP_COMPLETED, GROUP),
    *[(NotificationKind.GROUP_FAILED, {**GROUP, "reason": reason.value}) for reason in GroupFailure],
    (NotificationKind.LATE_PAYMENT_REFUNDED, {**GROUP, "amount_fen": 1990}),
    *[(NotificationKind.REFUND_SENT, {"amount_fen": 1990, "reason": reason.value}) for reason in RefundReason],
    (NotificationKind.REFUND_FAILED, {"amount_fen": 1990}),
    (NotificationKind.LIVE_STARTED, {"started_at": "2026-11-23T10:00:00+00:00"}),
    (NotificationKind.LIVE_CANCELLED, {}),
    *[(NotificationKind.TIER_CHANGED, {"tier": "2", "rank": 2, "rank_before": before}) for before in (1, 3)],
    *[(NotificationKind.ORDER_SHIPPED, {"carrier": each, "number": "7300"}) for each in CARRIERS],
    (NotificationKind.REFUND_REJECTED, {"reason": "123"}),
    (NotificationKind.STORY_CONSENT_ASKED, {}),
    (NotificationKind.STORY_PUBLISHED, {}),
    (NotificationKind.REWARD_AVAILABLE, {"points": 200}),
    *[
        (NotificationKind.MODERATION_DECIDED, {"what": what, "decision": decision, "reason": reason})
        for what in WRITTEN
        for decision, reason in (("REMOVE", "123"), ("APPROVE", "123"), ("APPROVE", ""))
    ],
    *[
        (NotificationKind.APPEAL_DECIDED, {"what": what, "status": status, "reason": "123"})
        for what in WRITTEN
        for status in ("UPHELD", "OVERTURNED")
    ],
    *[
        (NotificationKind.MUTED, {"reason": "123", "until": until, "community": community})
        for until in ("2026-11-23T10:00:00+00:00", None)
        for community in ("123", None)
    ],
]


def test_every_kind_has_words() -> None:
    assert {kind for kind, _ in EVERY} == set(NotificationKind)


@pytest.mark.parametrize(("kind", "values"), EVERY)
def test_words_are_whole_in_both_languages(kind: NotificationKind, values: dict[str, Any]) -> None:
    for locale, foreign in ((CHINESE, re.compile("[A-Za-z]")), (ENGLISH, re.compile("[一-鿿]"))):
        said = words(kind, {**values, "title": "", "nickname": ""}, locale)
        for text in (said.title, said.body):
            assert text, locale
            assert not re.search("[{}]", text), text
            assert not foreign.search(text), text


def test_a_title_with_braces_stays_as_it_is() -> None:
    said = words(NotificationKind.GROUP_COMPLETED, {**GROUP, "title": "{0} {seats} 茶"}, CHINESE)
    assert said.body.startswith("{0} {seats} 茶")


@pytest.mark.parametrize(
    ("left", "english", "chinese"),
    [(0, "no seat left", "名额已满"), (1, "1 seat left", "还差 1 人"), (2, "2 seats left", "还差 2 人")],
)
def test_seats_left_are_counted_as_people_do(left: int, english: str, chinese: str) -> None:
    values = {**GROUP, "nickname": "小*明", "seats_left": left}
    assert words(NotificationKind.SEAT_TAKEN, values, ENGLISH).body == f"龙井茶: {english}."
    assert words(NotificationKind.SEAT_TAKEN, values, CHINESE).body == f"龙井茶：{chinese}。"


def test_amounts_are_said_in_yuan() -> None:
    said = words(NotificationKind.REFUND_FAILED, {"amount_fen": 1990}, CHINESE)
    assert said.body.startswith("¥19.90 ")
