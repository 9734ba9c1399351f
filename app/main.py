"""The server: everything joined into one ASGI application.

`create_app()` makes it; `serve()` runs it under uvicorn and drains it before the end.
"""

import asyncio
import contextlib
import contextvars
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import wiring
from app.core import streams
from app.core.allowance import Allowance
from app.core.log import configure_logs
from app.core.settings import Settings, settings
from app.core.worker import run_worker
from app.demo.examples import EXAMPLES
from app.live.watching import WATCHERS
from app.notifications.presence import LISTENERS
from app.web import exports, health, landing, live, media, metrics, middleware, pay_notify, push, uploads, welcome
from app.wechat.sandbox import create_sandbox, running
from schema.engine import Engine, EngineSettings

#: How long a server that goes down answers requests over connections that were kept, before it closes these too.
LAST_REQUESTS_S = 1.0


def create_app(chosen: Settings | None = None) -> Starlette:
    """The application for these settings; what it talks to is connected when its lifespan begins."""
    chosen = chosen or settings()
    configure_logs(as_json=chosen.env == "production")
    allowance = Allowance(chosen.requests_per_minute, chosen.redis_url, chosen.redis_prefix)
    pictures = Allowance(landing.PICTURES_PER_MINUTE, chosen.redis_url, chosen.redis_prefix)
    engine = wiring.create_engine(chosen, allowance, EXAMPLES)
    sandbox = _sandbox_inside(chosen)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(allowance.aclose)
            stack.push_async_callback(pictures.aclose)
            await stack.enter_async_context(wiring.running(chosen))
            if sandbox is not None:
                await stack.enter_async_context(running(sandbox))
            for kept in (streams.keep_net(), WATCHERS.keep(), LISTENERS.keep()):
                await stack.enter_async_context(_in_background(kept))
            if chosen.in_process_worker:
                await stack.enter_async_context(_in_background(run_worker(wiring.JOBS)))
            yield
            await engine.drain()

    app = Starlette(routes=_routes(engine, pictures, sandbox), lifespan=lifespan, middleware=middleware.stack())
    app.state.engine = engine
    app.state.draining = False
    return app


def _sandbox_inside(chosen: Settings) -> Starlette | None:
    """A WeChat in this process, where there is none elsewhere; it pushes to our own door."""
    if not chosen.wechat_sandbox or chosen.wechat_sandbox_origin:
        return None
    inside = (chosen.wechat_notify_origin or chosen.public_origin).rstrip("/")
    outside = chosen.public_origin.rstrip("/") + wiring.SANDBOX_PATH
    return create_sandbox(chosen.sandbox_dir, push_url=inside + push.PATH, origin=outside)


def _routes(engine: Engine, pictures: Allowance, sandbox: Starlette | None) -> list[BaseRoute]:
    routes = [
        *engine.routes(),
        *pay_notify.routes(),
        *push.routes(),
        *landing.routes(pictures),
        *live.routes(),
        *media.routes(),
        *uploads.routes(),
        *exports.routes(),
        *health.routes(),
        *metrics.routes(),
        *welcome.routes(),
    ]
    if sandbox is not None:
        routes.append(Mount(wiring.SANDBOX_PATH, sandbox))
    return routes


@asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.get_running_loop().create_task(work, context=contextvars.Context())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def serve(
    app: Starlette, *, host: str, port: int, trusted_proxies: str, on_open: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGTERM or SIGINT, then drain: requests finish, sockets are told to come back.

    `on_open` is called once the port is ours.
    """
    config = uvicorn.Config(
        _parting(app),
        host=host,
        port=port,
        ws="websockets-sansio",
        ws_max_size=EngineSettings().frame_bytes,
        # Compression costs 65 % more per push and three times the memory per socket.
        ws_per_message_deflate=False,
        forwarded_allow_ips=trusted_proxies,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=15,
    )
    _DrainingServer(config, app, on_open).run()


def _parting(app: Starlette) -> ASGIApp:
    """The application; while it drains, every answer ends its connection, and the next request goes elsewhere."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and app.state.draining:
                message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
            await send(message)

        await app(scope, receive, sent if scope["type"] == "http" else send)

    return called


class _DrainingServer(uvicorn.Server):
    """Drains before uvicorn closes sockets with a code of its own, after which a client would not come back."""

    def __init__(self, config: uvicorn.Config, app: Starlette, on_open: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_open = on_open
        self._app = app
        self._loop: asyncio.AbstractEventLoop | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def startup(self, sockets: Any = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            self._on_open()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._loop is None or self._app.state.draining:
            # A second signal does not wait.
            super().handle_exit(sig, frame)
            return
        self._app.state.draining = True
        self._loop.call_soon_threadsafe(self._leave, sig)

    def _leave(self, sig: int) -> None:
        async def leave() -> None:
            # Whoever connects now is refused, and a balancer asks the next server. Requests that are already on their
            # way over a connection that was kept are still answered: without this a busy server would never be quiet.
            for listener in self.servers:
                listener.close()
            await asyncio.gather(self._app.state.engine.drain(), asyncio.sleep(LAST_REQUESTS_S))
            super(_DrainingServer, self).handle_exit(sig, None)

        self._leaving = asyncio.get_running_loop().create_task(leave())
