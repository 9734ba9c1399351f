"""Checkout: how a choice becomes an order that waits for its money, and the purchase of goods alone.

Choice     what the buyer wants, and what her page showed that it costs.
Checkout   an order, and what the phone needs to pay it.
Purchase   goods bought alone: pieces of stock held while she pays, then hers.

Every order is priced and placed here, a seat's in a group too; who sells it (this room, group buying) answers through
the port `Seller` when it is paid again or cancelled. Stands on pricing, orders, catalog, payments, accounts.
"""
