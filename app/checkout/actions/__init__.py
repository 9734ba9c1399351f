"""The verbs of checkout, each in one transaction.

placing    goods are priced for a buyer, and an order over them is placed; also for a seat in a group
buying     pieces of stock are held for somebody who buys alone
paying     money arrives for a purchase alone, and goes back
releasing  a purchase is given up unpaid

Rows are locked in this order, so that nobody waits in a circle: the idempotency key, the buyer, the payment, the
purchase, the SKU, the product.
"""
