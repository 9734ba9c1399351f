"""`/metrics`, for Prometheus. Each process tells of itself; where there are several, each is scraped alone.

What may get stuck is read from the database when it is asked for, so every process tells the same of it. No label
takes values that a client can make up.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.core import db
from app.core.log import logger
from app.web.exchanges import Exchange, observed

log = logger("web")

#: How long one reading may take; what takes longer is left out as NaN.
READ_WITHIN_S = 1.0

# When each series began is of no use to anybody here, and a third of all that is told.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library left its types out

#: Everything that this process tells.
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

REQUESTS = Counter(
    "pintuan_http_requests_total",
    "HTTP requests by route, method and status; 499 is a client that left.",
    ["route", "method", "status"],
    registry=REGISTRY,
)
LATENCY = Histogram(
    "pintuan_http_request_seconds",
    "Seconds until the answer began.",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
MISSED = Counter(
    "pintuan_readings_missed_total", "Readings of the database that failed or took too long.", registry=REGISTRY
)


def routes() -> list[Route]:
    """The door."""
    return [Route("/metrics", _metrics)]


def measured(app: ASGIApp) -> ASGIApp:
    """The application, its HTTP exchanges counted and timed."""
    return observed(app, _count)


def _count(exchange: Exchange) -> None:
    REQUESTS.labels(exchange.route, exchange.method, str(exchange.status)).inc()
    LATENCY.labels(exchange.route, exchange.method).observe(exchange.seconds)


async def _metrics(request: Request) -> Response:
    await read()
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(REGISTRY), media_type=content_type, headers={"Cache-Control": "no-store"})


async def read() -> None:
    """Set the gauges to what the database says now; those that it does not say in time become NaN."""
    for reading in _READINGS:
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                value = await reading.ask(reading.sql)
        except Exception as error:  # noqa: BLE001 - whatever is wrong, the process has more to tell than this
            log.warning("metrics.reading_missed", metric=reading.name, reason=type(error).__name__)
            MISSED.inc()
            value = math.nan
        _GAUGES[reading.name].set(value)


@dataclass(frozen=True, slots=True)
class _Since:
    since: datetime | None
    now: datetime


async def _age(sql: str) -> float:
    """How long ago the moment was, in seconds; 0 where there is none."""
    found = await db.row(_Since, sql)
    return (found.now - found.since).total_seconds() if found and found.since else 0


async def _number(sql: str) -> float:
    return await db.value(int, sql) or 0


@dataclass(frozen=True, slots=True)
class _Reading:
    """One statement, cheap enough to be asked every few seconds."""

    name: str
    tells: str
    ask: Callable[[str], Awaitable[float]]
    sql: str


_READINGS = (
    _Reading(
        "pintuan_oldest_due_delivery_seconds",
        "For how long the oldest open delivery has been due.",
        _age,
        "SELECT MIN(available_at) AS since, $now AS now FROM deliveries WHERE dead_at IS NULL AND available_at <= $now",
    ),
    _Reading(
        "pintuan_dead_deliveries",
        "Deliveries that were given up and wait for a person.",
        _number,
        "SELECT COUNT(*) AS n FROM deliveries WHERE dead_at IS NOT NULL",
    ),
    _Reading(
        "pintuan_oldest_open_refund_seconds",
        "Age of the oldest refund that is promised and neither final nor failed.",
        _age,
        # Every open refund has a next attempt; the index is over those.
        "SELECT MIN(created_at) AS since, $now AS now FROM refunds WHERE next_attempt_at IS NOT NULL",
    ),
    _Reading(
        "pintuan_failed_refunds",
        "Refunds that WeChat cannot pay out and a person must see to.",
        _number,
        "SELECT COUNT(*) AS n FROM refunds WHERE status = 'FAILED'",
    ),
    _Reading(
        "pintuan_desk_items_open",
        "What waits on the desk for a person.",
        _number,
        "SELECT COUNT(*) AS n FROM desk_items WHERE resolved_at IS NULL",
    ),
    _Reading(
        "pintuan_oldest_desk_item_seconds",
        "Age of the oldest open item on the desk.",
        _age,
        "SELECT MIN(opened_at) AS since, $now AS now FROM desk_items WHERE resolved_at IS NULL",
    ),
    _Reading(
        "pintuan_oldest_overdue_hold_seconds",
        "For how long the oldest hold that ended has not been given back.",
        _age,
        # Each try moves when the next is due, so that would not tell; a hold also ends early, by being given up.
        """SELECT MIN(CASE WHEN releasing_since < held_until THEN releasing_since ELSE held_until END) AS since,
                  $now AS now
             FROM seats
            WHERE release_due_at IS NOT NULL AND status IN ('HELD', 'RELEASING')
              AND (held_until <= $now OR releasing_since IS NOT NULL)""",
    ),
    _Reading(
        "pintuan_groups_undecided",
        "Groups past their deadline that are neither complete nor failing.",
        _number,
        "SELECT COUNT(*) AS n FROM groups WHERE status = 'FORMING' AND expires_at <= $now",
    ),
)

_GAUGES = {each.name: Gauge(each.name, each.tells, registry=REGISTRY) for each in _READINGS}
