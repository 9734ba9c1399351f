import pytest

from app.wechat import signatures
from app.wechat.errors import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    PhoneCodeInvalid,
    SignatureInvalid,
)
from app.wechat.sandbox import openid_of, phone_of, unionid_of

from .conftest import Town


async def test_a_login_code_tells_who_logs_in(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    login = await town.mini.login(code)
    assert (login.openid, login.unionid) == (openid_of("ann"), unionid_of("ann"))


async def test_a_login_code_can_be_used_once(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    await town.mini.login(code)
    with pytest.raises(LoginCodeUsed):
        await town.mini.login(code)


async def test_a_login_code_lives_five_minutes(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    await town.play("clock", offset_s=301)
    with pytest.raises(LoginCodeInvalid):
        await town.mini.login(code)


async def test_an_unknown_login_code_is_refused(town: Town) -> None:
    with pytest.raises(LoginCodeInvalid):
        await town.mini.login("nobody gave this")


async def test_a_dev_code_may_be_repeated_and_is_the_same_person_as_the_phone(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    openids = {(await town.mini.login(each)).openid for each in ("dev:ann", "dev:ann", code)}
    assert openids == {openid_of("ann")}


async def test_a_user_whom_wechat_blocks_is_told_apart(town: Town) -> None:
    await town.play("faults", errors={"/sns/jscode2session": 40226})
    with pytest.raises(LoginBlocked):
        await town.mini.login("dev:ann")


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"appid": "wx0000000000000000"}, 40013),
        ({"secret": ""}, 41004),
        ({"js_code": ""}, 41008),
        ({"grant_type": "other"}, 40002),
    ],
)
async def test_a_login_asked_for_wrongly_is_refused_by_number(
    town: Town, changed: dict[str, str], errcode: int
) -> None:
    query = {
        "appid": town.config.app_id,
        "secret": town.config.app_secret,
        "js_code": "dev:ann",
        "grant_type": "authorization_code",
    }
    reply = await town.phone.get("/sns/jscode2session", params=query | changed)
    assert reply.json()["errcode"] == errcode


async def test_a_phone_code_gives_the_number_once_and_only_to_its_owner(town: Town) -> None:
    await town.meet("ann", "bob")
    code = (await town.play("phone", **{"as": "ann"}))["code"]
    with pytest.raises(PhoneCodeInvalid):
        await town.mini.phone_number(code, openid_of("bob"))
    assert await town.mini.phone_number(code, openid_of("ann")) == phone_of("ann")
    with pytest.raises(PhoneCodeInvalid):
        await town.mini.phone_number(code, openid_of("ann"))


async def test_a_person_may_have_another_number(town: Town) -> None:
    code = (await town.play("phone", phone="+85261234567", **{"as": "ann"}))["code"]
    assert await town.mini.phone_number(code, openid_of("ann")) == "+85261234567"


async def test_a_login_code_is_no_phone_code(town: Town) -> None:
    code = (await town.play("login", **{"as": "ann"}))["code"]
    with pytest.raises(PhoneCodeInvalid):
        await town.mini.phone_number(code, openid_of("ann"))


async def test_encrypted_data_open_with_the_newest_session_key_only(town: Town) -> None:
    old = (await town.mini.login("dev:ann")).session_key
    code = (await town.play("login", **{"as": "ann"}))["code"]
    new = (await town.mini.login(code)).session_key
    given = await town.play("encrypted", data={"opengid": "G1"}, **{"as": "ann"})
    opened = signatures.decrypt_user_data(new, given["encryptedData"], iv=given["iv"], app_id=town.config.app_id)
    assert opened["opengid"] == "G1"
    assert signatures.raw_data_signature(given["rawData"], new) == given["signature"]
    with pytest.raises(SignatureInvalid):
        signatures.decrypt_user_data(old, given["encryptedData"], iv=given["iv"], app_id=town.config.app_id)
