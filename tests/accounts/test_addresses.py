import asyncio
from dataclasses import replace

import pytest

from app.accounts import actions, queries, rules
from app.accounts.actions import Written
from app.accounts.errors import AddressNotFound, TooManyAddresses
from app.accounts.models import Address
from app.core.ids import AddressId, new_id
from tests.factories.accounts import HOME, a_user, an_address

pytestmark = pytest.mark.usefixtures("database")

AT_HOME = Written(**HOME)
AT_WORK = replace(AT_HOME, detail="科技园二路 2 号")


async def test_the_same_content_twice_is_the_same_address() -> None:
    ann, bob = await a_user(), await a_user()
    first = await actions.save_address(user=ann.id, written=AT_HOME)
    assert await actions.save_address(user=ann.id, written=AT_HOME) == first
    assert await actions.save_address(user=ann.id, written=AT_WORK) != first
    assert await actions.save_address(user=bob.id, written=AT_HOME) != first
    assert len(await queries.addresses(ann.id)) == 2


async def test_the_same_content_at_once_is_the_same_address() -> None:
    ann = await a_user()
    saved = await asyncio.gather(*[actions.save_address(user=ann.id, written=AT_HOME) for _ in range(5)])
    assert len(set(saved)) == 1
    assert await Address.all().count() == 1


async def test_new_words_for_an_address_keep_its_id_and_may_keep_its_phone() -> None:
    ann = await a_user()
    home = await an_address(ann.id)
    moved = replace(AT_WORK, phone=None)
    assert await actions.save_address(user=ann.id, address=home.id, written=moved) == home.id
    await home.refresh_from_db()
    assert (home.detail, home.phone) == (AT_WORK.detail, HOME["phone"])


async def test_nobody_elses_address_can_be_changed() -> None:
    ann, eve = await a_user(), await a_user()
    home = await an_address(ann.id)
    with pytest.raises(AddressNotFound):
        await actions.save_address(user=eve.id, address=home.id, written=AT_WORK, is_default=True)
    with pytest.raises(AddressNotFound):
        await actions.delete_address(user=eve.id, address=home.id)
    await home.refresh_from_db()
    assert (home.detail, home.is_default, home.deleted_at) == (HOME["detail"], False, None)
    assert await queries.address(eve.id, home.id) is None
    assert await queries.address(ann.id, home.id) == home


async def test_at_most_one_address_is_the_default_and_it_comes_first() -> None:
    ann = await a_user()
    home = await an_address(ann.id, is_default=True)
    work = await an_address(ann.id, detail=AT_WORK.detail)
    assert [each.id for each in await queries.addresses(ann.id)] == [home.id, work.id]
    await an_address(ann.id, detail=AT_WORK.detail, is_default=True)
    assert [(each.id, each.is_default) for each in await queries.addresses(ann.id)] == [
        (work.id, True),
        (home.id, False),
    ]
    await actions.save_address(user=ann.id, address=work.id, written=AT_WORK, is_default=False)
    assert [each.is_default for each in await queries.addresses(ann.id)] == [False, False]


async def test_saving_the_default_again_leaves_it_the_default() -> None:
    ann = await a_user()
    await an_address(ann.id, is_default=True)
    assert (await an_address(ann.id)).is_default


async def test_a_deleted_address_is_gone_and_deleting_it_again_changes_nothing() -> None:
    ann = await a_user()
    home = await an_address(ann.id, is_default=True)
    await actions.delete_address(user=ann.id, address=home.id)
    await home.refresh_from_db()
    deleted_at = home.deleted_at
    await actions.delete_address(user=ann.id, address=home.id)
    await home.refresh_from_db()
    assert (home.deleted_at, home.is_default) == (deleted_at, False)
    assert await queries.addresses(ann.id) == []
    assert await queries.address(ann.id, home.id) is None
    with pytest.raises(AddressNotFound):
        await actions.save_address(user=ann.id, address=home.id, written=AT_WORK)
    assert (await an_address(ann.id)).id != home.id


async def test_an_address_that_never_was_cannot_be_deleted() -> None:
    ann = await a_user()
    with pytest.raises(AddressNotFound):
        await actions.delete_address(user=ann.id, address=AddressId(new_id()))


async def test_there_is_an_end_to_saving_addresses_but_not_to_saving_them_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rules, "ADDRESSES_AT_MOST", 2)
    ann = await a_user()
    home = await an_address(ann.id)
    await an_address(ann.id, detail=AT_WORK.detail)
    with pytest.raises(TooManyAddresses):
        await an_address(ann.id, detail="3")
    assert await Address.all().count() == 2
    assert (await an_address(ann.id)).id == home.id
    await actions.delete_address(user=ann.id, address=home.id)
    await an_address(ann.id, detail="3")
