import asyncio
import time

import pytest
from argon2 import PasswordHasher

from app.accounts import actions, flows, queries, rules, tokens
from app.accounts.errors import AccountBlocked, BadCredentials, TryLater, UsernameTaken
from app.accounts.models import AttemptsFrom, Credential, Identity, Role, Session, User
from app.accounts.tokens import Grant
from app.core import clock
from tests.factories.accounts import PASSWORD, a_user, staff

pytestmark = pytest.mark.usefixtures("database")


async def _sign_in(password: str = PASSWORD, username: str = "admin") -> Grant:
    return await flows.staff_sign_in(username=username, password=password)


async def _fail(times: int, username: str = "admin") -> None:
    for _ in range(times):
        with pytest.raises(BadCredentials):
            await _sign_in("wrong", username)


async def test_staff_sign_in_by_password_and_have_their_roles() -> None:
    user = await staff(Role.ADMIN, Role.SUPPORT)
    grant = await _sign_in(username="  Admin ")
    assert grant.user == user
    asker = await queries.asker(tokens.read(grant.access_token))
    assert asker is not None
    assert asker.roles == await queries.roles(user) == frozenset({Role.ADMIN, Role.SUPPORT})


async def test_a_password_is_kept_as_argon2id_only() -> None:
    await staff()
    assert (await Credential.get()).password_hash.startswith("$argon2id$")


async def test_a_wrong_password_is_counted_and_a_right_one_begins_anew() -> None:
    await staff()
    await _fail(4)
    assert (await Credential.get()).failures == 4
    assert await Session.all().count() == 0
    await _sign_in()
    assert (await Credential.get()).failures == 0
    await _fail(4)
    await _sign_in()


async def test_after_five_wrong_passwords_even_the_right_one_waits() -> None:
    await staff()
    await _fail(5)
    with pytest.raises(TryLater) as refused:
        await _sign_in()
    assert 25_000 < refused.value.retry_after_ms <= 30_000
    assert ((await Credential.get()).failures, await Session.all().count()) == (5, 0)
    await clock.move(31)
    await _sign_in()
    assert (await Credential.get()).locked_until is None


async def test_the_wait_grows_with_every_wrong_password() -> None:
    await staff()
    await _fail(5)
    await clock.move(31)
    await _fail(1)
    with pytest.raises(TryLater) as refused:
        await _sign_in()
    assert 55_000 < refused.value.retry_after_ms <= 60_000


async def test_twenty_guesses_at_once_are_no_more_than_five() -> None:
    await staff()
    guesses = await asyncio.gather(*[_sign_in("wrong") for _ in range(20)], return_exceptions=True)
    kinds = [type(each) for each in guesses]
    assert (kinds.count(BadCredentials), kinds.count(TryLater)) == (5, 15)


async def test_one_member_of_staff_does_not_wait_for_another() -> None:
    await staff(username="admin")
    await staff(username="host")
    await _fail(5, "host")
    await _sign_in(username="admin")


async def _guess(address: str, times: int, said: str = "wrong") -> list[type[BaseException] | None]:
    ends: list[type[BaseException] | None] = []
    for _ in range(times):
        try:
            await flows.staff_sign_in(username="admin", password=said, address=address)
        except (BadCredentials, TryLater) as refused:
            ends.append(type(refused))
        else:
            ends.append(None)
    return ends


async def test_who_guesses_keeps_herself_out_and_not_the_owner() -> None:
    await staff()
    assert await _guess("203.0.113.9", 7) == [BadCredentials] * 5 + [TryLater] * 2
    assert await _guess("198.51.100.1", 1, PASSWORD) == [None]
    # The stranger still waits, however often the owner signs in.
    assert await _guess("203.0.113.9", 1) == [TryLater]


async def test_a_crowd_of_strangers_waits_and_the_owner_s_own_address_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "FAILURES_OF_STRANGERS", 6)
    await staff()
    assert await _guess("198.51.100.1", 1, PASSWORD) == [None]
    crowd = [(await _guess(f"203.0.113.{number}", 1))[0] for number in range(8)]
    assert crowd == [BadCredentials] * 6 + [TryLater] * 2
    assert await _guess("203.0.113.200", 1, PASSWORD) == [TryLater]
    assert await _guess("198.51.100.1", 1, PASSWORD) == [None]


async def test_an_ipv6_household_is_one_address() -> None:
    await staff()
    ends = [(await _guess(f"2001:db8::{number:x}", 1))[0] for number in range(1, 8)]
    assert ends == [BadCredentials] * 5 + [TryLater] * 2
    assert await _guess("2001:db8:0:1::1", 1) == [BadCredentials]


async def test_addresses_long_unused_are_forgotten() -> None:
    await staff()
    await _guess("203.0.113.9", 1)
    await clock.move(rules.ADDRESSES_KEPT.total_seconds() + 1)
    await _guess("198.51.100.1", 1, PASSWORD)
    assert [each.address for each in await AttemptsFrom.all()] == ["198.51.100.1"]


async def test_an_unknown_username_reads_and_takes_as_long_as_a_wrong_password() -> None:
    await staff()
    await _fail(1, "nobody")

    async def seconds(username: str) -> float:
        began = time.perf_counter()
        await _fail(1, username)
        return time.perf_counter() - began

    unknown = min([await seconds("nobody") for _ in range(3)])
    known = min([await seconds("admin") for _ in range(3)])
    assert unknown > known / 3


async def test_blocked_staff_stay_outside() -> None:
    user = await staff()
    await actions.block_user(user=user)
    with pytest.raises(AccountBlocked):
        await _sign_in()
    assert await Session.all().count() == 0


async def test_a_hash_of_old_parameters_is_made_anew_at_the_next_sign_in() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await actions.create_staff(username="admin", password_hash=old, roles=[], nickname="店小二")
    await _fail(1)
    assert (await Credential.get()).password_hash == old
    await _sign_in()
    renewed = (await Credential.get()).password_hash
    assert renewed != old
    await _sign_in()
    assert (await Credential.get()).password_hash == renewed


async def test_a_password_changed_while_the_old_one_was_tried_lets_nobody_in() -> None:
    await staff()
    attempt = await actions.count_attempt(username="admin")
    assert attempt is not None
    await Credential.all().update(password_hash=await flows.hash_password("another"))
    with pytest.raises(BadCredentials):
        await actions.begin_staff_session(attempt=attempt)
    assert await Session.all().count() == 0


async def test_a_username_belongs_to_one() -> None:
    await staff(Role.HOST, username="host")
    with pytest.raises(UsernameTaken):
        await staff(Role.ADMIN, username="HOST")
    assert await User.all().count() == 1


async def test_staff_may_be_people_whom_wechat_knows() -> None:
    ann = await a_user("安", openid="o-ann")
    for username, openid in (("host", "o-ann"), ("marketer", "o-new")):
        await actions.create_staff(
            username=username, password_hash="-", roles=[Role.HOST], nickname="主播", openid=openid
        )
    assert (await Credential.get(username="host")).user_id == ann.id
    assert (await Identity.get(openid="o-new")).user_id == (await Credential.get(username="marketer")).user_id
    assert {each.nickname for each in await User.all()} == {"安", "主播"}
