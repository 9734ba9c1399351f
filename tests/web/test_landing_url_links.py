"""A landing page hands over to the mini-app by WeChat's URL link, and does without where there is none."""

import asyncio

import httpx2
import pytest

from app.core.allowance import Allowance
from app.core.settings import settings
from app.core.targets import Target
from app.group_buying.models import Deal
from app.group_buying.states import DealStatus
from app.web import landing
from app.wechat import current
from share import flows, links, queries
from share.models import ShareForm
from share.queries import Link
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.group_buying import a_deal
from tests.factories.share import a_link
from tests.web.conftest import asking

pytestmark = pytest.mark.usefixtures("wechat")

_DAY_S = 86_400


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is not how fast this machine is."""
    monkeypatch.setattr(landing, "URL_LINK_WITHIN_S", 30.0)


@pytest.fixture
async def link() -> Link:
    return await a_link((await a_user()).id, Target("deal", (await a_deal()).id), form=ShareForm.LINK)


async def _get(path: str) -> httpx2.Response:
    async with asking(landing.routes(Allowance(1000))) as client:
        return await client.get(path)


async def _page(link: Link, language: str = "zh-CN") -> str:
    answer = await _get(f"/s/{link.code}?lang={language}")
    assert answer.status_code == 200
    return answer.text


async def _made(wechat: WeChat) -> int:
    return len((await wechat.sent())["url_links"])


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "去小程序开团"), ("en", "Open a group in the mini-app")])
async def test_a_page_has_a_plain_link_into_the_mini_app(link: Link, wechat: WeChat, language: str, words: str) -> None:
    answer = await _get(f"/s/{link.code}?lang={language}")
    address = (await queries.url_link(link.id)).address
    assert f'<a class="button open" href="{address}">{words}</a>' in answer.text
    assert answer.text.count(words) == 1
    assert f"/s/{link.code}/code.png" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    opened = await wechat.phone.get(str(address))
    assert f"s={link.code}" in opened.text


async def test_a_page_that_is_looked_at_again_has_the_same_link(link: Link, wechat: WeChat) -> None:
    address = await flows.make_url_link(link)
    for _ in range(2):
        assert f'href="{address}"' in await _page(link)
    assert await _made(wechat) == 1


async def test_servers_that_show_one_page_at_once_ask_wechat_once(link: Link, wechat: WeChat) -> None:
    pages = await asyncio.gather(*[_page(link) for _ in range(6)])
    assert any("button open" in page for page in pages)
    assert await _made(wechat) == 1
    assert "button open" in await _page(link)


@pytest.mark.parametrize(
    "weather",
    [
        {"system_busy": 1},
        {"lost_replies": 1},
        *[{"errors": {"/wxa/generate_urllink": errcode}} for errcode in (40165, 45009, 85079)],
    ],
)
async def test_without_a_link_the_page_shows_its_code(link: Link, wechat: WeChat, weather: dict[str, object]) -> None:
    await wechat.faults(**weather)
    page = await _page(link)
    assert 'class="button' not in page
    assert "<strong>去小程序开团</strong>" in page
    assert f"/s/{link.code}/code.png" in page


async def test_a_process_that_cannot_ask_shows_the_page(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current, "_mini_program", None)
    assert 'class="button' not in await _page(link)


async def test_a_page_does_not_wait_for_a_slow_wechat_whose_link_stands_on_the_next_one(
    link: Link, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "URL_LINK_WITHIN_S", 0.01)
    await wechat.faults(slow_s=0.2)
    assert 'class="button' not in await _page(link)
    async with asyncio.timeout(10):
        while (await queries.url_link(link.id)).address is None:  # noqa: ASYNC110 - the row is what is awaited
            await asyncio.sleep(0.01)
    assert "button open" in await _page(link)
    assert await _made(wechat) == 1


async def test_while_the_next_link_is_not_to_be_had_the_old_one_stays_on_the_page(link: Link, wechat: WeChat) -> None:
    first = await flows.make_url_link(link)
    await wechat.move_clock(28 * _DAY_S + 1)
    await wechat.faults(system_busy=1)
    assert f'href="{first}"' in await _page(link)


@pytest.mark.parametrize("switch", [{"landing_pages": False}, {"env": "production"}])
async def test_where_there_are_no_pages_none_is_made(
    link: Link, wechat: WeChat, monkeypatch: pytest.MonkeyPatch, switch: dict[str, object]
) -> None:
    for name, value in switch.items():
        monkeypatch.setattr(settings(), name, value)
    assert (await _get(f"/s/{link.code}")).status_code == 404
    assert await _made(wechat) == 0


async def test_for_a_link_that_leads_nowhere_none_is_made(link: Link, wechat: WeChat) -> None:
    await links.revoke(inviter=link.inviter, code=link.code)
    page = await _get(f"/s/{link.code}")
    assert page.status_code == 410
    assert 'class="button' not in page.text
    assert await _made(wechat) == 0


async def test_a_page_of_what_is_withdrawn_has_none_any_more(link: Link) -> None:
    address = await flows.make_url_link(link)
    await Deal.filter(id=link.target.id).update(status=DealStatus.TAKEN_DOWN)
    page = await _get(f"/s/{link.code}")
    assert page.status_code == 410
    assert str(address) not in page.text


async def test_pictures_ask_for_none(link: Link, wechat: WeChat) -> None:
    for picture in ("poster.png", "code.png"):
        assert (await _get(f"/s/{link.code}/{picture}")).status_code == 200
    assert await _made(wechat) == 0
