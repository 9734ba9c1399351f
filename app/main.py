"""The server: everything joined into one ASGI application.

`create_app()` makes it; `serve()` runs it under uvicorn with a drain before the end.
"""

import asyncio
import contextlib
import contextvars
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from app import wiring
from app.core import streams
from app.core.allowance import Allowance
from app.core.log import configure_logs
from app.core.settings import Settings, settings
from app.core.worker import run_worker
from app.demo.examples import EXAMPLES
from app.web import health, landing, media, metrics, middleware, pay_notify, push, welcome
from app.wechat.sandbox import create_sandbox, running
from schema.engine import Engine


def create_app(chosen: Settings | None = None) -> Starlette:
    """The application for these settings; everything it needs is made when its lifespan begins."""
    chosen = chosen or settings()
    configure_logs(as_json=chosen.env == "production")
    allowance = Allowance(chosen.requests_per_minute, chosen.redis_url, chosen.redis_prefix)
    engine = wiring.create_engine(chosen, allowance, EXAMPLES)
    sandbox = create_sandbox(chosen.sandbox_dir) if _has_sandbox_inside(chosen) else None

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(allowance.aclose)
            await stack.enter_async_context(wiring.running(chosen))
            if sandbox is not None:
                await stack.enter_async_context(running(sandbox))
            await stack.enter_async_context(_in_background(streams.keep_net()))
            if chosen.in_process_worker:
                await stack.enter_async_context(_in_background(run_worker(wiring.JOBS)))
            app.state.draining = False
            yield
            await engine.drain()

    app = Starlette(routes=_routes(engine, sandbox), lifespan=lifespan, middleware=middleware.stack())
    app.state.engine = engine
    app.state.draining = False
    return app


def _has_sandbox_inside(chosen: Settings) -> bool:
    return chosen.wechat_sandbox and not chosen.wechat_sandbox_origin


def _routes(engine: Engine, sandbox: Starlette | None) -> list[BaseRoute]:
    routes = [
        *engine.routes(),
        *pay_notify.routes(),
        *push.routes(),
        *landing.routes(),
        *media.routes(),
        *health.routes(),
        *metrics.routes(),
        *welcome.routes(),
    ]
    if sandbox is not None:
        routes.append(Mount(wiring.SANDBOX_PATH, sandbox))
    return routes


@asynccontextmanager
async def _in_background(work: "contextlib.AbstractAsyncContextManager[None] | object") -> AsyncIterator[None]:
    task = asyncio.get_running_loop().create_task(work, context=contextvars.Context())  # type: ignore[arg-type]  # a coroutine
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
