"""Payments: money in through WeChat Pay, and money back.

Payment   what is asked of one buyer for one order, under one number at WeChat.
Purpose   what was paid for; the room that knows answers through the port `PaymentPurpose`, in the same
          transaction in which the money is booked.
Refund    money on its way back, under one stable number however often it is tried.

Whoever brings the news (notification, query, poll) enters by one door, `actions.record_payment`.
Stands on accounts, ledger, desk, wechat. Knows of orders nothing but an id.
"""
