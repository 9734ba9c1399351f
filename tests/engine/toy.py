"""A small shop with every kind of field the engine must carry, a house around it, and a server in this loop."""

import asyncio
import contextlib
import json
import socket
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

import strawberry
import uvicorn
import websockets
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from strawberry.permission import BasePermission
from strawberry.types import Info
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from schema.engine import Caller, Engine, EngineSettings, Example, Frame, RateLimited, Stream, Unauthenticated


class ToyBus:
    """Topics in this process; publishing wakes at once."""

    def __init__(self) -> None:
        self.topics: dict[str, list[Callable[[int], None]]] = {}

    async def subscribe(self, topic: str, wake: Callable[[int], None]) -> Callable[[], Awaitable[None]]:
        self.topics.setdefault(topic, []).append(wake)

        async def unsubscribe() -> None:
            self.topics[topic].remove(wake)
            if not self.topics[topic]:
                del self.topics[topic]

        return unsubscribe

    def publish(self, topic: str, head: int) -> None:
        for wake in tuple(self.topics.get(topic, ())):
            wake(head)


SUBSCRIBER: ContextVar[str] = ContextVar("subscriber", default="")


@dataclass
class Log:
    """What happened in one topic; `seq` counts from 1."""

    entries: list[str] = field(default_factory=list)

    @property
    def head(self) -> int:
        return len(self.entries)


@dataclass
class World:
    """Everything that the toy remembers, and how often it was asked."""

    bus: ToyBus = field(default_factory=ToyBus)
    logs: dict[str, Log] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    failing: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    #: By topic: subscribers of `happened` now.
    watching: Counter[str] = field(default_factory=Counter)
    budget: int = 1_000_000
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    reported: list[Exception] = field(default_factory=list)
    #: Subscribers in whose context a frame was executed.
    seen_in_context: list[str] = field(default_factory=list)
    page: int = 100

    def log(self, name: str) -> Log:
        return self.logs.setdefault(name, Log())

    def add(self, name: str, *texts: str) -> None:
        log = self.log(name)
        log.entries += texts
        self.bus.publish(name, log.head)

    def call(self, what: str) -> None:
        self.calls[what] += 1
        if what in self.refusing:
            raise GraphQLError("No longer.", extensions={"code": "FORBIDDEN"})
        if what in self.failing:
            raise ConnectionError(f"{what} is away")


@dataclass
class Context:
    """Of one operation; `key` is None in a shared one and asking for it raises."""

    world: World
    locale: str
    user: str | None
    is_shared: bool = False

    @property
    def viewer(self) -> str | None:
        if self.is_shared:
            raise AssertionError("Nobody is known in a shared context.")
        return self.user


ToyInfo = Info[Context, None]


class SignedIn(BasePermission):
    message = "Sign in first."
    error_extensions = {"code": "FORBIDDEN"}  # noqa: RUF012 - Strawberry's own way

    def has_permission(self, source: Any, info: Any, **_kwargs: Any) -> bool:
        del source
        return info.context.viewer is not None


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Picture:
    url: str


@strawberry.type
class Product(Node):
    title: str

    @strawberry.field
    def pictures(self) -> list[Picture]:
        return [Picture(url=f"{self.title}.png")]


@strawberry.type
class Story(Node):
    text: str

    @strawberry.field
    async def secret(self, info: ToyInfo) -> str:
        return f"{self.text} for {info.context.viewer}"


@strawberry.type
class Edge:
    cursor: str
    node: Product


@strawberry.type
class Products:
    edges: list[Edge]
    total: int


@strawberry.type
class Refusal:
    code: str


Thing = Annotated[Product | Story, strawberry.union("Thing")]
Renamed = Annotated[Product | Refusal, strawberry.union("Renamed")]


@strawberry.input
class Name:
    text: str
    tags: list[int] = strawberry.field(default_factory=list)


@strawberry.type
class Viewer:
    name: str


