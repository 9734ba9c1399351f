"""When WeChat is asked again: over values."""

from datetime import UTC, datetime, timedelta

import pytest

from app.payments import rules

NOW = datetime(2026, 11, 24, 12, 0, 0, 500_000, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("age", "good"),
    [(timedelta(0), True), (timedelta(minutes=115) - TICK, True), (timedelta(minutes=115), False)],
)
def test_a_prepay_id_is_good_until_shortly_before_its_two_hours_are_over(age: timedelta, good: bool) -> None:
    assert rules.prepay_is_good(NOW - age, NOW) is good
    assert rules.prepay_is_good(None, NOW) is False


@pytest.mark.parametrize(
    ("left", "may"),
    [
        (timedelta(minutes=10), True),
        # WeChat is told whole seconds: 61.2 seconds from half past are 60.7 for it, 60.4 are 59.9.
        (timedelta(seconds=61.2), True),
        (timedelta(seconds=60.5), True),
        (timedelta(seconds=60.5) - TICK, False),
        (timedelta(seconds=60), False),
        (timedelta(0), False),
    ],
)
def test_nothing_is_placed_at_wechat_in_the_last_minute(left: timedelta, may: bool) -> None:
    assert rules.may_still_pay(NOW + left, NOW) is may


@pytest.mark.parametrize(("polls", "seconds"), [(0, 10), (1, 20), (4, 180), (5, 300), (6, 300), (999, 300)])
def test_polls_grow_rarer_and_go_on(polls: int, seconds: int) -> None:
    assert rules.next_poll(polls, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("attempts", "seconds"), [(0, 2), (1, 2), (2, 10), (3, 60), (6, 7200), (99, 7200)])
def test_tries_of_a_refund_grow_rarer_and_go_on(attempts: int, seconds: int) -> None:
    assert rules.next_refund_try(attempts, NOW) == NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 20), (2, 60), (5, 7200), (99, 7200)])
def test_an_accepted_refund_is_asked_about_ever_more_rarely(attempts: int, seconds: int) -> None:
    assert rules.next_refund_poll(attempts, NOW) == NOW + timedelta(seconds=seconds)
