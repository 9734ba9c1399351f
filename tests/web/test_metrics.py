"""What a scraper sees: what may be stuck, and how requests are answered."""

import math
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Message, Receive, Scope, Send

from app.core import clock, db
from app.core.ids import OrderId, PaymentId, UserId, new_id
from app.core.models import Delivery, FactRow
from app.core.settings import settings
from app.desk.models import DeskItem, Matter
from app.payments.models import Payment, Purpose, Refund, RefundReason, RefundStatus
from app.web import metrics
from app.web.exchanges import LEFT, Exchange, observed
from tests.conftest import WeChat
from tests.factories.group_buying import a_buyer, a_deal, a_group, joins, opens
from tests.web.conftest import asking

STUCK = (
    "pintuan_oldest_due_delivery_seconds",
    "pintuan_dead_deliveries",
    "pintuan_oldest_open_refund_seconds",
    "pintuan_failed_refunds",
    "pintuan_desk_items_open",
    "pintuan_oldest_desk_item_seconds",
    "pintuan_oldest_overdue_hold_seconds",
    "pintuan_groups_undecided",
)

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def _scraped() -> Samples:
    async with asking(metrics.routes()) as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def _told(*names: str) -> list[float]:
    samples = await _scraped()
    return [samples[name, ()] for name in names]


@pytest.mark.usefixtures("database")
async def test_where_nothing_is_stuck_everything_is_zero() -> None:
    assert await _told(*STUCK) == [0] * len(STUCK)


@pytest.mark.usefixtures("database")
async def test_the_oldest_due_delivery_is_told_and_dead_ones_apart() -> None:
    now = await clock.now()
    fact = await FactRow.create(name="SeatTaken", version=1, payload="{}", recorded_at=now)

    async def due_in(reaction: str, seconds: int) -> None:
        await Delivery.create(fact_id=fact.id, reaction=reaction, available_at=now + timedelta(seconds=seconds))

    await due_in("later", 90)
    assert await _told(STUCK[0]) == [0]
    await due_in("overdue", -90)
    await due_in("older", -120)
    await Delivery.create(fact_id=fact.id, reaction="dead", available_at=now - timedelta(days=1), dead_at=now)
    oldest, dead = await _told(*STUCK[:2])
    assert 120 <= oldest < 150
    assert dead == 1


async def _a_refund(status: RefundStatus, seconds_ago: int) -> None:
    at = await clock.now() - timedelta(seconds=seconds_ago)
    payment = await Payment.create(
        id=PaymentId(new_id()), order_id=OrderId(new_id()), user_id=UserId(new_id()), purpose=Purpose.GROUP_SEAT,
        out_trade_no=new_id().hex, description="", amount_fen=1, expires_at=at, created_at=at,
    )  # fmt: skip
    is_open = status in {RefundStatus.WAITING, RefundStatus.PROCESSING}
    await Refund.create(
        payment_id=payment.id, order_id=payment.order_id, out_refund_no=new_id().hex, amount_fen=1, status=status,
        reason=RefundReason.LEFT, created_at=at, next_attempt_at=await clock.now() if is_open else None,
    )  # fmt: skip


@pytest.mark.usefixtures("database")
async def test_the_oldest_open_refund_is_told_and_failed_ones_apart() -> None:
    await _a_refund(RefundStatus.WAITING, 60)
    await _a_refund(RefundStatus.PROCESSING, 90)
    await _a_refund(RefundStatus.SUCCEEDED, 1_000)
    await _a_refund(RefundStatus.FAILED, 2_000)
    oldest, failed = await _told(*STUCK[2:4])
    assert 90 <= oldest < 120
    assert failed == 1


@pytest.mark.usefixtures("database")
async def test_what_waits_on_the_desk_is_told_until_it_is_done() -> None:
    now = await clock.now()
    for subject, minutes, done in (("a", 5, False), ("b", 1, False), ("c", 60, True)):
        opened_at = now - timedelta(minutes=minutes)
        await DeskItem.create(
            matter=Matter.REFUND_FAILED,
            subject=subject,
            detail={},
            opened_at=opened_at,
            resolved_at=now if done else None,
        )
    count, oldest = await _told(*STUCK[4:6])
    assert count == 2
    assert 300 <= oldest < 330


async def test_a_hold_that_ended_and_was_not_given_back_is_told(wechat: WeChat) -> None:
    await opens(await a_buyer(), await a_deal())
    assert await _told("pintuan_oldest_overdue_hold_seconds") == [0]
    await wechat.move_clock(660)
    (age,) = await _told("pintuan_oldest_overdue_hold_seconds")
    assert 60 <= age < 90


