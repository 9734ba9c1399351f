"""The books: double entry, append-only.

Account   where money stands, such as `wechat` (at WeChat, ours to give back or keep) or `buyers`.
Posting   an amount moved from one account to another; one row is both entries, so the books sum to zero.

Stands on core alone. Whoever moves money posts it here in the same transaction.
"""