def _products(first: int) -> Products:
    products = [Product(id=strawberry.ID(str(n)), title=f"product {n}") for n in range(first)]
    return Products(edges=[Edge(cursor=each.id, node=each) for each in products], total=first)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    async def products(self, info: ToyInfo, first: int = 20) -> Products:
        info.context.world.call("products")
        return _products(first)

    @strawberry.field
    def things(self) -> list[Thing]:
        return [Product(id=strawberry.ID("p"), title="tea"), Story(id=strawberry.ID("s"), text="once")]

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Node]:
        return [Product(id=each, title="tea") for each in ids]

    @strawberry.field
    def viewer(self, info: ToyInfo) -> Viewer | None:
        return Viewer(name=info.context.viewer) if info.context.viewer else None

    secret: str | None = strawberry.field(resolver=lambda: "42", permission_classes=[SignedIn])

    @strawberry.field
    def broken(self) -> str | None:
        raise ValueError("password=hunter2")

    @strawberry.field
    def beyond_json(self) -> str | None:
        return "\ud800"

    @strawberry.field
    async def slow(self, info: ToyInfo) -> str:
        info.context.world.calls["slow"] += 1
        await info.context.world.gate.wait()
        return "at last"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def rename(self, info: ToyInfo, name: Name) -> Renamed | None:
        info.context.world.call("rename")
        if not name.text:
            return Refusal(code="EMPTY")
        return Product(id=strawberry.ID("1"), title=name.text)

    @strawberry.mutation
    def add(self, info: ToyInfo, topic: str, text: str) -> int:
        info.context.world.add(topic, text)
        return info.context.world.log(topic).head

    @strawberry.mutation
    async def add_slowly(self, info: ToyInfo, topic: str, text: str) -> int:
        info.context.world.calls["slow"] += 1
        await info.context.world.gate.wait()
        info.context.world.add(topic, text)
        return info.context.world.log(topic).head


@strawberry.type
class Changed:
    kind: str
    version: int
    text: str

    @strawberry.field
    def rendered(self, info: ToyInfo) -> str:
        """Counts executions; public."""
        info.context.world.call("rendered")
        if SUBSCRIBER.get():
            info.context.world.seen_in_context.append(SUBSCRIBER.get())
        return f"{self.text} in {info.context.locale}"

    @strawberry.field
    def node(self) -> Node:
        return Product(id=strawberry.ID("p"), title=self.text)

    @strawberry.field
    def behind(self, version: int) -> int:
        return self.version - version

    @strawberry.field
    def mine(self, info: ToyInfo) -> str:
        """Depends on who asks."""
        info.context.world.call("mine")
        return f"{self.text} for {info.context.viewer}"


@strawberry.type
class Happened:
    cursor: str
    text: str | None

    @strawberry.field
    async def rendered(self, info: ToyInfo) -> str | None:
        info.context.world.call("rendered")
        for _ in range(5):
            await asyncio.sleep(0)  # as a loader would
        return self.text

    @strawberry.field
    def mine(self, info: ToyInfo) -> str:
        return f"{self.text} for {info.context.viewer}"


async def _read_state(world: World, name: str, after: int | None) -> list[Frame[Changed]]:
    world.call("read")
    log = world.log(name)
    if log.head == 0 or (after is not None and after >= log.head):
        return []
    text = log.entries[-1]
    kind = "SNAPSHOT" if after is None else "CHANGE"
    return [Frame(log.head, Changed(kind=kind, version=log.head, text=text), last=text == "end")]


async def _read_events(world: World, name: str, after: int | None) -> list[Frame[Happened]]:
    world.call("read")
    log = world.log(name)
    if after is None:
        return [Frame(log.head, Happened(cursor=str(log.head), text=None))]
    numbered = list(enumerate(log.entries, start=1))[after : after + world.page]
    return [Frame(seq, Happened(cursor=str(seq), text=text), last=text == "end") for seq, text in numbered]


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def changed(self, info: ToyInfo, code: str, after_version: int | None = None) -> AsyncIterable[Changed]:
        world = info.context.world
        world.call("resolve")
        if code not in world.logs:
            raise GraphQLError("There is none.", extensions={"code": "NOT_FOUND"})
        return Stream(
            topic=code,
            kind="state",
            after=after_version,
            resume_argument="afterVersion",
            read=partial(_read_state, world, code),
            bus=world.bus,
        )

    @strawberry.subscription
    async def happened(self, info: ToyInfo, topic: str, after: str | None = None) -> AsyncIterable[Happened]:
        world = info.context.world
        world.call("resolve")
        world.log(topic)
        return Stream(
            topic=topic,
            kind="events",
            after=int(after) if after else None,
            read=partial(_read_events, world, topic),
            watched=lambda change: world.watching.update({topic: change}),
            bus=world.bus,
        )

    @strawberry.subscription
    async def counting(self, info: ToyInfo, to: int) -> AsyncGenerator[int, None]:
        """A plain generator; `open` counts those that have not been finalised."""
        world = info.context.world
        world.calls["open"] += 1
        try:
            for number in range(to):
                world.call("count")
                yield number
            if to == 0:
                await world.gate.wait()
        finally:
            world.calls["open"] -= 1


strawberry_schema = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription, types=[Product, Story])
PRIVATE = {("Changed", "mine"), ("Happened", "mine"), ("Story", "secret")}


@dataclass(frozen=True)
class Person:
    key: str | None = None
    expires_at: float | None = None
    ended_topics: tuple[str, ...] = ()


