"""Allowances over several processes; only where there is a Redis."""

from app.core.allowance import Allowance
from app.core.ids import new_id
from app.core.settings import settings
from tests.conftest import ON_POSTGRES

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

    async def test_with_redis_away_each_process_counts_by_itself() -> None:
        alone = Allowance(5, "redis://127.0.0.1:1/0", "nobody")
        try:
            assert [await alone.take("ann", 1) is None for _ in range(6)] == [True] * 5 + [False]
        finally:
            await alone.aclose()
