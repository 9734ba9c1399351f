"""The desk: the queue of what needs a person.

Item   one thing that no rule can finish: a refund that WeChat refuses, money without an order. It stays open
       until a person has said what was done.

Stands on the audit log and core; every room may put something on it.
"""
