"""Opening things by their ids: a table of every type that has one, and who may open it.

A type without a row fails. `PINTUAN_TEST_WRITE_NODES=1` writes the rows that are missing, as they are answered today,
for a person to read: what stands in the table is what should be, and no run ever changes a row.
"""

import csv
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInterfaceType

from app.core import ids
from app.core.ids import new_id, to_public
from schema.root import NODE_OPENERS, SCHEMA
from tests.conftest import Api
from tests.contract import owning, things
from tests.contract.asks import ASKS
from tests.contract.owning import ASKERS, GIVEN, NOBODY, NULL, OWNER, Ask, People
from tests.contract.things import Maker, Thing

_TABLE = Path(__file__).with_name("nodes.csv")
_WRITES = os.environ.get("PINTUAN_TEST_WRITE_NODES") == "1"

#: A coupon is nobody's yet.
_NOT_YET = {"Coupon"}

#: What is opened: the type, and things of it that differ in who may see them.
NODES: list[tuple[str, Maker]] = [
    ("Address", things.an_owned_address),
    ("AfterSale", things.a_refund_request),
    ("Appeal", things.an_appeal),
    ("AuditEntry", things.an_entry),
    ("Community", things.a_joined_community),
    ("Danmaku", things.a_said_line),
    ("Danmaku", things.a_removed_line),
    ("DataExport", things.an_export),
    ("Deal", things.a_running_deal),
    ("Deal", things.a_draft_deal),
    ("DeskItem", things.an_unknown_payment),
    ("FilterWord", things.a_filter_word),
    ("Group", things.an_opened_group),
    ("LiveRoom", things.an_announced_room),
    ("ModeratedPerson", things.a_person),
    ("ModerationItem", things.a_queued_post),
    ("Mute", things.a_mute),
    ("Notification", things.a_notification),
    ("Order", things.an_unpaid_order),
    ("OrderLine", things.a_line),
    ("PerkPlan", things.a_drafted_plan),
    ("PerkSimulation", things.a_simulation),
    ("Post", things.a_published_post),
    ("Post", things.a_doubted_post),
    ("Post", things.a_withdrawn_post),
    ("PostComment", things.a_published_comment),
    ("PostComment", things.a_doubted_comment),
    ("Product", things.a_shelved_product),
    ("Profile", things.a_profile),
    ("Removal", things.a_removal),
    ("ReportReceived", things.a_report),
    ("Reward", things.a_reward),
    ("Sku", things.a_shelved_sku),
    ("Sku", things.an_offer),
    ("Sku", things.an_offer_of_a_draft),
    ("StaffMember", things.a_member),
    ("Story", things.a_published_story),
    ("Story", things.a_story_in_review),
    ("Story", things.a_withdrawn_story),
    ("Tier", things.the_lowest_tier),
    ("UploadTicket", things.an_avatar),
    ("User", things.an_account),
]


def _table() -> dict[tuple[str, str], dict[str, str]]:
    with _TABLE.open(newline="") as file:
        return {(row["type"], row["thing"]): row for row in csv.DictReader(file)}


async def _open(api: Api, public: str, token: str | None) -> str | None:
    answer = await api("NodeById", {"id": public}, token=token)
    assert "errors" not in answer, (public, answer)
    node = answer["data"]["node"]
    assert node is None or node["id"] == public
    return node and str(node["__typename"])


async def _answers(api: Api, people: People, kind: str, thing: Thing) -> dict[str, str]:
    given = {}
    for asker in ASKERS:
        if asker == OWNER and thing.owner is None:
            given[asker] = NOBODY
            continue
        opened = await _open(api, thing.id, (await people.who(asker, thing))[1])
        assert opened in {None, kind}
        given[asker] = GIVEN if opened else NULL
    return given


if _WRITES:

    async def test_the_rows_that_are_missing_are_written(api: Api) -> None:
        known, people = _table() if _TABLE.exists() else {}, People()
        with _TABLE.open("w", newline="") as file:
            out = csv.DictWriter(file, ["type", "thing", *ASKERS], lineterminator="\n")
            out.writeheader()
            for kind, make in NODES:
                key = kind, make.__name__
                row = known.get(key) or await _answers(api, people, kind, await make())
                out.writerow({"type": kind, "thing": make.__name__, **{asker: row[asker] for asker in ASKERS}})


def test_every_type_that_has_an_id_has_its_row() -> None:
    node = SCHEMA._schema.get_type("Node")
    assert isinstance(node, GraphQLInterfaceType)
    assert {each.name for each in SCHEMA._schema.get_possible_types(node)} - _NOT_YET == {kind for kind, _ in NODES}
    assert _table().keys() == {(kind, make.__name__) for kind, make in NODES}


async def test_a_thing_is_opened_by_whom_the_table_says_and_by_nobody_else(api: Api) -> None:
    people, wrong, kinds = People(), {}, set()
    for kind, make in NODES:
        thing = await make()
        kinds.add(ids.from_public(thing.id)[0])
        said = {asker: _table()[kind, make.__name__][asker] for asker in ASKERS}
        answered = await _answers(api, people, kind, thing)
        if answered != said:
            wrong[kind, make.__name__] = {asker: answered[asker] for asker in ASKERS if answered[asker] != said[asker]}
    assert wrong == {}
    assert kinds == NODE_OPENERS.keys()


async def test_what_was_never_there_is_null_to_everybody(api: Api) -> None:
    for kind in (*NODE_OPENERS, "nonsense"):
        assert await _open(api, to_public(kind, new_id()), None) is None


def _ids_in(answer: dict[str, Any]) -> Iterator[str]:
    for found in re.findall(r'"([a-z]+_[A-Za-z0-9_-]{22})"', json.dumps(answer)):
        try:
            kind, _ = ids.from_public(found)
        except ids.MalformedIdError:
            continue
        if kind in NODE_OPENERS:
            yield found


async def _shown(api: Api, ask: Ask, thing: Thing, token: str | None) -> dict[str, Any]:
    """As much of what the door gives as an operation may ask for."""
    given = owning.arguments(ask, thing)
    for sent in (owning.generated(ask, given, depth=2), owning.written(ask, given)):
        answer = await api(sent.document, sent.variables, token=token)
        if "errors" not in answer:
            break
    return answer


@pytest.mark.timeout(300)
async def test_every_id_that_somebody_is_given_she_can_open(api: Api) -> None:
    people = People()
    made: dict[Maker, Thing] = {}
    opened: set[tuple[str, str, str]] = set()
    shut: set[tuple[str, str, str]] = set()
    for ask in ASKS:
        if ask.is_mutation or ask.make is None:
            continue
        if ask.make not in made:
            made[ask.make] = await ask.make()
        for asker in (each for each in ASKERS if owning.table()[ask.key][each] == GIVEN):
            _, token = await people.who(asker, made[ask.make])
            for public in _ids_in(await _shown(api, ask, made[ask.make], token)):
                seen = ask.name, asker, ids.from_public(public)[0]
                if seen not in opened and await _open(api, public, token) is None:
                    shut.add(seen)
                opened.add(seen)
    assert shut == set()
    assert len(opened) > 200
