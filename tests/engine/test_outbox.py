"""The queue in front of a connection: immediate while it can be, bounded always."""

import asyncio

import pytest

from schema.engine.outbox import Outbox, Slot


class Connection:
    """Takes messages while it is open."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.taken: list[str] = []
        self.overflows = 0
        self.is_lost = False

    async def write(self, text: str) -> None:
        await self.open.wait()
        if self.is_lost:
            raise ConnectionResetError
        self.taken.append(text)

    def overflow(self) -> None:
        self.overflows += 1

    def outbox(self, *, frames: int = 4, characters: int = 100, eager: bool = True) -> Outbox:
        return Outbox(self.write, self.overflow, frames=frames, characters=characters, eager=eager)


def test_a_message_is_written_at_once_and_without_a_task_while_the_connection_takes_it() -> None:
    connection = Connection()
    outbox = connection.outbox()
    outbox.put("a")  # there is no running loop here: a task could not even be made
    outbox.put_newest(Slot(), "b")
    assert connection.taken == ["a", "b"]
    assert outbox.is_idle


@pytest.mark.parametrize("eager", [True, False])
async def test_messages_keep_their_order_whatever_waits(eager: bool) -> None:
    connection = Connection()
    outbox = connection.outbox(eager=eager)
    connection.open.clear()
    for text in "abcd":
        outbox.put(text)
    assert connection.taken == []
    connection.open.set()
    await outbox.flush()
    outbox.put("e")
    await outbox.flush()
    assert connection.taken == list("abcde")


async def test_only_the_newest_of_a_slot_is_kept_at_its_first_place() -> None:
    connection = Connection()
    outbox = connection.outbox()
    slot = Slot()
    connection.open.clear()
    outbox.put_newest(slot, "being written")
    for number in range(100):
        outbox.put_newest(slot, f"state {number}")
    outbox.put("later")
    connection.open.set()
    await outbox.flush()
    assert connection.taken == ["being written", "state 99", "later"]
    assert connection.overflows == 0


@pytest.mark.parametrize("texts", [["x"] * 6, ["x", "y" * 101]])
async def test_a_full_queue_overflows_once_and_takes_nothing_more(texts: list[str]) -> None:
    connection = Connection()
    outbox = connection.outbox()
    connection.open.clear()
    for text in [*texts, "more", "and more"]:
        outbox.put(text)
    assert connection.overflows == 1
    connection.open.set()
    await outbox.flush()
    assert connection.taken == ["x"]


async def test_room_comes_when_half_of_the_queue_is_free() -> None:
    connection = Connection()
    outbox = connection.outbox()
    connection.open.clear()
    for text in "abcd":
        outbox.put(text)
    waiting = [asyncio.create_task(outbox.room()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    connection.open.set()
    await asyncio.wait_for(asyncio.gather(*waiting), 1)


async def test_room_comes_when_the_connection_is_lost() -> None:
    connection = Connection()
    outbox = connection.outbox()
    connection.open.clear()
    for text in "abcd":
        outbox.put(text)
    waiting = asyncio.create_task(outbox.room())
    await asyncio.sleep(0)
    connection.is_lost = True
    connection.open.set()
    await asyncio.wait_for(waiting, 1)
    outbox.put("e")
    assert connection.taken == []


async def test_closing_lets_the_message_on_its_way_arrive_and_drops_the_rest() -> None:
    connection = Connection()
    outbox = connection.outbox()
    connection.open.clear()
    outbox.put("a")
    outbox.put("b")
    closing = asyncio.create_task(outbox.close())
    await asyncio.sleep(0)
    connection.open.set()
    await asyncio.wait_for(closing, 1)
    assert connection.taken == ["a"]


async def test_an_abandoned_message_leaves_no_task() -> None:
    connection = Connection()
    outbox = connection.outbox()
    connection.open.clear()
    outbox.put("a")
    outbox.abandon()
    await asyncio.wait_for(outbox.flush(), 1)
    connection.open.set()
    await asyncio.sleep(0)
    assert connection.taken == []
