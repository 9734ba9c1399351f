"""SIGTERM and rolling restarts: what has begun is finished, what is new goes elsewhere, sockets come back."""

import asyncio
import os
import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from app.core import clock, db
from app.core.ids import from_public
from app.group_buying import rules
from app.group_buying.models import Seat
from tests.faults.servers import left_out
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_phone, new_key, post
from tests.journeys.processes import ROOT, Process, free_port, until
from tests.journeys.running import Server
from tests.journeys.sockets import Sockets, brought, shows
from tests.journeys.story import offer_deal, opened_group

GOING_DOWN = 4499
BUYERS = 4
#: A phone that waits for so long has given up.
PATIENCE_OF_A_PHONE = 20


async def test_what_is_in_flight_is_finished_and_sockets_are_told_to_come_back(
    shop: Installation, sockets: Sockets
) -> None:
    leaving, staying = shop.servers
    group = await opened_group(shop, await offer_deal(), staying)
    bob = await a_phone(shop, "bob", leaving)
    watching = bob.follow(sockets, group.code, leaving, staying)
    inbox = group.leader.hear(sockets, leaving, staying)
    await watching.until(shows(status="FORMING"))
    await inbox.until(brought())

    await shop.wechat.weather(slow_s=1.5)
    joining = asyncio.create_task(bob.join(group.code))
    await until(lambda: db.value(str, _HELD, group.code), "Bob's seat is held and WeChat has been asked")
    leaving.process.terminate()
    joined = await joining
    assert joined["__typename"] == "CheckoutStarted", joined
    assert joined["payment"]
    assert await leaving.process.ended() in {0, -signal.SIGTERM}
    assert await leaving.missing() == ["answer"]

    for each in (watching, inbox):
        await each.until(lambda heard: heard.connected == 2)
        assert each.closed == [GOING_DOWN]
    await shop.wechat.weather()
    await watching.until(shows(seatsHeld=1))
    bob.server = staying
    await leaving.start()
    await shop.worker("told")
    await bob.pay(joined)
    await watching.until(shows(seatsTaken=2))
    await inbox.until(brought("SEAT_TAKEN"))
    assert watching.never_went_back()


#: A seat held in the group whose payment WeChat is being asked to prepare.
_HELD = """
SELECT s.id FROM groups g JOIN seats s ON s.group_id = g.id JOIN payments p ON p.order_id = s.order_id
 WHERE g.code = $1 AND s.status = 'HELD' AND p.asked_at IS NOT NULL
"""


@dataclass
class Door:
    """What stands before both servers, and what its clients went through."""

    http: httpx2.AsyncClient
    _process: Process
    repeats: Counter[str] = field(default_factory=Counter)
    answered: int = 0

    def said(self) -> str:
        """What it complained of, and what its clients went through."""
        return f"{self.repeats} {self._process.said()[-3000:]}"

    async def do(self, phone: Phone, operation: str, **variables: Any) -> dict[str, Any]:
        """Send an operation as a phone does: until it is answered, with the same key."""
        async with asyncio.timeout(PATIENCE_OF_A_PHONE):
            while True:
                try:
                    answer = await post(self.http, operation, variables, phone.token)
                except httpx2.TransportError as error:
                    self.repeats[type(error).__name__] += 1
                    continue
                if answer.status_code == 200:
                    break
                self.repeats[str(answer.status_code)] += 1
                await asyncio.sleep(0.05)
        self.answered += 1
        told = answer.json()
        assert "errors" not in told, told
        (result,) = told["data"].values()
        return dict(result)


