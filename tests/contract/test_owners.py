"""Whose things they are: a table of every place that takes what names a thing, asked with things that somebody has.

A place without a row fails. `PINTUAN_TEST_WRITE_OWNERS=1` writes the rows that are missing, as they are answered
today, for a person to read: what stands in the table is what should be, and no run ever changes a row.
"""

import os
from dataclasses import dataclass, field

import pytest

from app.accounts.models import Role
from app.audit_log import queries as audit_log
from app.audit_log.models import AuditEntry
from app.core.targets import Target
from tests.conftest import Api
from tests.contract import owning
from tests.contract.asks import ASKS, NOBODYS
from tests.contract.owning import ASKERS, NOBODY, OTHER, OWNER, Ask, People
from tests.contract.things import Maker, Thing
from tests.factories.live import a_member_of_staff
from tests.factories.rows import everything

_WRITES = os.environ.get("PINTUAN_TEST_WRITE_OWNERS") == "1"
_NODE = "query($id: ID!) { node(id: $id) { __typename } }"

#: A wrong password is counted against whose it is.
_LEAVE_A_TRACE = {"Mutation.staffSignIn"}
#: Of the contract's operations, those whose answers stand elsewhere.
_ELSEWHERE = {
    "NodeById": "test_nodes.py",
    **dict.fromkeys(
        ["GroupChanged", "LiveRoomEvents", "LiveStarted", "NotificationReceived", "PerkSimulationProgressed"],
        "test_streams.py",
    ),
}

#: What anybody does with her own, staff with what the house wrote.
_AS_STAFF = {("Mutation.editStory(storyId)", "a_written_story")}
#: Reading a feed cuts an edition for who reads; WeChat gives us a token where we had none.
_NOT_HERS = {"feed_editions", "access_tokens"}
#: Everybody knows of groups; only who sits in them is private.
_KNOWN_TO_ALL = {"Mutation.leaveGroup(groupCode)"}

#: Where and which thing; who asks.
Cell = tuple[tuple[str, str], str]


@dataclass
class Counter:
    """Who asks, and what is there to be asked for."""

    api: Api
    people: People = field(default_factory=People)
    things: dict[Maker, Thing] = field(default_factory=dict)

    async def thing_of(self, ask: Ask) -> Thing:
        """The thing of an ask: the same for all that ask for such a thing, until something is done to it."""
        if ask.make is None:
            return Thing("")
        if ask.make not in self.things:
            self.things[ask.make] = await ask.make()
        return self.things[ask.make]

    async def asks(self, ask: Ask, asker: str) -> str:
        """What she is answered."""
        thing = await self.thing_of(ask)
        if asker == OWNER and thing.owner is None:
            return NOBODY
        _, token = await self.people.who(asker, thing)
        return await owning.answer(self.api, ask, thing, token)

    async def asks_for_nothing(self, ask: Ask, asker: str) -> str:
        """What she is answered for a thing that never was."""
        thing = await self.thing_of(ask)
        _, token = await self.people.who(asker, thing)
        return await owning.answer(self.api, ask, thing, token, gone=True)

    async def does(self, ask: Ask, asker: str) -> tuple[str, list[AuditEntry]]:
        """What she is answered who does something, and what the log then says that she did."""
        user, _ = await self.people.who(asker, await self.thing_of(ask))
        before = await audit_log.page(limit=9, by=user)
        answered = await self.asks(ask, asker)
        after = await audit_log.page(limit=9, by=user)
        self.leaves(ask, asker)
        return answered, after[: len(after) - len(before)] if user else []

    def leaves(self, ask: Ask, asker: str) -> None:
        """She and what she did something to are done with: the next one is somebody new, and comes to something new."""
        self.people.leaves(asker)
        if ask.make is not None:
            self.things.pop(ask.make)


def _cells(ask: Ask) -> dict[Cell, str]:
    row = owning.table()[ask.key]
    return {(ask.key, asker): row[asker] for asker in ASKERS}


def _does_something(ask: Ask, answered: str) -> bool:
    return ask.is_mutation and not owning.is_refusal(answered)


