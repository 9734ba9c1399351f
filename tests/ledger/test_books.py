"""The books: every movement once, nothing changed afterwards, and all accounts sum to zero."""

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from app.core import db
from app.ledger import queries
from app.ledger.actions import post
from app.ledger.models import Account, Posting, Reason
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")


async def _post(reference: str = "tx-1", amount_fen: int = 1990, reason: Reason = Reason.PAYMENT) -> bool:
    async with db.transaction():
        return await post(
            source=Account.BUYERS,
            target=Account.WECHAT,
            amount_fen=amount_fen,
            reason=reason,
            reference=reference,
        )


async def test_a_movement_is_posted_once() -> None:
    assert await _post()
    before = await everything()
    assert not await _post(amount_fen=5)
    assert await everything() == before
    assert await _post(reason=Reason.SETTLEMENT)
    assert await _post("tx-2")


async def test_accounts_sum_to_zero() -> None:
    assert set((await queries.balances()).values()) == {0}
    await _post(amount_fen=1990)
    await _post("tx-2", amount_fen=10)
    balances = await queries.balances()
    assert (balances[Account.WECHAT], balances[Account.BUYERS]) == (2000, -2000)
    assert sum(balances.values()) == 0
    assert set(balances) == set(Account)


async def test_money_is_posted_in_the_transaction_that_moves_it() -> None:
    with pytest.raises(RuntimeError):
        await post(source=Account.BUYERS, target=Account.WECHAT, amount_fen=1, reason=Reason.PAYMENT, reference="tx-1")


@pytest.mark.parametrize("statement", ["UPDATE postings SET amount_fen = 1", "DELETE FROM postings"])
async def test_the_database_refuses_to_change_what_was_posted(statement: str) -> None:
    await _post()
    before = await everything()
    with pytest.raises((IntegrityError, OperationalError), match="append-only"):
        await db.execute(statement)
    assert await everything() == before


@pytest.mark.parametrize("amount_fen", [0, -1])
async def test_the_database_refuses_a_movement_of_nothing(amount_fen: int) -> None:
    with pytest.raises(IntegrityError):
        await _post(amount_fen=amount_fen)
    assert await Posting.all().count() == 0


async def test_the_database_refuses_a_movement_from_an_account_to_itself() -> None:
    with pytest.raises(IntegrityError):
        await _to_itself()


async def _to_itself() -> None:
    async with db.transaction():
        await post(source=Account.SALES, target=Account.SALES, amount_fen=1, reason=Reason.SETTLEMENT, reference="x")
