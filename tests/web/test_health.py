"""Whether this process lives, and whether requests may be sent to it."""

import asyncio
import contextvars
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.applications import Starlette

from app.core import db, streams
from app.core.bus import InProcessBus, RedisBus
from app.core.settings import settings
from app.web import health

NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture
async def carried() -> AsyncIterator[None]:
    """The bus that this installation's settings ask for."""
    if not settings().redis_url:
        yield
        return
    bus = RedisBus(settings().redis_url, settings().redis_prefix)
    streams.use_bus(bus)
    await bus.start()
    yield
    await bus.stop()


async def _ask(path: str, *, draining: bool = False) -> httpx2.Response:
    shop = Starlette(routes=health.routes())
    shop.state.draining = draining
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(shop), base_url="http://shop.test") as client:
        return await client.get(path)


async def _missing() -> list[str]:
    answer = await _ask("/health/ready")
    assert (answer.status_code == 200) == (answer.json()["status"] == "ready") == (not answer.json()["missing"])
    assert answer.headers["cache-control"] == "no-store"
    return list(answer.json()["missing"])


@pytest.mark.usefixtures("database", "carried")
async def test_a_process_with_all_that_it_needs_is_ready() -> None:
    assert await _missing() == []


@pytest.mark.usefixtures("database", "carried")
async def test_a_process_that_goes_down_takes_no_new_requests_and_lives_until_then() -> None:
    answer = await _ask("/health/ready", draining=True)
    assert (answer.status_code, answer.json()["missing"]) == (503, ["draining"])
    assert (await _ask("/health/live", draining=True)).status_code == 200


@pytest.mark.usefixtures("database", "carried")
async def test_without_its_database_it_is_not_ready_and_lives() -> None:
    await db.stop()
    assert await _missing() == ["database", "migrations"]
    assert (await _ask("/health/live")).json() == {"status": "alive"}
    await db.start(settings())
    assert await _missing() == []


@pytest.mark.usefixtures("database", "carried")
async def test_a_database_of_an_older_version_is_named() -> None:
    newest = max(health._wanted())
    await db.execute("UPDATE tortoise_migrations SET name = 'away' WHERE name = $1", newest)
    try:
        assert await _missing() == ["migrations"]
    finally:
        await db.execute("UPDATE tortoise_migrations SET name = $1 WHERE name = 'away'", newest)
    assert await _missing() == []


@pytest.mark.usefixtures("database", "carried")
async def test_a_database_of_a_newer_version_is_welcome() -> None:
    await db.execute(
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('pintuan', '9999_newer', CURRENT_TIMESTAMP)"
    )
    try:
        assert await _missing() == []
    finally:
        await db.execute("DELETE FROM tortoise_migrations WHERE name = '9999_newer'")


@pytest.mark.usefixtures("database", "carried")
async def test_a_database_that_does_not_answer_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "ANSWER_WITHIN_S", 0.2)
    async with db.transaction():
        if db.is_postgres():
            await db.execute("LOCK TABLE tortoise_migrations IN ACCESS EXCLUSIVE MODE")
        else:
            await db.execute("UPDATE clock_offset SET offset_ms = 0")
        # In a task of its own, as another connection's request is.
        missing = await asyncio.create_task(_missing(), context=contextvars.Context())
    assert "migrations" in missing
    monkeypatch.undo()
    assert await _missing() == []


@pytest.mark.usefixtures("database")
async def test_a_redis_that_is_asked_for_must_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "redis_url", NOBODY)
    bus = RedisBus(NOBODY, "pintuan")
    streams.use_bus(bus)
    assert await _missing() == ["redis"]
    await bus.stop()


@pytest.mark.usefixtures("database")
async def test_a_process_that_shares_its_bus_with_nobody_is_not_ready_where_redis_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings(), "redis_url", NOBODY)
    streams.use_bus(InProcessBus())
    assert await _missing() == ["redis"]
