"""Signing in, addresses and staff accounts: each refusal is said in both languages, and nothing has changed."""

from typing import Any

import pytest

from app.accounts import actions, rules
from app.accounts.models import Role, User
from app.core.ids import new_id, to_public
from tests.conftest import Api, WeChat
from tests.factories.accounts import HOME, PASSWORD, a_signed_in_user, a_token, an_address, staff
from tests.factories.rows import everything

CASES = [
    "LOGIN_CODE_INVALID", "LOGIN_CODE_USED", "ACCOUNT_BLOCKED", "TRY_LATER", "BAD_CREDENTIALS", "REFRESH_TOKEN_INVALID",
    "TOO_MANY_ADDRESSES", "ADDRESS_NOT_FOUND", "USERNAME_TAKEN", "STAFF_NOT_FOUND", "STAFF_DISABLED",
    "STAFF_NOT_DISABLED", "NOT_YOURSELF",
]  # fmt: skip
#: A wrong password is counted, and nothing else comes of it.
COUNTED = {"credentials", "attempts_from"}

Asked = tuple[str, dict[str, Any], str | None]


def _verb(verb: str, **given: Any) -> tuple[str, dict[str, Any]]:
    kind = f"{verb[0].upper()}{verb[1:]}Input"
    document = f"mutation($input: {kind}!) {{ {verb}(input: $input) {{ ... on UserError {{ code message }} }} }}"
    return document, {"input": given}


async def _signing_in(api: Api, wechat: WeChat, code: str) -> Asked:
    login = await wechat.login_code("ann")
    match code:
        case "LOGIN_CODE_INVALID":
            login = "nobody gave this"
        case "LOGIN_CODE_USED":
            await api("SignIn", {"code": login})
        case "ACCOUNT_BLOCKED":
            # The sandbox takes this one again and again, so that both languages meet the same refusal.
            login = "dev:ann"
            await api("SignIn", {"code": login})
            await actions.block_user(user=(await User.get()).id)
        case "TRY_LATER":
            await wechat.faults(system_busy=1)
        case "BAD_CREDENTIALS":
            await staff(username="host")
            return "StaffSignIn", {"username": "host", "password": "wrong"}, None
        case _:
            grant = await a_signed_in_user()
            await actions.sign_out(session=grant.session)
            return "RefreshSession", {"refreshToken": grant.refresh_token}, None
    return "SignIn", {"code": login}, None


async def _of_addresses(code: str) -> Asked:
    ann, eve = await a_signed_in_user(), await a_signed_in_user()
    home = await an_address(ann.user)
    if code == "ADDRESS_NOT_FOUND":
        return "DeleteAddress", {"id": to_public("address", home.id)}, eve.access_token
    for number in range(1, rules.ADDRESSES_AT_MOST):
        await an_address(ann.user, detail=f"{number}")
    return "SaveAddress", {"input": HOME | {"detail": "one more"}}, ann.access_token


async def _of_staff(code: str) -> Asked:
    admin = await staff(Role.ADMIN)
    token = await a_token(admin)
    lin = await staff(Role.HOST, username="lin")
    hers = {"id": to_public("staff", lin), "expectedVersion": 1}
    match code:
        case "USERNAME_TAKEN":
            asked = _verb("createStaff", username="LIN", password=PASSWORD, nickname="小林", roles=["HOST"])
        case "STAFF_NOT_FOUND":
            asked = _verb("disableStaff", id=to_public("staff", new_id()), reason="离职", expectedVersion=1)
        case "STAFF_DISABLED":
            await actions.disable_staff(by=admin, user=lin, reason="离职", expected_version=1)
            asked = _verb("changeStaffRoles", roles=["SUPPORT"], **hers | {"expectedVersion": 2})
        case "STAFF_NOT_DISABLED":
            asked = _verb("enableStaff", roles=["SUPPORT"], **hers)
        case _:
            asked = _verb("disableStaff", id=to_public("staff", admin), reason="离职", expectedVersion=1)
    return *asked, token


@pytest.mark.parametrize("code", CASES)
async def test_each_refusal_is_said_in_both_languages_and_nothing_has_changed(
    api: Api, wechat: WeChat, code: str
) -> None:
    if "ADDRESS" in code:
        asked = await _of_addresses(code)
    elif code in CASES[: CASES.index("TOO_MANY_ADDRESSES")]:
        asked = await _signing_in(api, wechat, code)
    else:
        asked = await _of_staff(code)
    document, variables, token = asked
    before = await everything()
    said = {}
    for locale in ("zh-CN", "en"):
        answer = await api(document, variables, token=token, locale=locale)
        (refused,) = answer["data"].values()
        assert refused["code"] == code, answer
        said[locale] = refused["message"]
    assert said["en"].isascii()
    assert not said["zh-CN"].isascii()
    after = await everything()
    changed = {table for table, rows in after.items() if rows != before[table]}
    assert changed == (COUNTED if code == "BAD_CREDENTIALS" else set())
