"""What stands around every request."""

import re
from collections.abc import MutableMapping
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.core.log import logger
from app.web import middleware
from tests.web.conftest import asking

MINTED = re.compile(r"[0-9a-f]{32}")

Line = MutableMapping[str, Any]


async def _page(_: Request) -> Response:
    logger("test").info("inside")
    return HTMLResponse("<p>hello</p>")


async def _page_with_its_own_rules(_: Request) -> Response:
    return HTMLResponse("", headers={"Content-Security-Policy": "default-src 'self'", "Referrer-Policy": "no-referrer"})


async def _client(request: Request) -> Response:
    return JSONResponse(request.client.host if request.client else None)


async def _broken(_: Request) -> Response:
    raise RuntimeError("broken")


ROUTES = [
    Route("/page/{code}", _page),
    Route("/own", _page_with_its_own_rules),
    Route("/client", _client),
    Route("/broken", _broken),
    Route("/health/live", _client),
]


async def _ask(path: str, **headers: str) -> tuple[httpx2.Response, list[Line]]:
    with capture_logs(processors=[merge_contextvars]) as lines:
        async with asking(ROUTES, middleware.stack()) as client:
            answer = await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return answer, lines


async def test_a_request_keeps_the_id_that_it_came_with() -> None:
    answer, lines = await _ask("/page/S1", x_request_id="from-nginx_1.2")
    assert answer.headers["x-request-id"] == "from-nginx_1.2"
    assert {line["request_id"] for line in lines} == {"from-nginx_1.2"}
    assert [line["event"] for line in lines] == ["inside", "web.request"]


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a","level":"error', "a\u001b[31m"])
async def test_an_id_that_could_make_a_log_lie_is_replaced(given: str) -> None:
    answer, lines = await _ask("/page/S1", x_request_id=given)
    assert MINTED.fullmatch(answer.headers["x-request-id"])
    assert {line["request_id"] for line in lines} == {answer.headers["x-request-id"]}


async def test_every_request_gets_an_id_of_its_own_and_leaves_none_behind() -> None:
    ids = {(await _ask("/page/S1"))[0].headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    with capture_logs(processors=[merge_contextvars]) as lines:
        logger("test").info("outside")
    assert "request_id" not in lines[0]


async def test_a_request_is_one_line_without_anything_of_its_sender() -> None:
    answer, lines = await _ask("/page/S-secret?token=secret", authorization="Bearer secret", cookie="a=secret")
    (line,) = [line for line in lines if line["event"] == "web.request"]
    ms = line.pop("ms")
    assert line == {
        "event": "web.request", "log_level": "info", "room": "web", "method": "GET", "route": "/page/{code}",
        "status": 200, "request_id": answer.headers["x-request-id"],
    }  # fmt: skip
    assert 0 <= ms < 10_000
    assert "secret" not in str(lines)


async def test_what_breaks_is_logged_as_500() -> None:
    answer, lines = await _ask("/broken")
    assert answer.status_code == 500
    assert [line["status"] for line in lines if line["event"] == "web.request"] == [500]


async def test_the_lines_of_those_who_look_after_us_are_quiet() -> None:
    _, lines = await _ask("/health/live")
    assert [line["log_level"] for line in lines] == ["debug"]


async def test_a_page_may_load_run_and_be_framed_by_nothing_unless_it_says_so() -> None:
    plain, _ = await _ask("/page/S1")
    assert plain.headers["content-security-policy"].startswith("default-src 'none'")
    assert plain.headers["x-frame-options"] == "DENY"
    assert plain.headers["x-content-type-options"] == "nosniff"
    own, _ = await _ask("/own")
    assert own.headers["content-security-policy"] == "default-src 'self'"
    assert own.headers["referrer-policy"] == "no-referrer"
    assert own.headers.get_list("content-security-policy") == ["default-src 'self'"]


async def test_what_is_no_page_gets_no_rules_for_pages() -> None:
    answer, _ = await _ask("/client")
    assert "content-security-policy" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
