"""Accounts: who people are and how they prove it.

User       a person, customer or staff.
Identity   how WeChat knows a user: openid, and the session key that reads what her phone encrypts.
Session    one sign-in; its refresh token is used once and replaced by its successor.
Role       what a member of staff may do.
Address    where goods are sent.

Stands on wechat and core. Nothing below knows that it exists.
"""
