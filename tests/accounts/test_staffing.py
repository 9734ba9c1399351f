"""Staff accounts: taken on, given roles, let go; every change is noted, and what was lost is lost at once."""

import asyncio
from typing import Any

import pytest

from app.accounts import actions, flows, queries, tokens
from app.accounts.errors import BadCredentials, LastAdmin
from app.accounts.models import Role, Session
from app.audit_log import queries as audit_log
from app.core import clock
from app.core.ids import UserId, new_id, to_public
from app.core.targets import Target
from tests.conftest import ON_POSTGRES, Api
from tests.factories.accounts import PASSWORD, a_session, a_signed_in_user, a_token, staff
from tests.factories.live import a_member_of_staff
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")

_FIELDS = "__typename ... on StaffMember { id nickname username roles version disabledAt } ... on UserError { code }"


async def _do(api: Api, verb: str, given: dict[str, Any], token: str) -> dict[str, Any]:
    return dict(await api.mutate(verb, given, _FIELDS, token=token))


async def _admin(username: str = "admin") -> tuple[UserId, str]:
    user = await staff(Role.ADMIN, username=username)
    return user, await a_token(user)


def _staff_id(user: UserId) -> str:
    return to_public("staff", user)


async def _verbs() -> list[str]:
    return [each.verb for each in await audit_log.page(limit=100)]


async def test_who_is_taken_on_signs_in_and_has_her_roles(api: Api) -> None:
    admin, token = await _admin()
    given = {"username": "Lin", "password": "long enough", "nickname": "小林", "roles": ["SUPPORT", "MERCHANT"]}
    made = await _do(api, "createStaff", given, token)
    assert (made["username"], made["roles"], made["version"]) == ("lin", ["MERCHANT", "SUPPORT"], 1)
    grant = await flows.staff_sign_in(username="lin", password="long enough")
    assert await queries.roles(grant.user) == {Role.SUPPORT, Role.MERCHANT}
    (entry, *_) = await audit_log.page(limit=1)
    assert (entry.by_id, entry.verb, entry.target_id) == (admin, "staff.create", grant.user)
    assert "long enough" not in str(await everything())


async def test_a_username_belongs_to_one_at_the_api_too(api: Api) -> None:
    _, token = await _admin()
    before = await everything()
    given = {"username": "ADMIN", "password": "long enough", "nickname": "小林", "roles": ["SUPPORT"]}
    assert (await _do(api, "createStaff", given, token))["code"] == "USERNAME_TAKEN"
    assert await everything() == before


async def test_changed_roles_hold_at_once_and_end_her_sessions(api: Api) -> None:
    _, token = await _admin()
    lin = await staff(Role.SUPPORT, username="lin")
    old = await a_session(lin)
    given = {"id": _staff_id(lin), "roles": ["MARKETER"], "expectedVersion": 1}
    changed = await _do(api, "changeStaffRoles", given, token)
    assert (changed["roles"], changed["version"]) == (["MARKETER"], 2)
    assert await queries.asker(tokens.read(old.access_token)) is None
    assert await queries.session_heads([old.session]) == {old.session: 1}
    assert (await _do(api, "changeStaffRoles", given, token))["code"] == "STALE"
    assert (await _verbs()).count("staff.change_roles") == 1


async def test_a_change_of_roles_ends_her_sockets(api: Api) -> None:
    from app.core import streams  # noqa: PLC0415 - only here

    _, token = await _admin()
    lin = await staff(Role.SUPPORT, username="lin")
    session = (await a_session(lin)).session
    heard: list[int] = []
    leave = await streams.bus().subscribe(streams.topic("session", session), heard.append)
    await _do(api, "changeStaffRoles", {"id": _staff_id(lin), "roles": ["HOST"], "expectedVersion": 1}, token)
    await asyncio.sleep(0)
    assert heard == [1]
    await leave()


async def test_a_new_password_replaces_the_old_one_and_ends_her_sessions(api: Api) -> None:
    _, token = await _admin()
    lin = await staff(Role.SUPPORT, username="lin")
    old = await a_session(lin)
    given = {"id": _staff_id(lin), "password": "quite another", "expectedVersion": 1}
    assert (await _do(api, "resetStaffPassword", given, token))["version"] == 2
    assert await queries.asker(tokens.read(old.access_token)) is None
    with pytest.raises(BadCredentials):
        await flows.staff_sign_in(username="lin", password=PASSWORD)
    await flows.staff_sign_in(username="lin", password="quite another")


