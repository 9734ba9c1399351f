"""A town with a WeChat in it: the sandbox over real HTTP, a merchant who hears its notifications, and both clients."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from app.core.money import Fen
from app.wechat.client import MiniProgram
from app.wechat.config import WeChatConfig
from app.wechat.errors import SignatureInvalid
from app.wechat.patience import Patience
from app.wechat.pay import PaymentNotified, PlaceOrder, RefundNotified, WeChatPay
from app.wechat.push import PushMessage, read_push
from app.wechat.sandbox import create_sandbox, openid_of, running, sandbox_config
from app.wechat.sandbox.keys import load_keys
from app.wechat.tokens import MemoryTokenStore

PREFIX = "/wechat-sandbox"
#: Three tries with hardly a pause: what is awaited here is the decision, not the waiting.
QUICK = Patience(attempts=3, first_pause_s=0.005)

#: Loading the certificates of the world would be most of a test's time.
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

News = PaymentNotified | RefundNotified


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def an_order(number: str = "order-0001", *, by: str = "ann", **changes: Any) -> PlaceOrder:
    values: dict[str, Any] = {
        "out_trade_no": number,
        "description": "十斤砂糖橘",
        "amount": Fen(1990),
        "openid": openid_of(by),
        "time_expire": now() + timedelta(minutes=10),
    }
    return PlaceOrder(**{**values, **changes})


@dataclass
class Merchant:
    """What came to the merchant's doors, and how it answers them."""

    news: list[News] = field(default_factory=list)
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    pushes: list[PushMessage] = field(default_factory=list)
    #: Statuses of the next answers; 204 when there are no more.
    answers: list[int] = field(default_factory=list)
    #: How long it thinks before each answer.
    thinks_s: float = 0
    happened: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, holds: Callable[[], bool], *, within_s: float = 10) -> None:
        async with asyncio.timeout(within_s), self.happened:
            await self.happened.wait_for(holds)

    async def noticed(self) -> None:
        async with self.happened:
            self.happened.notify_all()


@dataclass
class Town:
    """Everything a test talks to."""

    origin: str
    folder: Path
    config: WeChatConfig
    merchant: Merchant
    pay: WeChatPay
    mini: MiniProgram
    phone: httpx2.AsyncClient

    async def play(self, what: str, **body: Any) -> dict[str, Any]:
        """A call under `/_/` that must be granted."""
        response = await self.phone.post(f"/_/{what}", json=body)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def refused(self, what: str, **body: Any) -> str:
        """The code with which a call under `/_/` is refused."""
        response = await self.phone.post(f"/_/{what}", json=body)
        assert response.status_code == 400, response.text
        return str(response.json()["error"])

    async def sent(self) -> dict[str, Any]:
        return dict((await self.phone.get("/_/sent")).json())

    async def meet(self, *names: str) -> None:
        for name in names:
            await self.play("login", **{"as": name})

    async def a_paid_order(self, number: str = "order-0001", **changes: Any) -> str:
        """An order that Ann has paid; its transaction_id."""
        await self.meet("ann")
        prepay_id = await self.pay.place_order(an_order(number, **changes))
        return str((await self.play("pay", prepay_id=prepay_id, **{"as": "ann"}))["transaction_id"])


@pytest.fixture(scope="session")
def sandbox_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys made once: drawing RSA keys for every test would be most of its time."""
    folder = tmp_path_factory.mktemp("keys")
    load_keys(folder)
    return folder / "keys.json"


@pytest.fixture
def folder(tmp_path: Path, sandbox_keys: Path) -> Path:
    shutil.copy(sandbox_keys, tmp_path / "keys.json")
    return tmp_path


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    # Named as TCP, or asyncio does not switch Nagle's algorithm off and every exchange takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


class _Server(uvicorn.Server):
    """Tells when it listens, and ends at once: its own loop looks ten times a second, for hundreds of tests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()
        self.ends = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()

    async def main_loop(self) -> None:
        await self.ends.wait()


@contextlib.asynccontextmanager
async def served(app: Starlette, bound: socket.socket) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    await server.listens.wait()
    try:
        yield
    finally:
        server.force_exit = True
        server.ends.set()
        await serving


def doors_of(merchant: Merchant, reader: Callable[[], WeChatPay], config: WeChatConfig) -> list[Route]:
    async def notified(request: Request) -> Response:
        body = await request.body()
        merchant.posts.append((dict(request.headers), body))
        try:
            news = await reader().read_notification(request.headers, body)
        except SignatureInvalid as error:
            merchant.refused.append(str(error))
            await merchant.noticed()
            return Response(status_code=401)
        merchant.news.append(news)
        await merchant.noticed()
        await asyncio.sleep(merchant.thinks_s)
        return Response(status_code=merchant.answers.pop(0) if merchant.answers else 204)

    async def pushed(request: Request) -> Response:
        merchant.pushes.append(read_push(config, request.query_params, await request.body()))
        await merchant.noticed()
        return Response("success")

    return [Route("/notify", notified, methods=["POST"]), Route("/push", pushed, methods=["POST"])]


@contextlib.asynccontextmanager
async def a_town(
    folder: Path, bound: socket.socket, *, certificate_mode: bool = False, **options: Any
) -> AsyncIterator[Town]:
    base = f"http://127.0.0.1:{bound.getsockname()[1]}"
    config = sandbox_config(folder, base + PREFIX, base + "/notify", certificate_mode=certificate_mode)
    http = httpx2.AsyncClient(verify=_NO_TLS)
    phone = httpx2.AsyncClient(verify=_NO_TLS, base_url=base + PREFIX)
    sandbox = create_sandbox(folder, http=http, **{"pace": 0.001, "refund_s": 0, "push_url": base + "/push", **options})
    merchant = Merchant()
    pay = WeChatPay(config, http=http, patience=QUICK)
    mini = MiniProgram(config, MemoryTokenStore(), http=http, patience=QUICK)
    app = Starlette(routes=[Mount(PREFIX, sandbox), *doors_of(merchant, lambda: pay, config)])
    async with http, phone, pay, mini, served(app, bound), running(sandbox):
        yield Town(base + PREFIX, folder, config, merchant, pay, mini, phone)


@pytest.fixture
async def town(folder: Path, listening: socket.socket) -> AsyncIterator[Town]:
    async with a_town(folder, listening) as made:
        yield made
