"""Which status may follow which."""

import pytest

from app.orders import rules
from app.orders.states import OrderStatus as S
from app.orders.wording import WHAT_HAPPENED

#: product.md, "Order", row by row.
MAY_FOLLOW = {
    S.UNPAID: set(),
    S.PAID_FORMING: {S.UNPAID, S.CLOSED},
    S.TO_SHIP: {S.UNPAID, S.PAID_FORMING},
    S.SHIPPED: {S.TO_SHIP},
    S.RECEIVED: {S.SHIPPED},
    S.SETTLED: {S.RECEIVED},
    S.REFUNDING: {S.PAID_FORMING, S.TO_SHIP, S.SHIPPED, S.RECEIVED, S.CLOSED},
    S.REFUNDED: {S.REFUNDING},
    S.CLOSED: {S.UNPAID},
}


@pytest.mark.parametrize("status", list(S))
def test_an_order_comes_only_from_where_it_may(status: S) -> None:
    assert set(rules.may_follow(status)) == MAY_FOLLOW[status]


def test_who_paid_and_was_not_refunded_has_bought() -> None:
    assert set(rules.BOUGHT) == set(S) - {S.UNPAID, S.CLOSED, S.REFUNDING, S.REFUNDED}


def test_every_status_has_its_words() -> None:
    assert set(WHAT_HAPPENED) == set(S)
    assert len(set(WHAT_HAPPENED.values())) == len(S)