async def _own(api: Api, token: str, old: str, new: str = "quite another") -> dict[str, Any]:
    return await _do(api, "changeMyPassword", {"oldPassword": old, "newPassword": new}, token)


async def test_staff_change_their_own_password_and_only_the_phone_in_her_hand_stays_signed_in(api: Api) -> None:
    lin = await staff(Role.SUPPORT, username="lin")
    here, elsewhere = await a_session(lin), await a_session(lin)
    assert (await _own(api, here.access_token, PASSWORD))["version"] == 2
    assert await queries.asker(tokens.read(here.access_token)) is not None
    assert await queries.asker(tokens.read(elsewhere.access_token)) is None
    with pytest.raises(BadCredentials):
        await flows.staff_sign_in(username="lin", password=PASSWORD)
    await flows.staff_sign_in(username="lin", password="quite another")
    (entry,) = await audit_log.page(limit=1)
    assert (entry.by_id, entry.verb, entry.target_id) == (lin, "staff.change_password", lin)
    assert "quite another" not in str(await everything())


async def test_whoever_found_her_phone_does_not_guess_the_old_password(api: Api) -> None:
    lin = await staff(Role.SUPPORT, username="lin")
    token = (await a_session(lin)).access_token
    before = await everything()
    for _ in range(5):
        assert (await _own(api, token, "wrong"))["code"] == "BAD_CREDENTIALS"
    assert (await _own(api, token, PASSWORD))["code"] == "TRY_LATER"
    after = await everything()
    assert {table for table in before if before[table] != after[table]} == {"credentials", "attempts_from"}
    await clock.move(31)
    assert (await _own(api, token, PASSWORD))["username"] == "lin"


async def test_who_signs_in_through_wechat_alone_has_no_password_to_change(api: Api) -> None:
    host = (await a_member_of_staff(Role.HOST)).access_token
    before = await everything()
    assert (await _own(api, host, PASSWORD))["code"] == "STAFF_NOT_FOUND"
    assert await everything() == before


async def test_who_is_let_go_is_out_at_once_and_comes_back_when_enabled(api: Api) -> None:
    _, token = await _admin()
    lin = await staff(Role.SUPPORT, username="lin")
    old = await a_session(lin)
    given = {"id": _staff_id(lin), "reason": "离职", "expectedVersion": 1}
    gone = await _do(api, "disableStaff", given, token)
    assert gone["disabledAt"]
    assert (gone["roles"], gone["version"]) == ([], 2)
    assert await queries.asker(tokens.read(old.access_token)) is None
    with pytest.raises(BadCredentials):
        await flows.staff_sign_in(username="lin", password=PASSWORD)
    again = {"id": _staff_id(lin), "expectedVersion": 2}
    assert (await _do(api, "disableStaff", again | {"reason": "x"}, token))["code"] == "STAFF_DISABLED"
    assert (await _do(api, "changeStaffRoles", again | {"roles": ["HOST"]}, token))["code"] == "STAFF_DISABLED"
    back = await _do(api, "enableStaff", again | {"roles": ["HOST"]}, token)
    assert (back["roles"], back["disabledAt"]) == (["HOST"], None)
    assert (await _do(api, "enableStaff", again | {"roles": ["HOST"], "expectedVersion": 3}, token))[
        "code"
    ] == "STAFF_NOT_DISABLED"
    await flows.staff_sign_in(username="lin", password=PASSWORD)
    verbs = ["staff.enable", "staff.disable", "staff.create", "staff.create"]
    assert await _verbs() == verbs


async def test_nobody_takes_her_own_rights_away(api: Api) -> None:
    admin, token = await _admin()
    await staff(Role.ADMIN, username="other")
    before = await everything()
    own = {"id": _staff_id(admin), "expectedVersion": 1}
    assert (await _do(api, "changeStaffRoles", own | {"roles": ["SUPPORT"]}, token))["code"] == "NOT_YOURSELF"
    assert (await _do(api, "disableStaff", own | {"reason": "x"}, token))["code"] == "NOT_YOURSELF"
    assert await everything() == before


async def test_the_shop_never_loses_its_last_admin() -> None:
    admin = await staff(Role.ADMIN)
    before = await everything()
    for verb in (
        actions.change_roles(by=None, user=admin, roles=[Role.HOST], expected_version=1),
        actions.disable_staff(by=None, user=admin, reason="x", expected_version=1),
    ):
        with pytest.raises(LastAdmin) as refused:
            await verb
        assert refused.value.code == "LAST_ADMIN"
    assert await everything() == before


