import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.wechat.client import MiniProgram
from app.wechat.errors import WeChatBusy, WeChatRefused
from app.wechat.tokens import AccessTokens, MemoryTokenStore, StoredToken

from .conftest import QUICK, Town

START = datetime(2026, 11, 23, tzinfo=UTC)


class Source:
    """Gives tokens t1, t2, … that live two hours, and counts."""

    def __init__(self) -> None:
        self.fetched = 0
        self.busy = False
        self.now = START.timestamp()

    def clock(self) -> float:
        return self.now

    async def fetch(self) -> StoredToken:
        await asyncio.sleep(0)
        if self.busy:
            raise WeChatBusy("busy", perhaps_done=False)
        self.fetched += 1
        return a_token(f"t{self.fetched}", datetime.fromtimestamp(self.now, UTC) + timedelta(hours=2))


def a_token(value: str, expires_at: datetime = START + timedelta(hours=2)) -> StoredToken:
    return StoredToken(value=value, expires_at=expires_at)


def tokens_of(source: Source, store: MemoryTokenStore) -> AccessTokens:
    return AccessTokens(source.fetch, store, clock=source.clock)


async def test_one_token_serves_until_it_is_nearly_dead() -> None:
    source = Source()
    tokens = tokens_of(source, MemoryTokenStore())
    first = [await tokens.current() for _ in range(3)]
    source.now += 7200 - 300
    assert [*first, await tokens.current()] == ["t1"] * 4
    source.now += 11
    assert await tokens.current() == "t2"
    assert source.fetched == 2


async def test_callers_at_once_fetch_once() -> None:
    source = Source()
    tokens = tokens_of(source, MemoryTokenStore())
    assert set(await asyncio.gather(*[tokens.current() for _ in range(20)])) == {"t1"}
    assert source.fetched == 1


async def test_a_token_of_another_process_is_used_and_none_is_fetched() -> None:
    store, source = MemoryTokenStore(), Source()
    await store.replace(None, a_token("theirs"))
    assert await tokens_of(source, store).current() == "theirs"
    assert source.fetched == 0


async def test_a_refused_token_that_another_process_renewed_is_not_fetched_again() -> None:
    store, source = MemoryTokenStore(), Source()
    tokens = tokens_of(source, store)
    old = await tokens.current()
    await store.replace(old, a_token("theirs"))
    assert await tokens.after_refusal(old) == "theirs"
    assert await tokens.current() == "theirs"
    assert source.fetched == 1


async def test_a_refused_token_that_all_hold_is_fetched_once_for_all() -> None:
    store, source = MemoryTokenStore(), Source()
    tokens = tokens_of(source, store)
    old = await tokens.current()
    assert set(await asyncio.gather(*[tokens.after_refusal(old) for _ in range(5)])) == {"t2"}
    assert source.fetched == 2


async def test_the_faster_process_wins_and_both_use_its_token() -> None:
    store = MemoryTokenStore()
    assert await store.replace(None, a_token("fast")) == a_token("fast")
    assert await store.replace(None, a_token("slow")) == a_token("fast")
    assert await store.read() == a_token("fast")


async def test_a_token_with_minutes_left_serves_while_wechat_is_busy() -> None:
    source = Source()
    tokens = tokens_of(source, MemoryTokenStore())
    await tokens.current()
    source.busy = True
    source.now += 7200 - 60
    assert await tokens.current() == "t1"
    source.now += 61
    with pytest.raises(WeChatBusy):
        await tokens.current()


async def test_a_token_that_expired_at_wechat_is_renewed_and_the_call_repeated(town: Town) -> None:
    await town.mini.create_activity()
    await town.play("clock", offset_s=3 * 3600)
    await town.mini.create_activity()


async def test_a_token_that_was_forced_away_is_renewed_and_the_call_repeated(town: Town) -> None:
    await town.mini.create_activity()
    await town.play("clock", offset_s=60)
    first, forced = await stable(town), await stable(town, force_refresh=True)
    assert first["access_token"] != forced["access_token"]
    assert await errcode(town, first) == 40001
    await town.mini.create_activity()


async def test_two_processes_share_what_either_renews(town: Town) -> None:
    store = MemoryTokenStore()
    async with (
        MiniProgram(town.config, store, patience=QUICK) as one,
        MiniProgram(town.config, store, patience=QUICK) as other,
    ):
        await asyncio.gather(one.create_activity(), other.create_activity())
        await town.play("clock", offset_s=60)
        await stable(town, force_refresh=True)
        await one.create_activity()
        renewed = await store.read()
        await other.create_activity()
        assert await store.read() == renewed


async def test_a_token_that_is_refused_again_is_not_tried_for_ever(town: Town) -> None:
    await town.play("faults", errors={"/cgi-bin/message": 40001})
    with pytest.raises(WeChatRefused) as refused:
        await town.mini.create_activity()
    assert refused.value.code == "40001"


async def test_stable_tokens_are_the_same_while_they_live_and_overlap_at_the_end(town: Town) -> None:
    first, second = await stable(town), await stable(town)
    assert first["access_token"] == second["access_token"]
    await town.play("clock", offset_s=7200 - 200)
    successor = await stable(town)
    assert successor["access_token"] != first["access_token"]
    assert successor["expires_in"] == 7200
    assert [await errcode(town, token) for token in (first, successor)] == [0, 0]
    await town.play("clock", offset_s=7300)
    assert [await errcode(town, token) for token in (first, successor)] == [42001, 0]


async def test_force_does_nothing_within_half_a_minute(town: Town) -> None:
    forced = await stable(town, force_refresh=True)
    again = await stable(town, force_refresh=True)
    assert forced["access_token"] == again["access_token"]


async def test_force_ends_for_the_day_after_twenty(town: Town) -> None:
    for index in range(20):
        await town.play("clock", offset_s=31 * index)
        assert "access_token" in await stable(town, force_refresh=True)
    await town.play("clock", offset_s=31 * 20)
    assert (await stable(town, force_refresh=True))["errcode"] == 45009


async def test_the_other_pool_gives_a_new_token_each_time_and_leaves_the_stable_one_alone(town: Town) -> None:
    stable_one = await stable(town)
    query = {"grant_type": "client_credential", "appid": town.config.app_id, "secret": town.config.app_secret}
    first, second = [(await town.phone.get("/cgi-bin/token", params=query)).json() for _ in range(2)]
    assert [await errcode(town, token) for token in (stable_one, first, second)] == [0, 0, 0]
    await town.play("clock", offset_s=301)
    assert [await errcode(town, token) for token in (stable_one, first, second)] == [0, 40001, 0]


@pytest.mark.parametrize(("token", "expected"), [("", 41001), ("made up", 40014), ("sandbox_made_up", 40001)])
async def test_a_token_nobody_gave_is_refused(town: Town, token: str, expected: int) -> None:
    assert await errcode(town, {"access_token": token}) == expected


async def test_a_wrong_secret_gets_no_token(town: Town) -> None:
    assert (await stable(town, secret="wrong"))["errcode"] == 40125


async def stable(town: Town, **changed: Any) -> dict[str, Any]:
    body = {"grant_type": "client_credential", "appid": town.config.app_id, "secret": town.config.app_secret}
    return dict((await town.phone.post("/cgi-bin/stable_token", json=body | changed)).json())


async def errcode(town: Town, token: dict[str, Any]) -> int:
    reply = await town.phone.get(
        "/cgi-bin/message/wxopen/activityid/create", params={"access_token": token["access_token"]}
    )
    return int(reply.json()["errcode"])
