"""Orders: what somebody buys, at which price, and how far it has come.

Order   one purchase, with its lines, its address as it was, and its history.
Line    some pieces of one SKU at one price.

Stands on payments, ledger, desk, accounts, wechat. Why an order exists (a seat in a group, a purchase alone) is known
above; a group's seat points at its order, never the other way.
"""
