"""What every test stands on: a database of its own, and a WeChat of its own.

One process, one backend (Tortoise caches SQL per table across databases): `PINTUAN_TEST_BACKEND` says sqlite or
postgres, and `tests/run.py` runs both. On PostgreSQL the suite makes a database, and on Redis a key prefix, that
are gone afterwards; with `-n` every process makes its own.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx2
import hypothesis
import pytest
from starlette.responses import Response
from tortoise.connection import get_connections
from tortoise.context import TortoiseContext, get_current_context
from xdist.scheduler import LoadScopeScheduling

ON_POSTGRES = os.environ.get("PINTUAN_TEST_BACKEND", "sqlite") == "postgres"
_FOLDER = Path(tempfile.mkdtemp(prefix="pintuan-tests-"))
_DATABASE = f"pintuan_test_{os.getpid()}"
_SERVER = os.environ.get("PINTUAN_TEST_DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
_REDIS = os.environ.get("PINTUAN_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")

# How fast a machine draws examples, and looks at one, says nothing about the code.
hypothesis.settings.register_profile("pintuan", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("pintuan")

# Before anything reads the settings; nothing of whoever runs the suite leaks in.
for _name in [name for name in os.environ if name.startswith("PINTUAN_") and not name.startswith("PINTUAN_TEST_")]:
    del os.environ[_name]
os.environ |= {"PINTUAN_DATA_DIR": str(_FOLDER / "data"), "PINTUAN_MOVABLE_CLOCK": "true"}
if ON_POSTGRES:
    _parts = urlsplit(_SERVER)
    os.environ |= {
        "PINTUAN_DATABASE_URL": urlunsplit(_parts._replace(path=f"/{_DATABASE}")),
        "PINTUAN_REDIS_URL": _REDIS,
        "PINTUAN_REDIS_PREFIX": _DATABASE,
    }

# ruff: noqa: E402 - the environment above comes first
from app import wiring
from app.core import clock, db, streams, worker
from app.core.allowance import Allowance
from app.core.bus import InProcessBus
from app.core.db.migrate import migrate
from app.core.settings import settings
from app.wechat import current
from app.wechat.client import MiniProgram
from app.wechat.patience import Patience
from app.wechat.pay import WeChatPay
from app.wechat.sandbox import create_sandbox, running, sandbox_config
from app.wechat.sandbox.keys import load_keys
from app.wechat.token_store import DatabaseTokenStore
from schema.engine import Caller, Engine
from schema.trusted import operations


def pytest_unconfigure() -> None:
    """Leave nothing behind, in the process that only hands out tests either."""
    shutil.rmtree(_FOLDER, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`, hand out tests by file, the largest first."""
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _kept_together
    return scheduler


def _kept_together(nodeid: str) -> str:
    """What stays in one process: a file, and folders whose tests share one installation of processes."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in ("tests/journeys/", "tests/faults/") if file.startswith(folder)), file)


@pytest.fixture(scope="session")
def _migrated() -> Iterator[None]:
    """A database with all tables and no rows."""
    if ON_POSTGRES:
        asyncio.run(_on_server(f'CREATE DATABASE "{_DATABASE}"'))
        # What a power cut would take is nothing that tests look at; to wait for the disk at every commit is a minute.
        asyncio.run(_on_server(f'ALTER DATABASE "{_DATABASE}" SET synchronous_commit = off'))
    try:
        asyncio.run(migrate(settings()))
        if not ON_POSTGRES:
            shutil.copy(settings().data_dir / "pintuan.db", _FOLDER / "empty.db")
        yield
    finally:
        if ON_POSTGRES:
            asyncio.run(_on_server(f'DROP DATABASE IF EXISTS "{_DATABASE}" WITH (FORCE)'))


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(_SERVER)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def database(_migrated: None) -> AsyncIterator[None]:
    """All tables, no rows, this process bound to them, and the clock at the present."""
    if not ON_POSTGRES:
        for leftover in ("pintuan.db-wal", "pintuan.db-shm"):
            (settings().data_dir / leftover).unlink(missing_ok=True)
        shutil.copy(_FOLDER / "empty.db", settings().data_dir / "pintuan.db")
    await _bind()
    if ON_POSTGRES:
        await _empty_all_tables()
    streams.use_bus(InProcessBus())
    yield
    if get_current_context() is not None:
        # A connection lives in the event loop of its test.
        await get_connections().close_all()


_bound: TortoiseContext | None = None


async def _bind() -> None:
    """Bind this process to the suite's database, unless it still is: binding anew for each test is most of its time."""
    global _bound  # noqa: PLW0603 - Tortoise's own binding is global
    if _bound is None or get_current_context() is not _bound:
        await db.start(settings())
        _bound = get_current_context()


