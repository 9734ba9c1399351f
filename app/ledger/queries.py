"""Reading the books."""

from dataclasses import dataclass

from app.core import db
from app.ledger.models import Account


@dataclass(frozen=True, slots=True)
class _Balance:
    account: Account
    fen: int


async def balances() -> dict[Account, int]:
    """What stands on each account, in fen: what came in less what went out. They sum to zero."""
    found = await db.rows(_Balance, _BALANCES)
    return dict.fromkeys(Account, 0) | {each.account: int(each.fen) for each in found}


_BALANCES = """
SELECT account, SUM(fen) AS fen
  FROM (SELECT target AS account, amount_fen AS fen FROM postings
        UNION ALL SELECT source, -amount_fen FROM postings) AS sides
 GROUP BY account
"""
