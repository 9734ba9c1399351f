from typing import Any

import pytest

from app.accounts import actions
from app.accounts.models import Address, Credential, Role, Session, User
from app.core import clock
from app.core.ids import from_public, new_id, to_public
from tests.conftest import Api, WeChat
from tests.factories.accounts import HOME, PASSWORD, a_signed_in_user, a_token, a_user, an_address, staff

pytestmark = pytest.mark.usefixtures("database")


ME = "{ viewer { user { id nickname avatarUrl } phoneMasked roles } }"
SAVE = "SaveAddress"


async def test_signing_in_gives_tokens_and_who_she_is(api: Api, wechat: WeChat) -> None:
    answer = await api("SignIn", {"code": await wechat.login_code("ann"), "visitorId": None})
    signed_in = answer["data"]["signIn"]
    assert signed_in["__typename"] == "SignInSuccess"
    assert signed_in["expiresIn"] == 900
    user = signed_in["viewer"]["user"]
    assert user["avatarUrl"] is None
    assert from_public(user["id"]) == ("user", (await User.get()).id)
    me = await api(ME, token=signed_in["accessToken"])
    assert me["data"]["viewer"] == {"user": user, "phoneMasked": None, "roles": []}


async def test_signing_in_with_a_visitor_who_is_nonsense_is_signing_in(api: Api, wechat: WeChat) -> None:
    for visitor in ("", "nonsense", "é_", to_public("user", new_id()), to_public("visitor", new_id())):
        answer = await api("SignIn", {"code": await wechat.login_code("ann"), "visitorId": visitor})
        assert answer["data"]["signIn"]["__typename"] == "SignInSuccess"


async def test_a_refusal_reads_in_the_callers_language(api: Api, wechat: WeChat) -> None:
    await wechat.faults()
    for locale, message in [
        ("zh-CN", "登录凭证已失效，请重新登录。"),
        ("en", "This sign-in has expired; please sign in again."),
    ]:
        answer = await api("SignIn", {"code": "nobody gave this"}, locale=locale)
        assert answer["data"]["signIn"] == {
            "__typename": "Refusal",
            "code": "LOGIN_CODE_INVALID",
            "message": message,
        }


async def test_a_code_that_was_used_is_refused(api: Api, wechat: WeChat) -> None:
    code = await wechat.login_code("ann")
    await api("SignIn", {"code": code})
    answer = await api("SignIn", {"code": code})
    assert answer["data"]["signIn"]["code"] == "LOGIN_CODE_USED"
    assert await Session.all().count() == 1


async def test_while_wechat_is_busy_the_pause_is_told(api: Api, wechat: WeChat) -> None:
    code = await wechat.login_code("ann")
    await wechat.faults(system_busy=1)
    answer = await api(
        "mutation($code: String!) { signIn(input: {code: $code}) "
        "{ __typename ... on TryLater { code retryAfterMs } } }",
        {"code": code},
    )
    assert answer["data"]["signIn"] == {"__typename": "TryLater", "code": "TRY_LATER", "retryAfterMs": 2000}


async def test_who_is_blocked_stays_outside(api: Api, wechat: WeChat) -> None:
    await api("SignIn", {"code": await wechat.login_code("ann")})
    await actions.block_user(user=(await User.get()).id)
    answer = await api("SignIn", {"code": await wechat.login_code("ann")})
    assert answer["data"]["signIn"]["code"] == "ACCOUNT_BLOCKED"


async def test_refreshing_gives_tokens_and_a_used_token_ends_the_family(api: Api) -> None:
    first = await a_signed_in_user()
    second = (await api("RefreshSession", {"refreshToken": first.refresh_token}))["data"]["refreshSession"]
    assert second["__typename"] == "SignInSuccess"
    again = (await api("RefreshSession", {"refreshToken": first.refresh_token}))["data"]["refreshSession"]
    assert again["refreshToken"] == second["refreshToken"]
    await clock.move(31)
    late = (await api("RefreshSession", {"refreshToken": first.refresh_token}))["data"]["refreshSession"]
    assert late == {
        "__typename": "Refusal",
        "code": "REFRESH_TOKEN_INVALID",
        "message": "登录已过期，请重新登录。",
    }
    assert await api.error_code(ME, token=second["accessToken"]) == "UNAUTHENTICATED"


