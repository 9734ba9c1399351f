"""How what is due is done: many at once, and none of them in the way of another."""

import asyncio

from structlog.testing import capture_logs

from app.core.worker import do_each


async def test_one_that_fails_is_logged_and_the_others_are_done() -> None:
    done: list[int] = []

    async def work(each: int) -> None:
        if each == 2:
            raise ZeroDivisionError
        done.append(each)

    with capture_logs() as logged:
        assert await do_each([1, 2, 3], work) == 2
    assert done == [1, 3]
    assert [(line["event"], line["item"]) for line in logged] == [("job.item_failed", "2")]


async def test_as_many_are_done_at_once_as_was_said() -> None:
    together = asyncio.Barrier(3)

    async def meet(_: int) -> None:
        await together.wait()

    async with asyncio.timeout(5):
        assert await do_each(range(3), meet, at_once=3) == 3


async def test_one_at_a_time_is_the_rule() -> None:
    at_work = 0

    async def work(_: int) -> None:
        nonlocal at_work
        at_work += 1
        assert at_work == 1
        await asyncio.sleep(0)
        at_work -= 1

    assert await do_each(range(3), work) == 3
    assert await do_each([], work) == 0