async def _empty_all_tables() -> None:
    """Delete every row. TRUNCATE makes new files for all tables and takes half a second; this takes milliseconds."""
    # As a replica PostgreSQL minds neither foreign keys nor the guards of what may only be added to.
    await db.execute("""
        DO $$
        DECLARE name text;
        BEGIN
            SET LOCAL session_replication_role = replica;
            FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
                        AND tablename NOT IN ('tortoise_migrations', 'clock_offset') LOOP
                EXECUTE format('DELETE FROM %I', name);
            END LOOP;
        END $$""")
    await db.execute("UPDATE clock_offset SET offset_ms = 0 WHERE offset_ms <> 0")


@dataclass
class WeChat:
    """WeChat as a test plays it: the sandbox, reached over its own protocol without a network."""

    phone: httpx2.AsyncClient
    #: Where its notifications go; a test that wants them puts the shop's application here.
    shop: "Shop"

    async def play(self, what: str, **body: Any) -> dict[str, Any]:
        """One of the controls under `/_/`, which must be granted."""
        response = await self.phone.post(f"/_/{what}", json=body)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def login_code(self, name: str) -> str:
        """What wx.login would give this person."""
        return str((await self.play("login", **{"as": name}))["code"])

    async def pay(self, prepay_id: str, name: str) -> str:
        """This person pays; gives the transaction_id. The notification follows on its own."""
        return str(
            (await self.play("pay", prepay_id=prepay_id.removeprefix("prepay_id="), **{"as": name}))["transaction_id"]
        )

    async def faults(self, **weather: Any) -> None:
        """The weather from now on; none is fair weather."""
        await self.play("faults", **weather)

    async def consent(self, name: str, *template_ids: str) -> None:
        """This person allows one message of each template."""
        await self.play("consent", template_ids=list(template_ids), **{"as": name})

    async def sent(self) -> dict[str, Any]:
        """What WeChat has received so far."""
        return dict((await self.phone.get("/_/sent")).json())

    async def move_clock(self, seconds: float) -> None:
        """Move our clock, and WeChat's calendar with it."""
        await clock.move(seconds)
        self.ahead_s += seconds
        await self.play("clock", offset_s=self.ahead_s)

    ahead_s: float = 0


class Shop:
    """An ASGI application that is put in later; until then nobody is at home."""

    def __init__(self) -> None:
        self.app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.app is None:
            await Response(status_code=503)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def _sandbox_keys() -> Path:
    """Keys made once: drawing RSA keys for every test would be most of its time."""
    load_keys(_FOLDER / "sandbox-keys")
    return _FOLDER / "sandbox-keys" / "keys.json"


@pytest.fixture
async def wechat(database: None, _sandbox_keys: Path, tmp_path: Path) -> AsyncIterator[WeChat]:
    """A WeChat of this test's own, our clients connected to it, the rooms joined."""
    folder = tmp_path / "wechat"
    folder.mkdir()
    shutil.copy(_sandbox_keys, folder / "keys.json")
    wiring.join_rooms()
    shop = Shop()
    to_shop = httpx2.AsyncClient(transport=httpx2.ASGITransport(shop))
    sandbox = create_sandbox(folder, pace=0.01, refund_s=0, http=to_shop)
    config = sandbox_config(folder, "http://wechat.test", "http://shop.test/wechat/pay/notify")
    to_wechat = httpx2.ASGITransport(sandbox)
    http = httpx2.AsyncClient(transport=to_wechat)
    phone = httpx2.AsyncClient(transport=to_wechat, base_url="http://wechat.test")
    patience = Patience(attempts=3, first_pause_s=0.005)
    mini_program = MiniProgram(config, DatabaseTokenStore(config.app_id), http=http, patience=patience)
    pay = WeChatPay(config, http=http, patience=patience)
    async with http, phone, to_shop, mini_program, pay, running(sandbox):
        current.use(mini_program, pay)
        yield WeChat(phone, shop)


