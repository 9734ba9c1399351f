"""The audit log: written with what it tells of, read by the owner, changed by nobody."""

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError, OperationalError

from app.accounts.models import Role
from app.audit_log import actions, queries
from app.core import db
from app.core.ids import UserId, new_id
from app.core.targets import Target
from tests.conftest import Api
from tests.factories import accounts
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")


async def _note(verb: str = "deal.pause", *, by: UserId | None = None, **given: Any) -> None:
    async with db.transaction():
        await actions.note(by=by, verb=verb, **given)


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET verb = 'nothing'", "DELETE FROM audit_log"])
async def test_the_database_refuses_to_change_an_entry(statement: str) -> None:
    await _note()
    before = await everything()
    with pytest.raises((IntegrityError, OperationalError), match="append-only"):
        await db.execute(statement)
    assert await everything() == before


async def test_what_rolls_back_leaves_no_entry() -> None:
    with pytest.raises(ZeroDivisionError):
        await _notes_and_fails()
    assert await queries.page(limit=10) == []


async def _notes_and_fails() -> None:
    async with db.transaction():
        await actions.note(by=None, verb="deal.pause")
        raise ZeroDivisionError


async def test_what_staff_do_is_noted_in_the_transaction_that_does_it() -> None:
    with pytest.raises(RuntimeError):
        await actions.note(by=None, verb="deal.pause")


async def test_the_log_is_read_by_person_by_verb_and_by_thing() -> None:
    ann, deal = UserId(new_id()), Target("deal", new_id())
    await _note("deal.pause", by=ann, target=deal)
    await _note("deal.resume", target=deal)
    await _note("product.edit", by=ann)
    assert [each.verb for each in await queries.page(limit=9)] == ["product.edit", "deal.resume", "deal.pause"]
    assert [each.verb for each in await queries.page(limit=9, by=ann)] == ["product.edit", "deal.pause"]
    assert [each.verb for each in await queries.page(limit=9, verb="deal.")] == ["deal.resume", "deal.pause"]
    assert [each.verb for each in await queries.page(limit=9, verb="deal.pause")] == ["deal.pause"]
    assert [each.verb for each in await queries.page(limit=9, target=deal.id)] == ["deal.resume", "deal.pause"]


_LOG = """query($first: Int!, $after: String, $by: ID, $verb: String) { staff {
  auditLog(first: $first, after: $after, by: $by, verb: $verb) {
  edges { node { id at verb targetId detail { name value } reason by { id nickname roles } } }
  pageInfo { hasNextPage endCursor } } } }"""


async def test_the_owner_reads_the_log_page_by_page(api: Api) -> None:
    admin = await accounts.staff(Role.ADMIN, nickname="老板")
    deal = Target("deal", new_id())
    for number in range(5):
        await _note(by=admin, target=deal, detail={"number": number, "why": "测试"}, reason="缺货")
    token = (await accounts.a_session(admin)).access_token
    seen, after = [], None
    for _ in range(3):
        answer = await api(_LOG, {"first": 2, "after": after, "verb": "deal."}, token=token)
        listed = answer["data"]["staff"]["auditLog"]
        seen += [edge["node"] for edge in listed["edges"]]
        after = listed["pageInfo"]["endCursor"]
    assert not listed["pageInfo"]["hasNextPage"]
    assert [each["detail"][0] for each in seen] == [{"name": "number", "value": str(n)} for n in (4, 3, 2, 1, 0)]
    assert {each["by"]["nickname"] for each in seen} == {"老板"}
    assert {(each["targetId"], each["reason"]) for each in seen} == {(deal.public_id, "缺货")}
    by = seen[0]["by"]["id"]
    assert len((await api(_LOG, {"first": 9, "by": by}, token=token))["data"]["staff"]["auditLog"]["edges"]) == 5
    opened = await api("query($id: ID!) { node(id: $id) { id } }", {"id": seen[0]["id"]}, token=token)
    assert opened["data"]["node"] == {"id": seen[0]["id"]}


async def test_staff_who_do_not_own_the_shop_read_no_log(api: Api) -> None:
    await _note()
    (entry,) = await queries.page(limit=1)
    support = await accounts.a_session(await accounts.staff(Role.SUPPORT))
    assert await api.error_code(_LOG, {"first": 1}, token=support.access_token) == "FORBIDDEN"
    public = Target("audit", entry.id).public_id
    opened = await api("query($id: ID!) { node(id: $id) { id } }", {"id": public}, token=support.access_token)
    assert opened == {"data": {"node": None}}


async def test_the_staff_s_own_is_null_for_everybody_else(api: Api) -> None:
    shopper = await accounts.a_signed_in_user()
    for token in (None, shopper.access_token):
        assert await api("{ staff { __typename } }", token=token) == {"data": {"staff": None}}


@pytest.mark.parametrize(("name", "value"), [("after", "!!"), ("targetId", "x"), ("by", "x"), ("first", 0)])
async def test_malformed_questions_to_the_log_are_bad_user_input(api: Api, name: str, value: object) -> None:
    admin = await accounts.a_session(await accounts.staff(Role.ADMIN))
    document = """query($first: Int = 1, $after: String, $by: ID, $targetId: ID) { staff {
      auditLog(first: $first, after: $after, by: $by, targetId: $targetId) { edges { cursor } } } }"""
    assert await api.bad_field(document, {name: value}, token=admin.access_token) == name