if ON_POSTGRES:

    async def test_of_two_admins_who_let_each_other_go_at_once_one_stays() -> None:
        one, two = [await staff(Role.ADMIN, username=name) for name in ("one", "two")]
        ends = await asyncio.gather(
            actions.disable_staff(by=one, user=two, reason="x", expected_version=1),
            actions.disable_staff(by=two, user=one, reason="x", expected_version=1),
            return_exceptions=True,
        )
        assert [type(each) for each in ends].count(LastAdmin) == 1
        assert len([each for each in (one, two) if Role.ADMIN in await queries.roles(each)]) == 1


@pytest.mark.parametrize(
    ("verb", "given", "path"),
    [
        ("createStaff", {"password": "short"}, "password"),
        ("createStaff", {"username": " "}, "username"),
        ("createStaff", {"nickname": "x" * 33}, "nickname"),
        ("createStaff", {"roles": []}, "roles"),
        ("disableStaff", {"reason": ""}, "reason"),
        ("resetStaffPassword", {"password": "x" * 257}, "password"),
        ("changeStaffRoles", {"id": "nonsense"}, "id"),
    ],
)
async def test_malformed_staff_accounts_are_bad_user_input(
    api: Api, verb: str, given: dict[str, Any], path: str
) -> None:
    _, token = await _admin()
    good: dict[str, dict[str, Any]] = {
        "createStaff": {"username": "lin", "password": "long enough", "nickname": "小林", "roles": ["HOST"]},
        "disableStaff": {"id": _staff_id(UserId(new_id())), "reason": "离职", "expectedVersion": 1},
        "resetStaffPassword": {"id": _staff_id(UserId(new_id())), "password": "long enough", "expectedVersion": 1},
        "changeStaffRoles": {"id": _staff_id(UserId(new_id())), "roles": ["HOST"], "expectedVersion": 1},
    }
    before = await everything()
    document = f"mutation($input: {verb[0].upper()}{verb[1:]}Input!) {{ {verb}(input: $input) {{ __typename }} }}"
    assert await api.bad_field(document, {"input": good[verb] | given}, token=token) == f"input.{path}"
    assert await everything() == before


@pytest.mark.parametrize("kind", ["staff", "user"])
async def test_who_does_not_work_here_is_not_found(api: Api, kind: str) -> None:
    _, token = await _admin()
    shopper = await a_signed_in_user()
    given = {"id": to_public(kind, shopper.user), "roles": ["HOST"], "expectedVersion": 1}
    assert (await _do(api, "changeStaffRoles", given, token))["code"] == "STAFF_NOT_FOUND"


_MEMBERS = """query($first: Int!, $after: String) { staff { members(first: $first, after: $after) {
  edges { node { id username version } } pageInfo { hasNextPage endCursor } } } }"""


async def test_staff_are_listed_by_username(api: Api) -> None:
    _, token = await _admin()
    for name in ("cai", "bob", "dai"):
        await staff(Role.SUPPORT, username=name)
    seen, after = [], None
    for _ in range(2):
        listed = (await api(_MEMBERS, {"first": 2, "after": after}, token=token))["data"]["staff"]["members"]
        seen += [edge["node"]["username"] for edge in listed["edges"]]
        after = listed["pageInfo"]["endCursor"]
    assert seen == ["admin", "bob", "cai", "dai"]
    assert not listed["pageInfo"]["hasNextPage"]


async def test_a_member_of_staff_opens_herself_and_whoever_is_given_colleagues_the_others(api: Api) -> None:
    admin, token = await _admin()
    lin = await staff(Role.MERCHANT, username="lin")
    hers = await a_token(lin)
    support = await a_token(await staff(Role.SUPPORT, username="support"))
    shopper = (await a_signed_in_user()).access_token
    node = "query($id: ID!) { node(id: $id) { id } }"
    for asker, user, opens in (
        (token, lin, True),
        (hers, lin, True),
        (support, lin, True),
        (hers, admin, False),
        (shopper, lin, False),
        (None, lin, False),
    ):
        answer = await api(node, {"id": Target("staff", user).public_id}, token=asker)
        assert bool(answer["data"]["node"]) is opens
    assert await Session.all().count() == 4
