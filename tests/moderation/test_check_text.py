"""What is asked before a text is published, and what becomes of it where nobody answers."""

import pytest

from app.accounts.models import Role, UserRole
from app.audit_log import queries as audit_log
from app.core import db
from app.core.errors import Stale, TargetNotFound
from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.moderation import actions, flows
from app.moderation.errors import TextRejected, WordExists
from app.moderation.states import Outcome, Severity, Why
from app.wechat.client import TextScene
from tests.conftest import WeChat
from tests.factories import accounts
from tests.factories.group_buying import a_buyer

TWO_HOURS = 7200


async def _author(wechat: WeChat, name: str = "ann") -> UserId:
    """Somebody who is in the app just now."""
    buyer = await a_buyer(name)
    await wechat.login_code(name)
    await wechat.play("login", **{"as": name})
    return buyer.id


async def _check(author: UserId, *texts: str, **given: bool) -> flows.Finding:
    return await flows.check_text(author=author, texts=texts, scene=TextScene.FORUM, **given)


async def test_a_text_that_nobody_doubts_passes(wechat: WeChat) -> None:
    assert await _check(await _author(wechat), "明前龙井", "清香回甘") == flows.Finding(Outcome.PASS)


async def test_nothing_written_asks_nobody(wechat: WeChat) -> None:
    await wechat.faults(system_busy=1)
    assert (await _check(await _author(wechat), "", "  ")).passes


@pytest.mark.parametrize("text", ["裸聊", "sandbox-risky"])
async def test_what_the_filter_or_wechat_rejects_is_refused(wechat: WeChat, text: str) -> None:
    author = await _author(wechat)
    with pytest.raises(TextRejected):
        await _check(author, "一个标题", f"请看 {text}")


async def test_a_risky_word_in_the_tail_of_a_long_text_is_found(wechat: WeChat) -> None:
    author = await _author(wechat)
    for before in (2495, 4900, 5000):
        with pytest.raises(TextRejected):
            await _check(author, "茶" * before + "sandbox-risky")


async def test_a_doubt_of_the_filter_and_one_of_wechat_are_both_told(wechat: WeChat) -> None:
    found = await _check(await _author(wechat), "加微信", "sandbox-review")
    assert found == flows.Finding(Outcome.REVIEW, (Why.WORD, Why.WECHAT_SUGGESTS))


async def test_an_author_who_was_not_in_the_app_is_reviewed(wechat: WeChat) -> None:
    author = await _author(wechat)
    await wechat.move_clock(TWO_HOURS + 10)
    assert (await _check(author, "好茶")).why == (Why.AUTHOR_NOT_SEEN,)


async def test_wechat_away_means_review_and_never_silence(wechat: WeChat) -> None:
    author = await _author(wechat)
    await wechat.faults(system_busy=1)
    assert await _check(author, "好茶") == flows.Finding(Outcome.REVIEW, (Why.WECHAT_AWAY,))


async def test_what_staff_write_outside_wechat_is_for_a_second_person(wechat: WeChat) -> None:
    staff = await accounts.staff(Role.COMMUNITY_MANAGER)
    assert (await _check(staff, "好茶")).why == (Why.SECOND_PERSON,)
    host = await _author(wechat)
    await UserRole.create(user_id=host, role=Role.HOST)
    assert (await _check(host, "好茶")).passes
    await wechat.move_clock(TWO_HOURS + 10)
    assert (await _check(host, "好茶")).why == (Why.SECOND_PERSON,)


async def test_what_is_published_later_is_for_a_second_person(wechat: WeChat) -> None:
    assert (await _check(await _author(wechat), "好茶", is_scheduled=True)).why == (Why.SECOND_PERSON,)


async def test_a_word_of_the_staff_counts_from_the_next_text_on_until_it_is_removed(wechat: WeChat) -> None:
    author = await _author(wechat)
    assert (await _check(author, "隔壁老店")).passes
    word = await actions.add_word(by=author, word="隔壁老店", severity=Severity.REJECT, note=None)
    with pytest.raises(TextRejected):
        await _check(author, "隔壁老店")
    with pytest.raises(WordExists):
        await actions.add_word(by=author, word="隔壁 老店", severity=Severity.REVIEW, note=None)
    with pytest.raises(Stale):
        await actions.remove_word(by=author, word=word, expected_version=2)
    await actions.remove_word(by=author, word=word, expected_version=1)
    assert (await _check(author, "隔壁老店")).passes
    with pytest.raises(TargetNotFound):
        await actions.remove_word(by=author, word=new_id(), expected_version=1)
    assert [each.verb for each in await audit_log.page(limit=9)] == ["filter_word.remove", "filter_word.add"]


async def test_a_text_is_not_checked_inside_a_transaction(wechat: WeChat) -> None:
    author = await _author(wechat)
    with pytest.raises(RuntimeError, match="transaction"):
        async with db.transaction():
            await _check(author, "好茶")
    with pytest.raises(RuntimeError, match="transaction"):
        await actions.put_in_queue(target=Target("testnote", author), author=author, why=[], text="")
