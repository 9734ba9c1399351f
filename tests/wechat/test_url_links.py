import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.wechat.client import MiniProgram
from app.wechat.errors import WeChatBusy, WeChatRefused, WeChatSlowDown
from app.wechat.sandbox import links
from app.wechat.tokens import MemoryTokenStore

from .asking import token_of, watched
from .conftest import QUICK, Town, a_town, now

PAGE = "pages/group"
QUERY = "g=G23456789AB&s=S23456789AB"
_DAY_S = 86_400


async def _made(town: Town, *, page: str = PAGE, query: str = QUERY, days: float = 29) -> str:
    return await town.mini.url_link(page, query, expires_at=now() + timedelta(days=days))


async def _asked(town: Town, **changed: Any) -> int:
    """The errcode of a call as nobody's client makes it."""
    body = {"path": PAGE, "query": QUERY, "expire_type": 0, "expire_time": int(now().timestamp()) + _DAY_S} | changed
    reply = await town.phone.post("/wxa/generate_urllink", params=await token_of(town), json=body)
    return int(reply.json()["errcode"])


async def test_an_address_says_in_a_browser_what_wechat_would_open(town: Town) -> None:
    address = await _made(town, query="g=(G2)&s=S2")
    assert address.startswith("http://127.0.0.1:8787/link/")
    page = await town.phone.get(address.removeprefix("http://127.0.0.1:8787"))
    assert page.status_code == 200
    for words in ("微信会在这里打开小程序", "Here WeChat would open the mini-app", PAGE, "g=(G2)&amp;s=S2", "1194"):
        assert words in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_an_address_that_nobody_made_opens_nothing(town: Town) -> None:
    page = await town.phone.get("/link/nobody")
    assert page.status_code == 404
    assert "There is no such link" in page.text


async def test_an_address_opens_nothing_after_its_end(town: Town) -> None:
    address = await _made(town, days=2)
    await town.play("clock", offset_s=2 * _DAY_S + 1)
    page = await town.phone.get(address.removeprefix("http://127.0.0.1:8787"))
    assert "链接已过期" in page.text
    assert "微信会在这里打开小程序" not in page.text


async def test_addresses_begin_with_where_a_browser_reaches_the_sandbox(folder: Path, listening: socket.socket) -> None:
    async with a_town(folder, listening, origin="https://wechat.example/") as town:
        assert (await _made(town)).startswith("https://wechat.example/link/")


async def test_the_moment_of_its_end_is_told_in_seconds(town: Town) -> None:
    ends = now() + timedelta(days=3)
    await town.mini.url_link(PAGE, QUERY, expires_at=ends)
    (made,) = (await town.sent())["url_links"]
    assert abs(made["expires_at"] - ends.timestamp()) < 1.1
    assert (made["page"], made["query"], made["environment"]) == (PAGE, QUERY, "release")


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({"page": f"{PAGE}?s=S2"}, "40165"),
        ({"query": "s=拼团"}, "40212"),
        ({"query": "x" * 1025}, "40212"),
        ({"days": 31}, "85401"),
        ({"days": -1}, "85401"),
    ],
)
async def test_what_wechat_does_not_take_is_refused_by_number(town: Town, asked: dict[str, Any], errcode: str) -> None:
    with pytest.raises(WeChatRefused) as refused:
        await _made(town, **asked)
    assert refused.value.code == errcode
    assert (await town.sent())["url_links"] == []


async def test_a_page_that_is_not_released_is_refused(folder: Path, listening: socket.socket) -> None:
    async with a_town(folder, listening, pages=frozenset({PAGE})) as town:
        await _made(town)
        with pytest.raises(WeChatRefused) as refused:
            await _made(town, page="pages/new")
        assert refused.value.code == "40165"


@pytest.mark.parametrize("errcode", [40002, 40013, 85079])
async def test_an_app_that_may_not_make_any_hears_why(town: Town, errcode: int) -> None:
    await town.play("faults", errors={"/wxa/generate_urllink": errcode})
    with pytest.raises(WeChatRefused) as refused:
        await _made(town)
    assert refused.value.code == str(errcode)


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"expire_time": (int(now().timestamp()) + _DAY_S) * 1000}, 85401),
        ({"expire_time": None}, 85401),
        ({"expire_type": 1, "expire_interval": 30}, 0),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"path": "/pages/group"}, 0),
        ({"path": ""}, 0),
        ({"path": ["pages/group"]}, 40165),
        ({"query": None}, 40212),
        ({"env_version": "beta"}, 40097),
    ],
)
async def test_the_sandbox_takes_what_wechat_takes(town: Town, changed: dict[str, Any], errcode: int) -> None:
    assert await _asked(town, **changed) == errcode


async def test_a_days_number_is_used_up_and_there_are_more_the_next_day(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MADE_PER_DAY", 2)
    await _made(town)
    await _made(town)
    with pytest.raises(WeChatSlowDown):
        await _made(town)
    assert len((await town.sent())["url_links"]) == 2
    await town.play("clock", offset_s=_DAY_S + 1)
    await _made(town)


async def test_an_address_is_asked_for_once_whatever_is_lost(town: Town) -> None:
    async with watched(town) as (mini, requests):
        await mini.create_activity()  # the token is fetched now
        await town.play("faults", lost_replies=1)
        with pytest.raises(WeChatBusy) as busy:
            await mini.url_link(PAGE, QUERY, expires_at=now() + timedelta(days=1))
    assert busy.value.perhaps_done
    assert [request.url.path.endswith("generate_urllink") for request in requests].count(True) == 1


@pytest.mark.parametrize("url_link", [None, "", "javascript:alert(1)", "//evil.example"])
async def test_an_answer_that_holds_no_address_is_none(town: Town, url_link: str | None) -> None:
    answer = {"errcode": 0, "access_token": "t", "expires_in": 7200, "url_link": url_link}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=answer))
    async with httpx2.AsyncClient(transport=transport) as http:
        mini = MiniProgram(town.config, MemoryTokenStore(), http=http, patience=QUICK)
        with pytest.raises(WeChatBusy):
            await mini.url_link(PAGE, QUERY, expires_at=now() + timedelta(days=1))
