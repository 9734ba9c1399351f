"""Which move leads where, who may write when: over values alone."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.core.errors import DomainError
from app.live import rules
from app.live.errors import PausedByStaff, RoomEnded, RoomNotLive, RoomStarted
from app.live.rules import BY_HOST, BY_STAFF, ENDED, LIVE, REPLAY, SCHEDULED, STREAM_LOST, Position, moved
from app.live.states import Move

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NO_SLOW_MODE = timedelta(0)
EVERYWHERE = [SCHEDULED, LIVE, BY_HOST, BY_STAFF, STREAM_LOST, ENDED, REPLAY]


@pytest.mark.parametrize(("move", "at"), list(product(Move, EVERYWHERE)))
def test_every_move_is_decided_at_every_position(move: Move, at: Position) -> None:
    try:
        assert moved(at, move) in EVERYWHERE
    except DomainError as refused:
        assert type(refused) in {PausedByStaff, RoomEnded, RoomNotLive, RoomStarted}  # noqa: PT017 - either may be


@pytest.mark.parametrize("move", Move)
def test_a_move_that_was_made_can_be_repeated_and_changes_nothing(move: Move) -> None:
    for at in EVERYWHERE:
        try:
            to = moved(at, move)
        except DomainError:
            continue
        if to != at and move is not Move.CANCEL:
            assert moved(to, move) == to


def test_what_has_ended_never_comes_back() -> None:
    for move in Move:
        for at in (ENDED, REPLAY):
            try:
                assert moved(at, move) in {ENDED, REPLAY}
            except DomainError:
                continue


def test_what_staff_paused_its_host_cannot_let_go_on() -> None:
    with pytest.raises(PausedByStaff):
        moved(BY_STAFF, Move.RESUME)
    assert moved(BY_STAFF, Move.STREAM_BACK) == BY_STAFF
    assert moved(BY_STAFF, Move.PAUSE) == BY_STAFF
    assert moved(BY_STAFF, Move.STAFF_RESUME) == LIVE


def test_the_vendor_alone_starts_and_ends_nothing() -> None:
    assert moved(SCHEDULED, Move.STREAM_BACK) == SCHEDULED
    assert moved(LIVE, Move.STREAM_LOST) == STREAM_LOST
    assert moved(BY_HOST, Move.STREAM_BACK) == BY_HOST


def _lines(seconds: list[float], slow_mode: timedelta = NO_SLOW_MODE) -> list[timedelta | None]:
    """How long each line at these seconds after noon has to wait; None for those that may be written."""
    until, last, waits = None, None, []
    for each in seconds:
        now = NOON + timedelta(seconds=each)
        turn = rules.turn_to_speak(until, last, slow_mode, now)
        waits.append(turn.wait)
        if turn.wait is None:
            until, last = turn.until, now
    return waits


def test_five_lines_at_once_and_then_one_every_two_seconds() -> None:
    assert _lines([0, 0, 0, 0, 0, 0, 1.5, 2, 2]) == [
        None, None, None, None, None, timedelta(seconds=2), timedelta(seconds=0.5), None, timedelta(seconds=2),
    ]  # fmt: skip


def test_who_was_silent_for_long_may_write_five_lines_again_and_not_more() -> None:
    assert _lines([0, 100, 100, 100, 100, 100, 100])[-2:] == [None, timedelta(seconds=2)]


def test_slow_mode_asks_for_its_pause_between_any_two_lines() -> None:
    slow = timedelta(seconds=10)
    assert _lines([0, 1, 9, 10, 11], slow) == [
        None, timedelta(seconds=9), timedelta(seconds=1), None, timedelta(seconds=9),
    ]  # fmt: skip
