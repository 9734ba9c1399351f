"""WeChat's URL links of share links: made once, kept while they work, and asked for by one at a time."""

import asyncio
from datetime import timedelta

import pytest

from app.core import clock
from share import flows, links, queries, rules
from share.models import UrlLink
from share.queries import Link
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.share import a_link, a_thing, withdraw

pytestmark = pytest.mark.usefixtures("wechat")

_DAY_S = 86_400
_HOUR_S = 3_600
_RENEWED_AFTER_S = (rules.URL_LINK_LIVES - rules.URL_LINK_RENEWED_BEFORE).total_seconds()


@pytest.fixture
async def link() -> Link:
    return await a_link((await a_user()).id)


async def _made(wechat: WeChat) -> list[str]:
    """Page and query of all that WeChat has made, the oldest first."""
    return [f"{each['page']}?{each['query']}" for each in (await wechat.sent())["url_links"]]


async def test_it_opens_the_things_page_with_the_links_code(link: Link, wechat: WeChat) -> None:
    address = await flows.make_url_link(link)
    assert await queries.url_link(link.id) == queries.UrlLink(address=address, is_due=False)
    assert await _made(wechat) == [f"pages/toy?id={link.target.public_id}&s={link.code}"]


async def test_while_it_works_wechat_is_not_asked_again(link: Link, wechat: WeChat) -> None:
    address = await flows.make_url_link(link)
    await wechat.move_clock(_RENEWED_AFTER_S - 60)
    assert await flows.make_url_link(link) is None
    assert await queries.url_link(link.id) == queries.UrlLink(address=address, is_due=False)
    assert len(await _made(wechat)) == 1


async def test_a_day_before_its_end_the_next_one_is_made(link: Link, wechat: WeChat) -> None:
    first = await flows.make_url_link(link)
    await wechat.move_clock(_RENEWED_AFTER_S + 1)
    assert await queries.url_link(link.id) == queries.UrlLink(address=first, is_due=True)
    second = await flows.make_url_link(link)
    assert second not in {None, first}
    assert await queries.url_link(link.id) == queries.UrlLink(address=second, is_due=False)


async def test_after_its_end_there_is_none(link: Link, wechat: WeChat) -> None:
    await flows.make_url_link(link)
    await wechat.move_clock(rules.URL_LINK_LIVES.total_seconds() + 1)
    assert await queries.url_link(link.id) == queries.UrlLink(address=None, is_due=True)


async def test_of_ten_who_want_it_at_once_one_asks_wechat(link: Link, wechat: WeChat) -> None:
    made = await asyncio.gather(*[flows.make_url_link(link) for _ in range(10)])
    assert len([each for each in made if each]) == 1
    assert len(await _made(wechat)) == 1
    await wechat.move_clock(_RENEWED_AFTER_S + 1)
    made = await asyncio.gather(*[flows.make_url_link(link) for _ in range(10)])
    assert len([each for each in made if each]) == 1
    assert len(await _made(wechat)) == 2


async def test_each_share_link_has_its_own(link: Link, wechat: WeChat) -> None:
    other = await a_link((await a_user()).id)
    assert await flows.make_url_link(link) != await flows.make_url_link(other)
    assert len(await _made(wechat)) == 2


@pytest.mark.parametrize("errcode", [40002, 40013, 40165, 40212, 44990, 45009, 85079, 85401])
async def test_a_no_of_wechats_is_taken_for_an_hour(link: Link, wechat: WeChat, errcode: int) -> None:
    await wechat.faults(errors={"/wxa/generate_urllink": errcode})
    assert await flows.make_url_link(link) is None
    assert await queries.url_link(link.id) == queries.UrlLink(address=None, is_due=False)
    await wechat.faults()
    await wechat.move_clock(_HOUR_S - 60)
    assert await flows.make_url_link(link) is None
    assert await _made(wechat) == []
    await wechat.move_clock(61)
    assert await flows.make_url_link(link) is not None


async def test_a_busy_wechat_is_asked_again_after_a_minute(link: Link, wechat: WeChat) -> None:
    await wechat.faults(system_busy=1)
    assert await flows.make_url_link(link) is None
    await wechat.faults()
    assert await flows.make_url_link(link) is None
    assert await _made(wechat) == []
    await wechat.move_clock(61)
    assert await flows.make_url_link(link) is not None


async def test_who_died_while_it_was_her_turn_keeps_it_for_a_minute(link: Link, wechat: WeChat) -> None:
    assert await links.take_turn_at_url_link(link.id)
    assert await flows.make_url_link(link) is None
    await wechat.move_clock(61)
    assert await flows.make_url_link(link) is not None


async def test_a_wechat_that_hangs_is_not_waited_for(
    link: Link, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "_ANSWERED_WITHIN_S", 0.05)
    await wechat.faults(slow_s=60)
    assert await flows.make_url_link(link) is None
    assert await queries.url_link(link.id) == queries.UrlLink(address=None, is_due=False)


async def test_while_there_is_no_next_one_the_old_one_stays(link: Link, wechat: WeChat) -> None:
    first = await flows.make_url_link(link)
    await wechat.move_clock(_RENEWED_AFTER_S + 1)
    await wechat.faults(errors={"/wxa/generate_urllink": 45009})
    assert await flows.make_url_link(link) is None
    assert await queries.url_link(link.id) == queries.UrlLink(address=first, is_due=False)


async def test_a_clock_that_is_days_ahead_of_wechats_is_refused_and_nothing_is_kept(link: Link) -> None:
    await clock.move(2 * _DAY_S)
    assert await flows.make_url_link(link) is None
    assert (await UrlLink.get(link_id=link.id)).address is None


async def test_what_is_withdrawn_takes_no_turn() -> None:
    thing = a_thing()
    link = await a_link((await a_user()).id, thing)
    withdraw(thing)
    assert await flows.make_url_link(link) is None
    assert await UrlLink.all().count() == 0


def test_a_turn_is_longer_than_an_answer_and_a_link_ends_within_wechats_month() -> None:
    assert timedelta(seconds=flows._ANSWERED_WITHIN_S) < rules.URL_LINK_TURN < rules.URL_LINK_PAUSE
    assert rules.URL_LINK_RENEWED_BEFORE < rules.URL_LINK_LIVES < timedelta(days=30)


async def test_the_database_keeps_no_address_without_an_end(link: Link) -> None:
    await links.take_turn_at_url_link(link.id)
    with pytest.raises(Exception, match="url_links_end"):
        await UrlLink.filter(link_id=link.id).update(address="https://wxaurl.cn/x")
    assert (await UrlLink.get(link_id=link.id)).address is None
