import asyncio

import pytest

from app.accounts import actions, queries, tokens
from app.accounts.errors import RefreshTokenInvalid
from app.accounts.models import Role, Session, User, UserRole
from app.accounts.tokens import Grant
from app.core import clock, db, streams
from app.core.ids import new_id
from tests.factories.accounts import a_session, a_signed_in_user, a_user

pytestmark = pytest.mark.usefixtures("database")


async def _is_recognised(grant: Grant) -> bool:
    return await queries.asker(tokens.read(grant.access_token)) is not None


async def _refresh(token: str) -> Grant:
    return await actions.refresh(refresh_token=token)


async def _heard_that_it_ended(grant: Grant) -> list[int]:
    heard: list[int] = []
    await streams.bus().subscribe(streams.topic("session", grant.session), heard.append)
    return heard


async def test_who_asks_is_known_with_her_roles() -> None:
    grant = await a_signed_in_user()
    claims = tokens.read(grant.access_token)
    assert await queries.asker(claims) == (grant.user, grant.session, frozenset())
    await UserRole.create(user_id=grant.user, role=Role.HOST)
    await UserRole.create(user_id=grant.user, role=Role.MARKETER)
    assert await queries.asker(claims) == (
        grant.user,
        grant.session,
        frozenset({Role.HOST, Role.MARKETER}),
    )


async def test_an_access_token_ends_when_the_databases_clock_says_so() -> None:
    grant = await a_signed_in_user()
    await clock.move(grant.expires_in - 5)
    assert await _is_recognised(grant)
    await clock.move(6)
    assert not await _is_recognised(grant)


async def test_a_token_for_another_users_session_is_nobodys() -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    claims = tokens.read(ann.access_token)
    assert await queries.asker(tokens.Claims(bob.user, claims.session, claims.expires_at)) is None


async def test_who_is_blocked_is_nobody_although_a_session_is_left() -> None:
    grant = await a_signed_in_user()
    await User.filter(id=grant.user).update(blocked_at=await clock.now())
    assert not await _is_recognised(grant)
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(grant.refresh_token)


async def test_a_refresh_token_gives_new_tokens_of_the_same_session() -> None:
    first = await a_signed_in_user()
    second = await _refresh(first.refresh_token)
    assert (second.user, second.session) == (first.user, first.session)
    assert second.refresh_token != first.refresh_token
    assert await _is_recognised(second)
    third = await _refresh(second.refresh_token)
    assert third.refresh_token not in {first.refresh_token, second.refresh_token}


async def test_a_repeat_within_thirty_seconds_gives_the_same_successor() -> None:
    first = await a_signed_in_user()
    second = await _refresh(first.refresh_token)
    await clock.move(28)
    assert (await _refresh(first.refresh_token)).refresh_token == second.refresh_token
    assert (await Session.get(id=first.session)).generation == 2


async def test_ten_refreshes_at_once_give_the_same_successor() -> None:
    first = await a_signed_in_user()
    grants = await asyncio.gather(*[_refresh(first.refresh_token) for _ in range(10)])
    assert len({each.refresh_token for each in grants}) == 1
    assert (await Session.get(id=first.session)).generation == 2


async def _is_over(grant: Grant) -> bool:
    return (await Session.get(id=grant.session)).ended_at is not None and not await _is_recognised(grant)


async def test_a_repeat_after_thirty_seconds_ends_the_family() -> None:
    first = await a_signed_in_user()
    second = await _refresh(first.refresh_token)
    await clock.move(31)
    heard = await _heard_that_it_ended(first)
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(first.refresh_token)
    assert await _is_over(second)
    assert heard == [1]
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(second.refresh_token)


async def test_a_repeat_after_the_successor_was_used_ends_the_family() -> None:
    first = await a_signed_in_user()
    second = await _refresh(first.refresh_token)
    third = await _refresh(second.refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(first.refresh_token)
    assert await _is_over(third)


async def test_a_stolen_family_leaves_other_sessions_alone() -> None:
    user = await a_user()
    stolen, other = await a_session(user.id), await a_session(user.id)
    await _refresh((await _refresh(stolen.refresh_token)).refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(stolen.refresh_token)
    assert await _is_recognised(other)
    await _refresh(other.refresh_token)


async def test_a_forged_refresh_token_ends_nobodys_session() -> None:
    grant = await a_signed_in_user()
    forged = grant.refresh_token[:-4] + "AAAA"
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(forged)
    assert await _is_recognised(grant)
    await _refresh(grant.refresh_token)


async def test_a_session_that_was_left_alone_for_months_is_over() -> None:
    grant = await a_signed_in_user()
    await clock.move(91 * 24 * 3600)
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(grant.refresh_token)
    assert await _is_over(grant)


async def test_the_end_of_a_family_cannot_be_rolled_back_by_the_caller() -> None:
    grant = await a_signed_in_user()
    async with db.transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await _refresh(grant.refresh_token)


async def test_signing_out_ends_the_session_and_its_sockets() -> None:
    grant = await a_signed_in_user()
    heard = await _heard_that_it_ended(grant)
    at = await actions.sign_out(session=grant.session)
    assert await _is_over(grant)
    assert heard == [1]
    with pytest.raises(RefreshTokenInvalid):
        await _refresh(grant.refresh_token)
    assert await actions.sign_out(session=grant.session) == at


async def test_the_head_of_a_session_tells_that_it_has_ended_although_nobody_heard() -> None:
    ended, alive = await a_signed_in_user(), await a_signed_in_user()
    await actions.sign_out(session=ended.session)
    assert await queries.session_heads([ended.session, alive.session, new_id()]) == {ended.session: 1}


async def test_blocking_somebody_ends_all_her_sessions_and_no_others() -> None:
    user = await a_user()
    hers, another = [await a_session(user.id) for _ in range(2)], await a_signed_in_user()
    heard = [await _heard_that_it_ended(each) for each in hers]
    await actions.block_user(user=user.id)
    assert heard == [[1], [1]]
    assert [await _is_recognised(each) for each in [*hers, another]] == [False, False, True]
    for each in hers:
        with pytest.raises(RefreshTokenInvalid):
            await _refresh(each.refresh_token)
    await user.refresh_from_db()
    blocked_at = user.blocked_at
    await actions.block_user(user=user.id)
    await user.refresh_from_db()
    assert user.blocked_at == blocked_at
