"""Which status may follow which, and when the next one comes by itself."""

from datetime import datetime, timedelta

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

#: She has it: what verifies a purchase.
HAS_RECEIVED = (S.RECEIVED, S.SETTLED)

#: Says of a buyer that she has bought: paid, and not wholly refunded. Money that is promised back counts as refunded.
BOUGHT = (S.PAID_FORMING, S.TO_SHIP, S.SHIPPED, S.RECEIVED, S.SETTLED)


def may_follow(status: S) -> tuple[S, ...]:
    """The statuses from which this one can be reached."""
    return tuple(earlier for earlier, later in TRANSITIONS.items() if status in later)


#: A parcel counts as received so long after it was shipped, unless the buyer says so earlier.
RECEIVED_AFTER = timedelta(days=10)

#: So long after receipt money can be asked back; then the order is settled.
AFTER_SALE_WINDOW = timedelta(days=7)

#: An order has come to its end: nobody waits for it, and only late money can still come to a closed one.
ENDED = (S.SETTLED, S.REFUNDED, S.CLOSED)

#: An order's address is kept so long after its end: the law demands three years, and nobody needs it longer.
ADDRESSES_KEPT = timedelta(days=1096)

#: Pauses between tries to tell WeChat of a parcel; the last one repeats. It withholds the money until it knows.
UPLOAD_PAUSES = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 7200))


def next_upload(attempts: int, now: datetime) -> datetime:
    """When to tell WeChat again, after so many attempts."""
    return now + UPLOAD_PAUSES[min(max(attempts - 1, 0), len(UPLOAD_PAUSES) - 1)]
