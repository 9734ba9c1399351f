import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from app.core import clock
from app.core.ids import UserId
from app.core.settings import settings
from app.notifications import actions, queries, rules
from app.notifications.models import ConsentReport, Message, MessageConsent, MessagePurpose
from app.notifications.rules import MessageConsentOutcome
from tests.factories.notifications import a_consent, a_user_id, told

pytestmark = pytest.mark.usefixtures("database")

RESULT, REFUND = MessagePurpose.GROUP_RESULT, MessagePurpose.REFUND
#: The purposes looked at; those of later rooms are asked for in the same way.
SEEN = {RESULT, REFUND}
ACCEPT, REJECT = MessageConsentOutcome.ACCEPT, MessageConsentOutcome.REJECT
BAN, FILTER = MessageConsentOutcome.BAN, MessageConsentOutcome.FILTER

A_WEEK = rules.PEACE_AFTER_REFUSAL.total_seconds()


@pytest.fixture
async def push_is_configured(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("PINTUAN_WECHAT_PUSH_TOKEN", "a token")
        settings.cache_clear()
        yield
    settings.cache_clear()


async def _left(user: UserId) -> dict[MessagePurpose, int]:
    return {state.purpose: state.remaining for state in await queries.template_states(user) if state.purpose in SEEN}


async def _asked_for(user: UserId) -> set[MessagePurpose]:
    return {state.purpose for state in await queries.template_states(user) if state.should_ask} & SEEN


async def _report(user: UserId, client_id: str = "tap", **outcomes: MessageConsentOutcome) -> None:
    given = {MessagePurpose(name.upper()): outcome for name, outcome in outcomes.items()}
    await actions.report_consent(user=user, outcomes=given, client_id=client_id)


async def test_each_accept_is_one_consent_and_consents_add_up() -> None:
    ann = a_user_id()
    await _report(ann, "one", group_result=ACCEPT, refund=FILTER)
    await _report(ann, "two", group_result=ACCEPT, refund=ACCEPT)
    assert await _left(ann) == {RESULT: 2, REFUND: 1}
    assert await _left(a_user_id()) == {RESULT: 0, REFUND: 0}


async def test_a_report_counts_once_however_often_it_comes() -> None:
    ann, bob = a_user_id(), a_user_id()
    await asyncio.gather(*[_report(ann, "tap", group_result=ACCEPT, refund=ACCEPT) for _ in range(8)])
    await _report(bob, "tap", group_result=ACCEPT)
    assert await _left(ann) == {RESULT: 1, REFUND: 1}
    assert await _left(bob) == {RESULT: 1, REFUND: 0}


async def test_reports_of_one_person_at_once_all_count() -> None:
    ann = a_user_id()
    await asyncio.gather(*[_report(ann, str(tap), refund=ACCEPT, group_result=ACCEPT) for tap in range(10)])
    assert await _left(ann) == {RESULT: 10, REFUND: 10}


@pytest.mark.parametrize("refusal", [REJECT, BAN])
async def test_who_refused_is_left_in_peace_for_a_week(refusal: MessageConsentOutcome) -> None:
    ann = a_user_id()
    assert await _asked_for(ann) == {RESULT, REFUND}
    await _report(ann, group_result=refusal)
    assert await _asked_for(ann) == {REFUND}
    await clock.move(A_WEEK - 60)
    assert await _asked_for(ann) == {REFUND}
    await clock.move(120)
    assert await _asked_for(ann) == {RESULT, REFUND}


async def test_a_refusal_takes_no_earlier_consent_away() -> None:
    ann = a_user_id()
    await _report(ann, "one", group_result=ACCEPT)
    await _report(ann, "two", group_result=REJECT)
    assert await _left(ann) == {RESULT: 1, REFUND: 0}


async def test_an_accept_ends_the_peace() -> None:
    ann = a_user_id()
    await _report(ann, "one", group_result=REJECT)
    await _report(ann, "two", group_result=ACCEPT)
    await told(ann, purpose=RESULT)
    assert await _left(ann) == {RESULT: 0, REFUND: 0}
    assert await _asked_for(ann) == {RESULT, REFUND}


async def test_nobody_is_asked_while_a_consent_is_left() -> None:
    ann = a_user_id()
    await _report(ann, group_result=ACCEPT)
    assert await _asked_for(ann) == {REFUND}


async def test_telling_with_a_purpose_uses_one_consent_up_for_one_message() -> None:
    ann, bob = a_user_id(), a_user_id()
    await a_consent(ann, remaining=2)
    await a_consent(ann, purpose=REFUND)
    entry = await told(ann, bob, purpose=RESULT)
    (message,) = await Message.all()
    assert (message.user_id, message.notification_id, message.purpose) == (ann, entry.id, RESULT)
    assert await _left(ann) == {RESULT: 1, REFUND: 1}


async def test_telling_without_a_purpose_uses_no_consent_up() -> None:
    ann = a_user_id()
    await a_consent(ann)
    await told(ann)
    assert await Message.all().count() == 0
    assert await _left(ann) == {RESULT: 1, REFUND: 0}


async def test_two_consents_are_two_messages_however_many_tell_at_once() -> None:
    ann = a_user_id()
    await a_consent(ann, remaining=2)
    await asyncio.gather(*[told(ann, purpose=RESULT) for _ in range(10)])
    assert await Message.filter(user_id=ann).count() == 2
    assert (await MessageConsent.get(user_id=ann)).remaining == 0


async def test_by_default_the_phone_counts_and_the_push_does_not() -> None:
    ann = a_user_id()
    await _report(ann, group_result=ACCEPT)
    await actions.hear_pop_up(user=ann, outcomes={RESULT: ACCEPT, REFUND: REJECT}, message_key="m")
    assert await _left(ann) == {RESULT: 1, REFUND: 0}
    assert await _asked_for(ann) == set()


@pytest.mark.usefixtures("push_is_configured")
async def test_where_push_is_configured_it_counts_and_the_phone_does_not() -> None:
    ann = a_user_id()
    await a_consent(ann, purpose=REFUND)
    await _report(ann, group_result=ACCEPT, refund=REJECT)
    assert (await MessageConsent.get(user_id=ann)).remaining == 1
    assert (await MessageConsent.get(user_id=ann)).refused_at is not None
    await actions.hear_pop_up(user=ann, outcomes={RESULT: ACCEPT}, message_key="m")
    assert (await MessageConsent.get(user_id=ann, purpose=RESULT)).remaining == 1


@pytest.mark.usefixtures("push_is_configured")
async def test_a_pushed_message_counts_once_however_often_it_is_delivered() -> None:
    ann = a_user_id()
    for key in ("first", "first", "second", "first"):
        await actions.hear_pop_up(user=ann, outcomes={RESULT: ACCEPT}, message_key=key)
    assert (await MessageConsent.get(user_id=ann)).remaining == 2


async def test_switching_off_leaves_no_consent_and_asks_for_none() -> None:
    ann = a_user_id()
    await a_consent(ann, remaining=3)
    await a_consent(ann, purpose=REFUND)
    await actions.hear_switched_off(user=ann, purposes=[RESULT], message_key="off")
    assert await _left(ann) == {RESULT: 0, REFUND: 1}
    assert await _asked_for(ann) == set()


async def test_a_late_repeat_of_switching_off_takes_no_newer_consent() -> None:
    ann = a_user_id()
    await actions.hear_switched_off(user=ann, purposes=[RESULT], message_key="off")
    await _report(ann, group_result=ACCEPT)
    await actions.hear_switched_off(user=ann, purposes=[RESULT], message_key="off")
    assert await _left(ann) == {RESULT: 1, REFUND: 0}


async def test_no_openid_is_kept_with_the_reports() -> None:
    ann = a_user_id()
    await actions.hear_switched_off(user=ann, purposes=[RESULT], message_key="oABCDEFG:1:subscribe")
    assert "oABCDEFG" not in (await ConsentReport.get(user_id=ann)).client_id


def test_the_peace_lasts_a_week() -> None:
    assert timedelta(days=7) == rules.PEACE_AFTER_REFUSAL
