"""Moving money in the books."""

from app.core import clock, db
from app.core.ids import new_id
from app.ledger.models import Account, Reason


async def post(*, source: Account, target: Account, amount_fen: int, reason: Reason, reference: str) -> bool:
    """Move an amount (fen, above zero) from one account to another, in the running transaction.

    The same reason and reference again moves nothing and gives False: a movement is posted once.
    """
    if not db.in_transaction():
        raise RuntimeError("money is posted in the transaction that moves it")
    posted = await db.execute(
        "INSERT INTO postings (id, source, target, amount_fen, reason, reference, posted_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (reason, reference) DO NOTHING",
        new_id(), source, target, amount_fen, reason, reference, await clock.now(),
    )  # fmt: skip
    return bool(posted)
