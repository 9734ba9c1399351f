"""A server behind nginx, for tests: it says who it is and what reached it. UPSTREAM_NAME names it."""

import asyncio
import os
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

NAME = os.environ["UPSTREAM_NAME"]


async def tell(request: Request) -> Response:
    """Who answered and what arrived; to an event stream one event, and then silence without an end."""
    if request.headers.get("accept") == "text/event-stream":
        return StreamingResponse(_one_event(), media_type="text/event-stream")
    return JSONResponse(
        {
            "name": NAME,
            "path": request.url.path,
            "body": len(await request.body()),
            "forwarded_for": request.headers.get("x-forwarded-for"),
            "forwarded_proto": request.headers.get("x-forwarded-proto"),
            "host": request.headers.get("host"),
        }
    )


async def _one_event() -> AsyncIterator[bytes]:
    yield b"event: next\ndata: 1\n\n"
    await asyncio.Event().wait()


async def echo(socket: WebSocket) -> None:
    """One message back, with our name before it."""
    await socket.accept(subprotocol="graphql-transport-ws")
    await socket.send_text(f"{NAME}: {await socket.receive_text()}")
    await socket.close()


app = Starlette(
    routes=[
        WebSocketRoute("/graphql", echo),
        Route("/{path:path}", tell, methods=["GET", "POST"]),
    ]
)
