"""What an order's history says, in English; `zh_CN.po` has the Chinese.

Values: `carrier` and `number` of a parcel, `amount` as people read it, `reason` as it was written.
"""

from collections.abc import Mapping

from app.core.words import say
from app.orders.states import OrderNote, OrderStatus

WHAT_HAPPENED: dict[OrderStatus, str] = {
    OrderStatus.UNPAID: "Order placed",
    OrderStatus.PAID_FORMING: "Paid; the group is still forming",
    OrderStatus.TO_SHIP: "Ready to ship",
    OrderStatus.SHIPPED: "Shipped with {carrier}, {number}",
    OrderStatus.RECEIVED: "Received",
    OrderStatus.SETTLED: "Completed",
    OrderStatus.REFUNDING: "Refund on its way",
    OrderStatus.REFUNDED: "Refunded",
    OrderStatus.CLOSED: "Closed without payment",
}

WHAT_ELSE_HAPPENED: dict[OrderNote, str] = {
    OrderNote.RECEIVED_BY_ITSELF: "Counts as received: the days for it are over",
    OrderNote.TRACKING_CORRECTED: "The parcel's number was wrong; it is {carrier}, {number}",
    OrderNote.REFUND_REQUESTED: "Refund of {amount} requested",
    OrderNote.REFUND_WITHDRAWN: "Request for a refund withdrawn",
    OrderNote.REFUND_REJECTED: "Request for a refund declined: {reason}",
    OrderNote.PART_REFUNDED: "Refund of {amount} on its way",
}

#: WeChat's id of each carrier that parcels are sent with, and its name in English.
CARRIERS: dict[str, str] = {
    "SF": "SF Express",
    "ZTO": "ZTO Express",
    "YTO": "YTO Express",
    "STO": "STO Express",
    "YD": "Yunda Express",
    "JTSD": "J&T Express",
    "JD": "JD Logistics",
    "EMS": "EMS",
    "YZPY": "China Post",
    "DBL": "Deppon Express",
}


def happened(status: OrderStatus, note: OrderNote | None, values: Mapping[str, str] | None, locale: str) -> str:
    """One entry of an order's history, in words of this locale."""
    known = dict(values or {})
    if "carrier" in known:
        known["carrier"] = carrier(known["carrier"], locale)
    return say(locale, WHAT_ELSE_HAPPENED[note] if note else WHAT_HAPPENED[status], **known)


def carrier(known_as: str, locale: str) -> str:
    """What a carrier is called, by its id at WeChat."""
    return say(locale, CARRIERS.get(known_as, known_as))