async def test_a_group_past_its_deadline_is_told_until_it_is_decided(wechat: WeChat) -> None:
    group = await a_group()
    await wechat.move_clock(86_000)
    await joins(await a_buyer("late"), await group.now())
    assert await _told("pintuan_groups_undecided") == [0]
    await wechat.move_clock(401)
    assert await _told("pintuan_groups_undecided") == [1]


@pytest.mark.usefixtures("database")
async def test_what_the_database_does_not_say_is_no_number_and_the_rest_is_told() -> None:
    (before,) = await _told("pintuan_readings_missed_total")
    await db.stop()
    missed, *readings = await _told("pintuan_readings_missed_total", *STUCK)
    assert missed == before + len(STUCK)
    assert all(math.isnan(value) for value in readings)
    await db.start(settings())
    assert await _told(*STUCK) == [0] * len(STUCK)


@pytest.mark.usefixtures("database")
async def test_the_process_tells_of_itself() -> None:
    (memory,) = await _told("process_resident_memory_bytes")
    assert memory > 1_000_000


async def _fine(_: Request) -> Response:
    return PlainTextResponse("fine")


async def _broken(_: Request) -> Response:
    raise RuntimeError("broken")


ROUTES: Sequence[BaseRoute] = [
    Route("/s/{code}", _fine),
    Route("/broken/{of}", _broken),
    Mount("/below", routes=[Route("/{what}", _fine, methods=["POST"])]),
]


async def _counted(method: str, path: str) -> Samples:
    """By how much the samples of the HTTP metrics grew with this request; those that did not are left out."""
    before = _of_requests()
    async with asking(ROUTES, [Middleware(metrics.measured)]) as client:
        await client.request(method, path)
    return {key: value - before.get(key, 0) for key, value in _of_requests().items() if value != before.get(key, 0)}


def _of_requests() -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in metrics.REGISTRY.collect()
        for sample in family.samples
        if sample.name in {"pintuan_http_requests_total", "pintuan_http_request_seconds_count"}
    }


@pytest.mark.parametrize(
    ("method", "path", "route", "counted_as", "status"),
    [
        ("GET", "/s/S23456789AB", "/s/{code}", "GET", "200"),
        ("GET", "/s/another?lang=en", "/s/{code}", "GET", "200"),
        ("POST", "/s/S23456789AB", "/s/{code}", "POST", "405"),
        ("GET", "/wp-login.php", "unmatched", "GET", "404"),
        ("BREW", "/s/tea", "/s/{code}", "OTHER", "405"),
        ("GET", "/broken/thing", "/broken/{of}", "GET", "500"),
        ("POST", "/below/one", "/below/{what}", "POST", "200"),
        ("POST", "/below/one/two", "/below/*", "POST", "404"),
    ],
)
async def test_requests_are_counted_by_route_and_never_by_path(
    method: str, path: str, route: str, counted_as: str, status: str
) -> None:
    labels = (("method", counted_as), ("route", route))
    assert await _counted(method, path) == {
        ("pintuan_http_requests_total", (*labels, ("status", status))): 1,
        ("pintuan_http_request_seconds_count", labels): 1,
    }


async def test_paths_that_a_client_makes_up_make_no_new_series() -> None:
    await _counted("GET", "/first")
    known = len(_of_requests())
    for number in range(20):
        await _counted("GET", f"/made-up/{number}")
    assert len(_of_requests()) == known


SCOPE = {"type": "http", "method": "GET", "headers": []}


async def _received() -> Message:
    return {"type": "http.disconnect"}


async def _sent(_: Message) -> None:
    return


async def test_a_client_that_left_before_the_answer_is_told_apart() -> None:
    told: list[Exchange] = []

    async def leaves(_: Scope, __: Receive, ___: Send) -> None:
        return

    await observed(leaves, told.append)(SCOPE, _received, _sent)
    assert [exchange.status for exchange in told] == [LEFT]


async def test_a_stream_is_timed_until_it_began() -> None:
    told: list[Exchange] = []

    async def stream(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        began = time.perf_counter()
        while time.perf_counter() < began + 0.2:
            await send({"type": "http.response.body", "body": b"", "more_body": True})

    await observed(stream, told.append)(SCOPE, _received, _sent)
    assert told[0].seconds < 0.2


async def test_sockets_are_no_exchanges() -> None:
    told: list[Exchange] = []
    seen: list[str] = []

    async def socket(scope: Scope, _: Receive, __: Send) -> None:
        seen.append(scope["type"])

    await observed(socket, told.append)({"type": "websocket"}, _received, _sent)
    assert (seen, told) == (["websocket"], [])
