"""The verbs of group buying, each one transaction.

opening   a leader opens a group, a friend holds a seat
paying    money arrives: the seat is taken, the group completes
leaving   an unpaid seat is cancelled or given back
refunding a member leaves, the members of a failing group get their money back
ending    a group fails, and has failed
dealing   a deal is made, or taken down
offering  staff draft, edit, schedule, pause, resume and end deals

Whoever changes a group, a seat of it or its order locks the group's row first, by `change.py`: it is what all the
others queue behind. Rows are locked in this order, so that nobody waits in a circle: the idempotency key, the buyer,
the payment, the group, its orders and seats, the offer, the product. (A member's payment is locked after the group
where she is refunded: it is paid by then, and whoever books money on a paid one does not ask for the group.)
"""
