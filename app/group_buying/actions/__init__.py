"""The verbs of group buying, each one transaction.

opening   a leader opens a group, a friend holds a seat
paying    money arrives: the seat is taken, the group completes
leaving   a seat is given back, a member leaves
ending    a group fails, its members are refunded
dealing   staff make, pause and take down deals

Whoever changes a group changes its row first, by `change.py`: the row is what all the others queue behind.
"""
