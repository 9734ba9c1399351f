"""Allowances over several processes; those that share one only where there is a Redis."""

import asyncio
import time

from app.core.allowance import Allowance
from app.core.ids import new_id
from app.core.settings import settings
from tests.conftest import ON_POSTGRES


async def test_a_redis_that_hangs_costs_one_short_wait_and_no_more_until_it_may_be_back() -> None:
    asked = 0

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hangs, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    alone = Allowance(100, f"redis://127.0.0.1:{port}/0", "nobody")
    try:
        began = time.monotonic()
        assert [await alone.take(f"person {number}", 1) for number in range(20)] == [None] * 20
        assert time.monotonic() - began < 2
        assert asked == 1
    finally:
        await alone.aclose()
        server.close()


if ON_POSTGRES:

    async def test_two_processes_share_one_allowance() -> None:
        prefix = f"{settings().redis_prefix}-{new_id().hex}"
        here, there = Allowance(100, settings().redis_url, prefix), Allowance(100, settings().redis_url, prefix)
        try:
            granted = 0
            for _ in range(100):
                granted += (await here.take("ann", 1) is None) + (await there.take("ann", 1) is None)
            assert 90 <= granted <= 100
        finally:
            await here.aclose()
            await there.aclose()

    async def test_a_crowd_at_one_process_leaves_the_others_their_part() -> None:
        prefix = f"{settings().redis_prefix}-{new_id().hex}"
        here, there = Allowance(100, settings().redis_url, prefix), Allowance(100, settings().redis_url, prefix)
        try:
            assert await asyncio.gather(*[here.take("ann", 1) for _ in range(20)]) == [None] * 20
            assert await there.take("ann", 1) is None
        finally:
            await here.aclose()
            await there.aclose()

    async def test_with_redis_away_each_process_counts_by_itself() -> None:
        alone = Allowance(5, "redis://127.0.0.1:1/0", "nobody")
        try:
            assert [await alone.take("ann", 1) is None for _ in range(6)] == [True] * 5 + [False]
        finally:
            await alone.aclose()
