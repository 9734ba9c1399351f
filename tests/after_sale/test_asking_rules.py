"""Whether money may be asked back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.after_sale import errors, rules
from app.core.errors import DomainError
from app.orders.states import OrderStatus

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TEA, CUP = UUID(int=1), UUID(int=2)
LEFT = {TEA: 2, CUP: 1}
RECEIVED = rules.Terms(status=OrderStatus.RECEIVED, until=NOW + timedelta(days=1), declined=0, granted=0)


@pytest.mark.parametrize(
    ("terms", "wanted", "refusal"),
    [
        (RECEIVED, {TEA: 1}, None),
        (RECEIVED, LEFT, None),
        (RECEIVED, {}, errors.RefundQuantityInvalid),
        (RECEIVED, {TEA: 3}, errors.RefundQuantityInvalid),
        (RECEIVED, {TEA: 0}, errors.RefundQuantityInvalid),
        (replace(RECEIVED, until=NOW), {TEA: 1}, errors.OrderNotRefundable),
        (replace(RECEIVED, status=OrderStatus.SETTLED), {TEA: 1}, errors.OrderNotRefundable),
        (replace(RECEIVED, declined=2), {TEA: 1}, errors.AskedTwice),
        (replace(RECEIVED, status=OrderStatus.TO_SHIP, until=None), {TEA: 1}, errors.WholeOrderOnly),
        (replace(RECEIVED, status=OrderStatus.TO_SHIP, until=None), LEFT, None),
        (replace(RECEIVED, granted=49), {TEA: 1}, errors.RefundQuantityInvalid),
        (replace(RECEIVED, granted=49), LEFT, None),
    ],
)
def test_money_is_asked_back_in_time_and_for_what_is_left(
    terms: rules.Terms, wanted: dict[UUID, int], refusal: type[DomainError] | None
) -> None:
    refused = rules.refusal(terms, wanted, LEFT, NOW)
    assert (type(refused) if refused else None) is refusal


def test_a_line_of_which_nothing_is_left_is_left_out() -> None:
    assert rules.left_of(LEFT, {TEA: 1, CUP: 1}) == {TEA: 1}
