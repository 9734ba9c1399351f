"""The sandbox's own promises: what it shares, forgets and refuses."""

import asyncio
import sqlite3
from pathlib import Path

import httpx2
import pytest

from app.core.money import Fen
from app.wechat.sandbox import create_sandbox, openid_of, phone_of, running, sandbox_config, unionid_of
from app.wechat.sandbox.store import Store
from app.wechat.sandbox.weather import Weather

from .conftest import Town, an_order


async def test_two_hundred_buyers_at_once_are_served_and_told(town: Town) -> None:
    async def buy(index: int) -> None:
        name, number = f"buyer {index}", f"order-{index:04d}"
        login = await town.mini.login(f"dev:{name}")
        prepay_id = await town.pay.place_order(an_order(number, openid=login.openid, amount=Fen(100 + index)))
        await town.play("pay", prepay_id=prepay_id, **{"as": name})

    async with asyncio.timeout(60):
        await asyncio.gather(*[buy(index) for index in range(200)])
        await town.merchant.until(lambda: len(town.merchant.news) == 200, within_s=30)
    assert len({news.id for news in town.merchant.news}) == 200


async def test_weather_that_nobody_knows_is_refused_and_nothing_changes(town: Town) -> None:
    await town.play("faults", system_busy=0.25)
    for nonsense in (
        {"rain": 1},
        {"system_busy": 2},
        {"refund": "MAYBE"},
        {"errors": {"/wxa/msg_sec_check": "NO_AUTH"}},
    ):
        assert await town.refused("faults", **nonsense) == "BAD_REQUEST"
    assert (await town.phone.get("/_/faults")).json()["system_busy"] == 0.25


async def test_no_weather_is_fair_weather(town: Town) -> None:
    await town.play("faults", system_busy=1, refund="ABNORMAL")
    assert await town.play("faults") == Weather().model_dump(mode="json")


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("login", {}),
        ("login", {"as": 1}),
        ("login", {"as": openid_of("somebody never met")}),
        ("clock", {"offset_s": "soon"}),
        ("clock", {"offset_s": True}),
        ("consent", {"as": "ann", "template_ids": []}),
        ("consent", {"as": "ann", "template_ids": ["T1"], "decision": "perhaps"}),
        ("encrypted", {"as": "ann", "data": []}),
        ("refund", {"out_refund_no": "none"}),
        ("notify_again", {"out_trade_no": "none"}),
        ("pay", {}),
    ],
)
async def test_a_call_that_makes_no_sense_is_refused_and_nothing_breaks(
    town: Town, call: str, body: dict[str, object]
) -> None:
    assert await town.refused(call, **body)


@pytest.mark.parametrize("raw", [b"{", b"[]", b"1", b"\xff"])
async def test_a_body_that_is_no_object_is_refused(town: Town, raw: bytes) -> None:
    assert (await town.phone.post("/_/login", content=raw)).status_code == 400


async def test_a_body_that_is_too_large_is_refused(town: Town) -> None:
    assert (await town.phone.post("/_/login", content=b" " * 300_000)).status_code == 413


def test_people_are_the_same_in_every_sandbox_and_like_nobody_else() -> None:
    assert openid_of("ann") == openid_of("ann")
    for of in (openid_of, unionid_of, phone_of):
        assert len({of(f"person {index}") for index in range(1000)}) == 1000
    assert len(openid_of("ann")) == 28
    assert len(phone_of("ann")) == 11


async def test_several_processes_may_share_a_folder(folder: Path) -> None:
    config = sandbox_config(folder, "http://sandbox", "http://merchant/notify")
    one, other = create_sandbox(folder), create_sandbox(folder)
    async with (
        running(one),
        running(other),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(one), base_url=config.api_origin) as here,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(other), base_url=config.api_origin) as there,
    ):
        codes = await asyncio.gather(
            *[client.post("/_/login", json={"as": "ann"}) for client in (here, there) for _ in range(20)]
        )
        query = {"appid": config.app_id, "secret": config.app_secret, "grant_type": "authorization_code"}
        params = query | {"js_code": codes[0].json()["code"]}
        asked = [client.get("/sns/jscode2session", params=params) for client in (here, there)]
        replies = [reply.json() for reply in await asyncio.gather(*asked)]
    assert sorted(reply.get("errcode", 0) for reply in replies) == [0, 40163]


async def test_what_one_process_reads_no_other_changes_before_it_has_written(folder: Path) -> None:
    def count_up(db: sqlite3.Connection) -> None:
        row = db.execute("SELECT value FROM settings WHERE name = 'n'").fetchone()
        db.execute("INSERT OR REPLACE INTO settings VALUES ('n', ?)", (str(int(row["value"]) + 1 if row else 1),))

    stores = [Store(folder) for _ in range(3)]
    await asyncio.gather(*[store.run(count_up) for store in stores for _ in range(50)])
    counted = await stores[0].run(lambda db: db.execute("SELECT value FROM settings WHERE name = 'n'").fetchone()[0])
    for store in stores:
        store.close()
    assert counted == "150"


async def test_work_that_fails_leaves_nothing_behind(folder: Path) -> None:
    store = Store(folder)

    def fails(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO settings (name, value) VALUES ('a', '1')")
        raise LookupError

    with pytest.raises(LookupError):
        await store.run(fails)
    rows = await store.run(lambda db: db.execute("SELECT count(*) FROM settings").fetchone()[0])
    store.close()
    assert rows == 0
