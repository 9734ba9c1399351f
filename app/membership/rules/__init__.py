"""What decides about members, without asking anybody.

perks     what a perk may say, and what it comes to
plans     what a plan of tiers may look like, which status it has, what is odd about it
standing  which tier somebody is in
points    lots and debts
replay    what a draft would have done to real orders
"""
