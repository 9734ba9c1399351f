import asyncio
from datetime import timedelta

import pytest

from app.core import clock, db, idempotency
from app.core.errors import IdempotencyKeyReused
from app.core.ids import UserId, new_id
from app.core.models import IdempotencyKey

pytestmark = pytest.mark.usefixtures("database")

ANN = UserId(new_id())


async def _make(key: str = "k", given: str = "tea", user: UserId = ANN, mutation: str = "open") -> dict[str, str]:
    """Makes a thing once per key; gives its id."""
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=user, mutation=mutation, key=key, given={"what": given})
        if earlier is not None:
            return earlier
        made = {"thing": str(new_id())}
        await idempotency.keep_result(user=user, mutation=mutation, key=key, result=made)
        return made


async def test_the_same_key_gives_the_same_thing_again() -> None:
    assert await _make() == await _make()


async def test_other_input_under_the_same_key_is_refused_and_changes_nothing() -> None:
    first = await _make()
    with pytest.raises(IdempotencyKeyReused):
        await _make(given="coffee")
    assert await _make() == first


async def test_a_key_belongs_to_one_user_and_one_mutation() -> None:
    first = await _make()
    assert await _make(user=UserId(new_id())) != first
    assert await _make(mutation="join") != first


async def test_a_refusal_is_not_stored() -> None:
    with pytest.raises(KeyError):
        async with db.transaction():
            await idempotency.earlier_result(user=ANN, mutation="open", key="k", given={"what": "tea"})
            raise KeyError
    assert await IdempotencyKey.all().count() == 0
    assert (await _make())["thing"]


async def test_ten_calls_at_once_make_one_thing() -> None:
    made = await asyncio.gather(*[_make() for _ in range(10)])
    assert len({each["thing"] for each in made}) == 1


async def test_keys_are_forgotten_after_seven_days() -> None:
    await _make()
    await clock.move((idempotency.KEPT - timedelta(minutes=1)).total_seconds())
    assert await idempotency.forget_old() == 0
    await clock.move(120)
    assert await idempotency.forget_old() == 1
