"""Whether money may be asked back, and for how many pieces."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.after_sale import errors, rules
from app.core.errors import DomainError
from app.orders.states import OrderStatus as S

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TEA, CUP = UUID(int=1), UUID(int=2)
LEFT = {TEA: 3, CUP: 1}


def _terms(status: S = S.SHIPPED, **changes: Any) -> rules.Terms:
    return rules.Terms(**{"status": status, "until": None, "declined": 0, "granted": 0} | changes)


@pytest.mark.parametrize("status", list(S))
def test_money_is_asked_back_between_payment_and_settlement(status: S) -> None:
    allowed = status in {S.TO_SHIP, S.SHIPPED, S.RECEIVED}
    refused = rules.refusal(_terms(status), LEFT, LEFT, NOW)
    assert (refused is None) is allowed
    if refused:
        assert isinstance(refused, errors.OrderNotRefundable)
        assert refused.status is status


def test_the_window_ends_when_it_says() -> None:
    assert rules.refusal(_terms(S.RECEIVED, until=NOW + timedelta(seconds=1)), LEFT, LEFT, NOW) is None
    over = rules.refusal(_terms(S.RECEIVED, until=NOW), LEFT, LEFT, NOW)
    assert isinstance(over, errors.OrderNotRefundable)


@pytest.mark.parametrize(
    ("terms", "wanted", "refusal"),
    [
        (_terms(S.TO_SHIP), {TEA: 3}, errors.WholeOrderOnly),
        (_terms(S.TO_SHIP), {TEA: 2, CUP: 1}, errors.WholeOrderOnly),
        (_terms(), {TEA: 1}, None),
        (_terms(), {TEA: 3, CUP: 1}, None),
        (_terms(), {}, errors.RefundQuantityInvalid),
        (_terms(), {TEA: 0}, errors.RefundQuantityInvalid),
        (_terms(), {TEA: -1}, errors.RefundQuantityInvalid),
        (_terms(), {TEA: 4}, errors.RefundQuantityInvalid),
        (_terms(), {UUID(int=3): 1}, errors.RefundQuantityInvalid),
        (_terms(declined=1), {TEA: 1}, None),
        (_terms(declined=2), {TEA: 1}, errors.AskedTwice),
        (_terms(granted=48), {TEA: 1}, None),
        (_terms(granted=49), {TEA: 1}, errors.RefundQuantityInvalid),
        (_terms(granted=49), LEFT, None),
    ],
)
def test_what_may_be_asked_back(terms: rules.Terms, wanted: dict[UUID, int], refusal: type[DomainError] | None) -> None:
    assert type(rules.refusal(terms, wanted, LEFT, NOW)) is (refusal or type(None))


def test_what_was_given_back_is_not_left() -> None:
    assert rules.left_of({TEA: 3, CUP: 1}, {TEA: 1, CUP: 1}) == {TEA: 2}
