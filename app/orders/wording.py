"""What an order's history says, in English; the catalogue has the Chinese."""

from app.orders.states import OrderStatus

WHAT_HAPPENED: dict[OrderStatus, str] = {
    OrderStatus.UNPAID: "Order placed",
    OrderStatus.PAID_FORMING: "Paid; the group is still forming",
    OrderStatus.TO_SHIP: "Ready to ship",
    OrderStatus.SHIPPED: "Shipped",
    OrderStatus.RECEIVED: "Received",
    OrderStatus.SETTLED: "Completed",
    OrderStatus.REFUNDING: "Refund on its way",
    OrderStatus.REFUNDED: "Refunded",
    OrderStatus.CLOSED: "Closed without payment",
}
