"""Which status may follow which."""

from app.orders.states import OrderStatus as S

#: product.md, "Order". A purchase alone skips PAID_FORMING; late money reopens a closed order on its way back.
TRANSITIONS: dict[S, frozenset[S]] = {
    S.UNPAID: frozenset({S.PAID_FORMING, S.TO_SHIP, S.CLOSED}),
    S.PAID_FORMING: frozenset({S.TO_SHIP, S.REFUNDING}),
    S.TO_SHIP: frozenset({S.SHIPPED, S.REFUNDING}),
    S.SHIPPED: frozenset({S.RECEIVED, S.REFUNDING}),
    S.RECEIVED: frozenset({S.SETTLED, S.REFUNDING}),
    S.SETTLED: frozenset(),
    S.REFUNDING: frozenset({S.REFUNDED}),
    S.REFUNDED: frozenset(),
    S.CLOSED: frozenset({S.REFUNDING, S.PAID_FORMING}),
}

#: An order leaves UNPAID for one of these when its money arrives.
PAID = (S.PAID_FORMING, S.TO_SHIP)

#: Says of a buyer that she has bought: paid, and not wholly refunded. Money that is promised back counts as refunded.
BOUGHT = (S.PAID_FORMING, S.TO_SHIP, S.SHIPPED, S.RECEIVED, S.SETTLED)


def may_follow(status: S) -> tuple[S, ...]:
    """The statuses from which this one can be reached."""
    return tuple(earlier for earlier, later in TRANSITIONS.items() if status in later)