@pytest.fixture
async def door(shop: Installation, tmp_path: Path) -> AsyncIterator[Door]:
    """deploy/nginx.conf before both servers, with addresses and folders changed, and less time to wait."""
    if shutil.which("nginx") is None:
        left_out("nginx is not installed")
    port = free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text().replace("listen 8080;", f"listen 127.0.0.1:{port};")
    for name, server in zip(("app1", "app2"), shop.servers, strict=True):
        text = text.replace(f"server {name}:8000", f"server {server.origin.removeprefix('http://')}")
    # For so long it leaves a server alone that was not there when it was asked.
    text = text.replace("fail_timeout=5s", "fail_timeout=1s")
    text = text.replace("/tmp/", f"{tmp_path}/").replace("/dev/stdout", f"{tmp_path}/access.log")  # noqa: S108 - the text to replace
    conf = tmp_path / "nginx.conf"
    conf.write_text(("user root;\n" if os.geteuid() == 0 else "") + text)
    process = Process("nginx", ["nginx", "-c", str(conf), "-g", "daemon off;"], dict(os.environ), tmp_path)
    await process.start()
    limits = httpx2.Limits(max_connections=BUYERS * 2)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=15, limits=limits) as http:
        try:
            await process.until_ready(lambda: _answers(http))
            yield Door(http, process)
        finally:
            await process.aclose()


async def _answers(http: httpx2.AsyncClient) -> bool:
    try:
        return (await http.get("/health/live")).status_code == 200
    except httpx2.TransportError:
        return False


@dataclass
class Load:
    """Phones that open groups and cancel them, again and again, until they are told to stop."""

    door: Door
    deal: str
    stopping: bool = False
    orders: dict[str, list[str]] = field(default_factory=dict)

    async def go_on(self, phone: Phone) -> None:
        """One phone's part."""
        orders = self.orders[phone.name] = []
        while not self.stopping:
            given = {"dealId": self.deal, "addressId": phone.address, "idempotencyKey": new_key()}
            opened = await self.door.do(phone, "OpenGroup", input=given)
            assert opened["__typename"] == "CheckoutStarted", opened
            orders.append(opened["order"]["id"])
            page = await self.door.do(phone, "GroupPage", code=opened["group"]["code"])
            assert page["status"] == "PENDING"
            closed = await self.door.do(phone, "CancelOrder", orderId=orders[-1], idempotencyKey=new_key())
            assert (closed["__typename"], closed["status"], closed["closeReason"]) == ("Order", "CLOSED", "CANCELLED")
            # Whoever holds and cancels so often is paused, which is not what this is about.
            _, order = from_public(orders[-1])
            await Seat.filter(order_id=order).update(releasing_since=await clock.now() - 2 * rules.GIVEN_UP_WITHIN)


@asynccontextmanager
async def _load(shop: Installation, door: Door) -> AsyncIterator[Load]:
    """Light load while this is entered; afterwards every phone has what it was told it has, and nothing else."""
    load = Load(door, await offer_deal(quota=1000))
    phones = [await a_phone(shop, f"buyer{number}", shop.servers[1]) for number in range(BUYERS)]
    async with asyncio.TaskGroup() as group:
        for phone in phones:
            group.create_task(load.go_on(phone))
        try:
            yield load
        finally:
            load.stopping = True
    for phone in phones:
        found = (await phone.ask("MyOrders", first=100))["viewer"]["orders"]
        assert not found["pageInfo"]["hasNextPage"]
        assert [edge["node"]["id"] for edge in found["edges"]] == load.orders[phone.name][::-1]
        assert {edge["node"]["status"] for edge in found["edges"]} <= {"CLOSED"}


async def _serves(server: Server) -> bool:
    return await server.requests_to("/graphql") > 0


async def _answered_more(door: Door) -> None:
    """Wait until the load has gone on for a while."""
    enough = door.answered + 3 * BUYERS

    async def is_enough() -> bool:
        return door.answered >= enough

    await until(is_enough, "the load goes on")


async def test_a_rolling_restart_loses_no_request(shop: Installation, door: Door) -> None:
    async with _load(shop, door):
        for server in shop.servers:
            await _answered_more(door)
            server.process.terminate()
            assert await server.process.ended() in {0, -signal.SIGTERM}
            await _answered_more(door)
            await server.start()
            # Not before the door has found that it is back.
            await until(partial(_serves, server), f"{server.origin} is asked")
    assert not door.repeats, door.said()


async def test_killing_a_server_under_load_loses_and_doubles_nothing(shop: Installation, door: Door) -> None:
    async with _load(shop, door):
        await _answered_more(door)
        await shop.servers[0].process.kill()
        await _answered_more(door)
