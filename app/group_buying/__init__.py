"""Group buying: a deal grows cheaper when enough people buy it together.

Deal    what is offered: a product, a group price, how many seats, how long.
Offer   one SKU in one deal, with its price and its quota there.
Group   one attempt to fill a deal, opened by a leader.
Seat    a buyer's place in a group: held while she pays, then taken.

Stands on checkout, pricing, membership, orders, catalog, payments, accounts. Nothing below knows that it exists.
"""
