"""Pricing: what it costs, why, and what comes back of it.

Promotion   what may take something off: a member's discount, free shipping, points, a coupon.
Trace       what became of every promotion that was looked at: APPLIED, REJECTED(why) or SUPERSEDED(by).
Share       what one line, or the fee for shipping, was paid with: money and points.

One pure function prices a quote, a purchase alone and a seat in a group, and one gives back. Stands on orders and
membership; holds no tables: orders keep what was applied to them.
"""