async def test_signing_out_once_is_answered_and_twice_is_unauthenticated(api: Api) -> None:
    grant = await a_signed_in_user()
    answer = await api("SignOut", token=grant.access_token)
    assert answer["data"]["signOut"]["__typename"] == "SignedOut"
    assert answer["data"]["signOut"]["at"] == (await Session.get()).ended_at.isoformat()  # type: ignore[union-attr]
    assert await api.error_code("SignOut", token=grant.access_token) == "UNAUTHENTICATED"
    assert await api.error_code("SignOut") == "UNAUTHENTICATED"


async def test_an_expired_token_is_unauthenticated_and_never_anonymous(api: Api) -> None:
    grant = await a_signed_in_user()
    assert "errors" not in await api("Deals", {"first": 1}, token=grant.access_token)
    await clock.move(grant.expires_in + 1)
    assert await api.error_code("Deals", {"first": 1}, token=grant.access_token) == "UNAUTHENTICATED"


async def test_after_signing_out_the_rest_of_the_operation_is_nobodys(api: Api) -> None:
    grant = await a_signed_in_user()
    answer = await api("mutation { a: signOut { __typename } b: signOut { __typename } }", token=grant.access_token)
    assert answer["data"]["a"]["__typename"] == "SignedOut"
    assert answer["data"]["b"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_staff_sign_in_and_are_told_nothing_of_what_was_wrong(api: Api) -> None:
    await staff(Role.MARKETER, username="marketer")
    answer = await api("StaffSignIn", {"username": "marketer", "password": PASSWORD})
    token = answer["data"]["staffSignIn"]["accessToken"]
    assert (await api(ME, token=token))["data"]["viewer"]["roles"] == ["MARKETER"]
    refused = [
        (await api("StaffSignIn", {"username": name, "password": "wrong"}))["data"]["staffSignIn"]
        for name in ("marketer", "nobody")
    ]
    assert refused[0] == refused[1]
    assert refused[0]["code"] == "BAD_CREDENTIALS"
    assert await Session.all().count() == 1


async def test_staff_who_guess_must_wait(api: Api) -> None:
    await staff(username="host")
    for _ in range(5):
        await api("StaffSignIn", {"username": "host", "password": "wrong"})
    answer = await api(
        'mutation($p: String!) { staffSignIn(input: {username: "host", password: $p}) '
        "{ ... on TryLater { code retryAfterMs } } }",
        {"p": PASSWORD},
    )
    assert answer["data"]["staffSignIn"]["code"] == "TRY_LATER"
    assert 0 < answer["data"]["staffSignIn"]["retryAfterMs"] <= 30_000
    assert await Session.all().count() == 0


async def test_a_password_without_end_is_bad_input(api: Api) -> None:
    await staff(username="host")
    assert await api.bad_field("StaffSignIn", {"username": "host", "password": "x" * 257}) == "input.password"
    assert (await Credential.get()).failures == 0


def _input(**changes: Any) -> dict[str, Any]:
    return {"input": HOME | changes}


async def test_an_address_is_saved_once_and_changed_by_its_id(api: Api) -> None:
    token = (await a_signed_in_user()).access_token
    saved = (await api(SAVE, _input(phone="+86 138 1234 1234"), token=token))["data"]["saveAddress"]
    assert saved == {
        "__typename": "Address",
        "id": saved["id"],
        "recipient": "王小明",
        "phoneMasked": "138****1234",
        "region": "广东省 深圳市 南山区",
        "detail": HOME["detail"],
        "isDefault": False,
    }
    again = (await api(SAVE, _input(), token=token))["data"]["saveAddress"]
    assert again == saved
    changed = (await api(SAVE, _input(id=saved["id"], phone=None, detail="2", isDefault=True), token=token))["data"]
    assert changed["saveAddress"] == saved | {"detail": "2", "isDefault": True}
    mine = (await api("MyAddresses", token=token))["data"]["viewer"]
    assert mine == {
        "roles": [],
        "phoneMasked": None,
        "addresses": [{key: each for key, each in changed["saveAddress"].items() if key != "__typename"}],
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"phone": None}, "input.phone"),
        ({"phone": "12345"}, "input.phone"),
        ({"recipient": "  "}, "input.recipient"),
        ({"recipient": "x" * 51}, "input.recipient"),
        ({"detail": "x\x00"}, "input.detail"),
        ({"id": "nonsense"}, "input.id"),
    ],
)
async def test_a_malformed_address_is_bad_input_and_saves_nothing(
    api: Api, changes: dict[str, Any], field: str
) -> None:
    token = (await a_signed_in_user()).access_token
    assert await api.bad_field(SAVE, _input(**changes), token=token) == field
    assert await Address.all().count() == 0


