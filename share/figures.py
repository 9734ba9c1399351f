"""What sharing a thing brought, for who works on it: openings of its links, and the orders that came by them."""

from dataclasses import dataclass

from app.core import db
from app.core.targets import Target
from app.orders.rules import BOUGHT
from share.states import CHOSEN


@dataclass(frozen=True, slots=True)
class Figures:
    """What all links to a thing brought together, also those that were taken back."""

    opened: int
    visitors: int
    #: Paid, and attributed to an opening of one of the links.
    orders: int
    #: What these orders were paid with, less what went back.
    amount_fen: int


async def of(target: Target) -> Figures:
    """The figures of a thing, which need not be there any more."""
    opened = await db.row(_Opened, _OPENED, target.kind, target.id)
    brought = await db.row(_Brought, _BROUGHT, target.kind, target.id, sorted(CHOSEN), sorted(BOUGHT))
    if opened is None or brought is None:
        raise LookupError("a sum without a row")
    return Figures(opened.opened, opened.visitors, brought.orders, brought.amount_fen)


@dataclass(frozen=True, slots=True)
class _Opened:
    opened: int
    visitors: int


@dataclass(frozen=True, slots=True)
class _Brought:
    orders: int
    amount_fen: int


_OPENED = """
SELECT COUNT(*) AS opened, COUNT(DISTINCT t.visitor_id) AS visitors
  FROM share_links l JOIN touches t ON t.link_id = l.id
 WHERE l.target_kind = $1 AND l.target_id = $2
"""

#: Of a group that failed, and of who left one, attributions hear nothing: their orders say that all went back.
_BROUGHT = """
SELECT COUNT(*) AS orders,
       CAST(COALESCE(SUM(CASE WHEN o.status = ANY($4::text[]) THEN a.paid_fen - a.refunded_fen END), 0) AS BIGINT)
         AS amount_fen
  FROM share_links l
  JOIN touches t ON t.link_id = l.id
  JOIN competing_touches c ON c.touch_id = t.id AND c.verdict = ANY($3::text[])
  JOIN attributions a ON a.order_id = c.order_id
  JOIN orders o ON o.id = a.order_id
 WHERE l.target_kind = $1 AND l.target_id = $2
"""
