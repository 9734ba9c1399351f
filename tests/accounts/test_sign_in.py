import asyncio

import pytest

from app.accounts import actions, flows, queries, tokens
from app.accounts.errors import AccountBlocked, LoginCodeInvalid, LoginCodeUsed, TryLater
from app.accounts.models import Identity, Session, User
from app.accounts.tokens import Grant
from app.core import clock, db
from app.core.models import FactRow
from app.wechat import signatures
from app.wechat.sandbox import openid_of, unionid_of
from app.wechat.sandbox.keys import APP_ID
from tests.conftest import WeChat
from tests.factories.accounts import SESSION_KEY, a_user

pytestmark = pytest.mark.usefixtures("database")

IV = "r7BXXKkLb8qrSNn05n0qiA=="


async def _sign_in(wechat: WeChat, name: str = "ann") -> Grant:
    return await flows.sign_in(code=await wechat.login_code(name))


async def _nobody_came() -> bool:
    return [await each.all().count() for each in (User, Identity, Session, FactRow)] == [0, 0, 0, 0]


async def test_whom_nobody_knows_becomes_a_user_with_a_name_of_her_own(wechat: WeChat) -> None:
    ann, bob = await _sign_in(wechat, "ann"), await _sign_in(wechat, "bob")
    identity = await Identity.get(user_id=ann.user)
    assert (identity.openid, identity.unionid) == (openid_of("ann"), unionid_of("ann"))
    nicknames = {each.nickname for each in await User.filter(id__in=[ann.user, bob.user])}
    assert len(nicknames) == 2
    assert all(each.startswith("微信用户") and len(each) == 8 for each in nicknames)


async def test_she_is_recognised_when_she_comes_again_and_her_session_key_is_kept_fresh(wechat: WeChat) -> None:
    first = await _sign_in(wechat)
    before = await Identity.get()
    await clock.move(3600)
    second = await _sign_in(wechat)
    after = await Identity.get()
    assert second.user == first.user
    assert second.session != first.session
    assert after.session_key != before.session_key
    assert after.seen_at > before.seen_at
    assert await queries.asker(tokens.read(second.access_token)) == (second.user, second.session, frozenset())


async def test_two_first_sign_ins_at_once_make_one_user() -> None:
    async def begin() -> Grant:
        return await actions.begin_session(openid="o-ann", unionid=None, session_key=SESSION_KEY)

    grants = await asyncio.gather(*[begin() for _ in range(8)])
    assert len({each.user for each in grants}) == 1
    assert [await each.all().count() for each in (User, Identity, Session)] == [1, 1, 8]


async def test_the_same_unionid_in_another_app_is_the_same_person() -> None:
    async def begin(openid: str, unionid: str | None) -> Grant:
        return await actions.begin_session(openid=openid, unionid=unionid, session_key=SESSION_KEY)

    here, there = await begin("o-here", "u-ann"), await begin("o-there", "u-ann")
    other = await begin("o-other", None)
    assert here.user == there.user != other.user
    await begin("o-here", None)
    assert (await Identity.get(openid="o-here")).unionid == "u-ann"


@pytest.mark.usefixtures("wechat")
async def test_a_code_that_wechat_does_not_know_lets_nobody_in() -> None:
    with pytest.raises(LoginCodeInvalid):
        await flows.sign_in(code="nobody gave this")
    assert await _nobody_came()


async def test_a_code_can_be_used_once(wechat: WeChat) -> None:
    code = await wechat.login_code("ann")
    await flows.sign_in(code=code)
    with pytest.raises(LoginCodeUsed):
        await flows.sign_in(code=code)
    assert await Session.all().count() == 1


async def test_while_wechat_does_not_answer_one_is_told_when_to_try_again(wechat: WeChat) -> None:
    code = await wechat.login_code("ann")
    await wechat.faults(system_busy=1)
    with pytest.raises(TryLater) as refused:
        await flows.sign_in(code=code)
    assert refused.value.retry_after_ms == 2000
    await wechat.faults(errors={"/sns/jscode2session": 45011})
    with pytest.raises(TryLater) as refused:
        await flows.sign_in(code=code)
    assert refused.value.retry_after_ms == 60_000
    assert await _nobody_came()


async def test_whom_wechat_or_the_shop_blocks_stays_outside(wechat: WeChat) -> None:
    await wechat.faults(errors={"/sns/jscode2session": 40226})
    with pytest.raises(AccountBlocked):
        await _sign_in(wechat)
    assert await _nobody_came()
    await wechat.faults()
    grant = await _sign_in(wechat)
    await actions.block_user(user=grant.user)
    before = await Identity.get()
    with pytest.raises(AccountBlocked):
        await _sign_in(wechat)
    assert await Session.all().count() == 1
    assert (await Identity.get()).session_key == before.session_key


async def test_wechat_is_never_asked_inside_a_transaction(wechat: WeChat) -> None:
    code = await wechat.login_code("ann")
    async with db.transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await flows.sign_in(code=code)


async def test_what_her_phone_encrypted_is_read_with_her_newest_session_key(wechat: WeChat) -> None:
    grant = await _sign_in(wechat)
    key = (await Identity.get()).session_key
    sealed = signatures.encrypt_user_data(key, {"opengid": "g", "watermark": {"appid": APP_ID}}, iv=IV)
    read = await flows.read_encrypted(user=grant.user, encrypted_data=sealed, iv=IV)
    assert read is not None
    assert read["opengid"] == "g"
    await _sign_in(wechat)
    assert await flows.read_encrypted(user=grant.user, encrypted_data=sealed, iv=IV) is None
    assert await flows.read_encrypted(user=grant.user, encrypted_data="nonsense", iv="x") is None


async def test_the_openid_is_the_one_last_seen() -> None:
    ann = await a_user(openid="o-first")
    await clock.move(1)
    await actions.begin_session(openid="o-first", unionid="u-ann", session_key=SESSION_KEY)
    await clock.move(1)
    await actions.begin_session(openid="o-second", unionid="u-ann", session_key=SESSION_KEY)
    assert await queries.openid_of(ann.id) == "o-second"


async def test_secrets_do_not_show_in_a_log() -> None:
    ann = await a_user(openid="o-ann")
    assert "o-ann" not in repr(await queries.wechat_identity(ann.id))
    assert SESSION_KEY not in repr(await queries.wechat_identity(ann.id))