@dataclass
class House:
    """The toy's `Ports`. A token is "Bearer name" or "Bearer name@unix-seconds"."""

    world: World = field(default_factory=World)
    private: set[tuple[str, str]] = field(default_factory=lambda: set(PRIVATE))

    @property
    def bus(self) -> ToyBus:
        return self.world.bus

    async def identify(self, caller: Caller) -> Person:
        self.world.call("identify")
        if not caller.authorization:
            return Person()
        name, _, until = caller.authorization.removeprefix("Bearer ").partition("@")
        if name in self.world.revoked | {"nobody"}:
            raise Unauthenticated
        return Person(name, float(until) if until else None, (f"ended:{name}",))

    async def admit(self, identity: Any, caller: Caller, cost: int) -> None:
        del identity, caller
        self.world.calls["admit"] += 1
        self.world.budget -= cost
        if self.world.budget < 0:
            raise RateLimited(1500)

    def context(self, identity: Any, caller: Caller) -> Context:
        return Context(self.world, self.locale(caller), identity.key)

    def shared_context(self, locale: str) -> Context:
        return Context(self.world, locale, None, is_shared=True)

    def locale(self, caller: Caller) -> str:
        return "en" if (caller.accept_language or "").startswith("en") else "zh-CN"

    def present(self, error: GraphQLError, locale: str) -> dict[str, Any]:
        del locale
        shown = error.formatted
        if (error.extensions or {}).get("code"):
            return {**shown}
        self.world.reported.append(error.original_error or error)
        return {**shown, "message": "Something broke.", "extensions": {"code": "INTERNAL", "errorId": "e1"}}

    def is_public(self, type_name: str, field_name: str) -> bool:
        return (type_name, field_name) not in self.private


def an_engine(
    settings: EngineSettings | None = None,
    *,
    trusted: dict[str, str] | None = None,
    examples: Sequence[Example] = (),
) -> tuple[Engine, House]:
    house = House()
    defaults = EngineSettings(introspection=True, suggestions=True, retry_seconds=0.01)
    return Engine(strawberry_schema._schema, house, settings or defaults, trusted, examples), house


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        """The signals are pytest's."""
        yield


@dataclass(frozen=True)
class Served:
    """A running server."""

    engine: Engine
    house: House
    port: int

    @property
    def world(self) -> World:
        return self.house.world

    def is_empty(self) -> bool:
        """Whether nothing of any request or socket is left."""
        life = self.engine._life
        return not (self.world.bus.topics or self.engine.hub.channels or life._requests or life._seats or life._leave)

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"


@contextlib.asynccontextmanager
async def serving(
    settings: EngineSettings | None = None, *, trusted: dict[str, str] | None = None, examples: Sequence[Example] = ()
) -> AsyncIterator[Served]:
    """The toy behind a real uvicorn on a free port."""
    engine, house = an_engine(settings, trusted=trusted, examples=examples)
    # Without the protocol asyncio leaves Nagle on, and every answer takes 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = _uvicorn(engine.routes())
        running = asyncio.create_task(server.serve([listening]))
        try:
            await until(lambda: server.started)
            yield Served(engine, house, port)
        finally:
            await engine.drain()
            server.should_exit = True
            await running


def _uvicorn(routes: list[BaseRoute]) -> _Server:
    config = uvicorn.Config(
        Starlette(routes=routes),
        log_level="error",
        lifespan="off",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=1024 * 1024,
        timeout_graceful_shutdown=2,
    )
    return _Server(config)


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event to tell of it
            await asyncio.sleep(0.005)


class Wire:
    """A graphql-transport-ws client that does exactly what it is told."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.send(json.dumps(message))

    async def init(self, **payload: Any) -> None:
        await self.send({"type": "connection_init", "payload": payload})
        assert (await self.receive())["type"] == "connection_ack"

    async def subscribe(self, id_: str, query: str, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.send({"id": id_, "type": "subscribe", "payload": payload})

    async def receive(self) -> Any:
        async with asyncio.timeout(5):
            return json.loads(await self.connection.recv())

    async def data(self) -> Any:
        """The value of the only root field of the next result."""
        message = await self.receive()
        assert message["type"] == "next", message
        (value,) = message["payload"]["data"].values()
        return value

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close, once everything before it has been read."""
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        close = self.connection.protocol.close_rcvd
        assert close, "the connection was lost without a close frame"
        return close.code, close.reason


@contextlib.asynccontextmanager
async def wire(served: Served, *, subprotocol: str = "graphql-transport-ws", **options: Any) -> AsyncIterator[Wire]:
    """An open socket."""
    async with websockets.connect(
        served.ws, subprotocols=[websockets.Subprotocol(subprotocol)], compression=None, proxy=None, **options
    ) as connection:
        yield Wire(connection)
