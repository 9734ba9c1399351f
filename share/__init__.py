"""Sharing: one short code stands for who shared what, and every opening of it is a touch.

Share link   a random code that stands for (inviter, target, form); every card, poster, code and web page carries it.
URL link     WeChat's address that opens a share link's thing from any browser; made when a page wants it, for weeks.
Touch        one recorded opening of a share link by a visitor.
Visitor      who opened a link, by an id that the server minted before she signed in.
Attribution  which touch brought an order, and which competed.
Reward       what whoever brought an order gets for it.

Stands on live rooms, group buying, stories, communities, membership, orders, catalog, accounts. They do not know that
it exists: it hears their facts.
"""