if _WRITES:

    @pytest.mark.timeout(900)
    async def test_the_rows_that_are_missing_are_written(api: Api) -> None:
        known, counter = owning.table() if owning.TABLE.exists() else {}, Counter(api)
        rows = {}
        for ask in ASKS:
            rows[ask.key] = known.get(ask.key) or {}
            for asker in ASKERS if not rows[ask.key] else ():
                rows[ask.key][asker] = answered = await counter.asks(ask, asker)
                if _does_something(ask, answered):
                    counter.leaves(ask, asker)
        owning.write(rows)


def test_every_place_that_takes_a_name_has_its_row() -> None:
    asked = {ask.name for ask in ASKS if ask.position}
    assert not asked & NOBODYS.keys()
    assert asked | NOBODYS.keys() == set(owning.positions())
    said = "write what is missing by PINTUAN_TEST_WRITE_OWNERS=1 pytest tests/contract, and read what it wrote"
    assert owning.table().keys() == {ask.key for ask in ASKS}, said


def test_every_living_operation_of_the_contract_is_asked_word_for_word() -> None:
    asked = {owning.operation_of(ask) for ask in ASKS}
    assert owning.living() - asked == _ELSEWHERE.keys()


@pytest.mark.timeout(300)
async def test_who_is_refused_is_told_what_the_table_says_and_nothing_has_changed(api: Api) -> None:
    counter = Counter(api)
    refused = [
        (ask, asker, said)
        for ask in ASKS
        for (_, asker), said in _cells(ask).items()
        if not _does_something(ask, said) and said != NOBODY and ask.path not in _LEAVE_A_TRACE
    ]
    for ask, asker, _ in refused:
        await counter.people.who(asker, await counter.thing_of(ask))
    before, entries = await everything(), await audit_log.page(limit=100)
    wrong = {}
    for ask, asker, said in refused:
        if (answered := await counter.asks(ask, asker)) != said:
            wrong[ask.key, asker] = answered, said
    assert wrong == {}
    after = await everything()
    assert {table for table in before if before[table] != after[table]} - _NOT_HERS == set()
    assert await audit_log.page(limit=100) == entries


@pytest.mark.timeout(300)
async def test_what_is_not_hers_is_to_another_shopper_as_if_it_were_not_there(api: Api) -> None:
    counter, told = Counter(api), {}
    for ask in ASKS:
        said = owning.table()[ask.key][OTHER]
        if ask.position and ask.make and owning.is_refusal(said) and ask.name not in _KNOWN_TO_ALL:
            told[ask.key] = said, await counter.asks_for_nothing(ask, OTHER)
    assert {key: both for key, both in told.items() if both[0] != both[1]} == {}
    assert len(told) > 100


@pytest.mark.timeout(300)
async def test_who_may_does_it_and_the_log_has_one_entry_for_each_thing_that_staff_do(api: Api) -> None:
    counter, admin = Counter(api), (await a_member_of_staff(Role.ADMIN)).access_token
    wrong: dict[Cell, tuple[str, str]] = {}
    noted: dict[Cell, list[tuple[str, bool]]] = {}
    for ask in ASKS:
        for cell, said in _cells(ask).items():
            if _does_something(ask, said):
                answered, entries = await counter.does(ask, cell[1])
                noted[cell] = [(each.verb, await _opens(api, admin, each)) for each in entries]
                if answered != said:
                    wrong[cell] = answered, said
    assert wrong == {}
    assert {cell: found for cell, found in noted.items() if len(found) != _entries_of(cell)} == {}
    assert {cell: found for cell, found in noted.items() if not all(opens for _, opens in found)} == {}
    assert {cell[0][0].partition("(")[0] for cell, found in noted.items() if found} >= owning.staff_verbs()


def _entries_of(cell: Cell) -> int:
    name = cell[0][0].partition("(")[0]
    return 1 if name in owning.staff_verbs() or cell[0] in _AS_STAFF else 0


async def _opens(api: Api, admin: str, entry: AuditEntry) -> bool:
    """What an entry says that something was done to can be opened."""
    assert entry.target_id is not None
    target = Target(str(entry.target_kind), entry.target_id)
    return (await api(_NODE, {"id": target.public_id}, token=admin))["data"]["node"] is not None
