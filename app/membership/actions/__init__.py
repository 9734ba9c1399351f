"""The verbs of membership, each in one transaction.

points      points are earned, taken back, spent and given back
counting    purchases count towards growth, and refunds take that back
moving      somebody is in another tier: who must hear it hears it
planning    marketers draft plans, put them in force, and go back
simulating  a draft is replayed over real orders, a batch at a time
"""