async def test_an_address_that_is_not_hers_is_not_there(api: Api) -> None:
    ann, eve = await a_user(), await a_signed_in_user()
    home = await an_address(ann.id)
    for public in (to_public("address", home.id), to_public("address", new_id()), to_public("order", home.id)):
        saved = await api(SAVE, _input(id=public, detail="eve was here"), token=eve.access_token)
        deleted = await api("DeleteAddress", {"id": public}, token=eve.access_token)
        assert saved["data"]["saveAddress"]["code"] == "ADDRESS_NOT_FOUND"
        assert deleted["data"]["deleteAddress"]["code"] == "ADDRESS_NOT_FOUND"
    kept = await Address.get()
    assert (kept.detail, kept.deleted_at) == (HOME["detail"], None)


async def test_deleting_an_address_gives_those_that_are_left(api: Api) -> None:
    grant = await a_signed_in_user()
    home, work = await an_address(grant.user), await an_address(grant.user, detail="2")
    variables = {"id": to_public("address", home.id)}
    for _ in range(2):
        answer = await api("DeleteAddress", variables, token=grant.access_token)
        assert answer["data"]["deleteAddress"] == {
            "__typename": "Viewer",
            "addresses": [{"id": to_public("address", work.id)}],
        }
    saved = await api(SAVE, _input(id=variables["id"]), token=grant.access_token)
    assert saved["data"]["saveAddress"]["code"] == "ADDRESS_NOT_FOUND"


async def test_addresses_need_somebody_who_is_signed_in(api: Api) -> None:
    assert await api.error_code(SAVE, _input()) == "UNAUTHENTICATED"
    assert await api.error_code("DeleteAddress", {"id": "x"}) == "UNAUTHENTICATED"
    assert (await api("MyAddresses"))["data"]["viewer"] is None
    assert await Address.all().count() == 0


async def test_a_phone_is_shown_masked_and_an_avatar_by_its_address(api: Api) -> None:
    user = await a_user("安", phone="13812341234")
    await User.filter(id=user.id).update(avatar_path="avatars/a.png")
    me = (await api(ME, token=await a_token(user.id)))["data"]["viewer"]
    assert me["phoneMasked"] == "138****1234"
    assert me["user"]["avatarUrl"].endswith("/media/avatars/a.png")


async def test_only_its_owner_opens_an_address_or_a_user_by_id(api: Api) -> None:
    ann, eve = await a_signed_in_user(), await a_signed_in_user()
    home = await an_address(ann.user)
    for public, typename in ((to_public("address", home.id), "Address"), (to_public("user", ann.user), "User")):
        opened = await api("NodeById", {"id": public}, token=ann.access_token)
        assert opened["data"]["node"] == {"__typename": typename, "id": public}
        assert (await api("NodeById", {"id": public}, token=eve.access_token))["data"]["node"] is None
        assert (await api("NodeById", {"id": public}))["data"]["node"] is None