class Following:
    """A subscription as a test follows it, frame by frame."""

    def __init__(self, results: AsyncGenerator[dict[str, Any], None]) -> None:
        self._results = results

    async def next(self) -> dict[str, Any]:
        """What the next frame gives; no error is expected."""
        result = await asyncio.wait_for(anext(self._results), 5)
        assert "errors" not in result, result
        (given,) = result["data"].values()
        return dict(given)

    async def ends(self) -> None:
        """Nothing more comes."""
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(self._results), 5)


class Api:
    """The API without a transport: a contract's operation by its name, or any document."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def __call__(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        locale: str = "zh-CN",
    ) -> dict[str, Any]:
        """The answer: `data` and, if there are any, `errors`."""
        return await self.engine.execute(
            operations().get(document, document), variables, caller=self.caller(token, locale)
        )

    async def data(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        locale: str = "zh-CN",
    ) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self(document, variables, token=token, locale=locale)
        assert "errors" not in answer, answer
        return dict(answer["data"])

    async def outcome(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        locale: str = "zh-CN",
    ) -> Any:
        """What the one field of an operation gives: a success, a refusal, a page; no error."""
        (found,) = (await self.data(document, variables, token=token, locale=locale)).values()
        return found

    async def mutate(
        self, verb: str, given: Mapping[str, Any], fields: str, *, token: str, input_type: str | None = None
    ) -> Any:
        """The outcome of a mutation that the contract has no document for; its input is named after it."""
        input_type = input_type or f"{verb[0].upper()}{verb[1:]}Input"
        document = f"mutation($input: {input_type}!) {{ {verb}(input: $input) {{ {fields} }} }}"
        return await self.outcome(document, {"input": given}, token=token)

    async def error_code(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> str:
        """The code of the one error that the answer is."""
        return str((await self._error(document, variables, token))["code"])

    async def bad_field(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> str:
        """The path, with dots, of the one field that is refused as bad input; the field has words for people."""
        extensions = await self._error(document, variables, token)
        assert extensions["code"] == "BAD_USER_INPUT", extensions
        (field,) = extensions["fields"]
        assert field["message"]
        return ".".join(map(str, field["path"]))

    async def _error(self, document: str, variables: Mapping[str, Any] | None, token: str | None) -> dict[str, Any]:
        answer = await self(document, variables, token=token)
        assert "errors" in answer, answer
        (error,) = answer["errors"]
        return dict(error["extensions"])

    def subscribe(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The results of a subscription."""
        return self.engine.subscribe(
            operations().get(document, document), variables, caller=self.caller(token, "zh-CN")
        )

    @asynccontextmanager
    async def following(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> AsyncIterator[Following]:
        """A subscription that runs as long as the block."""
        async with aclosing(self.subscribe(document, variables, token=token)) as results:
            yield Following(results)

    async def refusal_to_follow(
        self, document: str, variables: Mapping[str, Any] | None = None, *, token: str | None = None
    ) -> str:
        """The code of the one error that a subscription begins with."""
        async with aclosing(self.subscribe(document, variables, token=token)) as results:
            (error,) = (await anext(results))["errors"]
        return str(error["extensions"]["code"])

    @staticmethod
    def caller(token: str | None, locale: str) -> Caller:
        return Caller(authorization=f"Bearer {token}" if token else None, accept_language=locale, address="127.0.0.1")

    async def sign_in(self, wechat: WeChat, name: str) -> str:
        """An access token of this person."""
        return str((await self.outcome("SignIn", {"code": await wechat.login_code(name)}))["accessToken"])


@pytest.fixture
async def api(wechat: WeChat) -> AsyncIterator[Api]:
    """The API over this test's database and WeChat."""
    allowance = Allowance(1_000_000)
    engine = wiring.create_engine(settings(), allowance)
    yield Api(engine)
    await engine.drain()


@pytest.fixture
async def do_all_work(wechat: WeChat) -> Callable[[], Awaitable[None]]:
    """Does everything that is due: what the clock starts, and what facts cause, until nothing is left."""
    return lambda: worker.run_until_idle(wiring.JOBS)
