"""Membership: what a customer has grown into, and what the shop gives her for it.

Growth      what was bought and kept within a rolling window, a point a yuan; it decides the tier.
Tier        a level of members, named by its rank in whatever plan is in force; what it gives are its perks.
Perk plan   a dated version of all tiers and perks. Which one is in force follows from the clock alone, so that it
            begins everywhere at the same moment; once it is scheduled its content never changes.
Points      lots that expire first in, first out. What has to be taken back and is no longer there is kept as a debt.
Simulation  a replay of real orders under a draft: what it would have cost, and whom it would have helped or hurt.

Stands on orders and accounts. What a perk does to a price is known above, in pricing.
"""
