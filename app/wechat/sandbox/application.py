"""The sandbox as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.routing import Route

from app.wechat.sandbox import (
    certificates,
    content,
    drawing,
    links,
    messages,
    orders,
    people,
    phone,
    refunds,
    tokens,
)
from app.wechat.sandbox.courier import LetterCourier
from app.wechat.sandbox.doors import api_door, browser_door, pay_door, phone_door
from app.wechat.sandbox.keys import load_keys
from app.wechat.sandbox.seal import Seal
from app.wechat.sandbox.store import Store
from app.wechat.sandbox.world import DEFAULT_ORIGIN, Options, Rule, World

_BOTH = ["GET", "POST"]
_LARGEST_BODY = 256 * 1024


def create_sandbox(
    folder: Path,
    *,
    pace: float = 1.0,
    refund_s: float = 1.0,
    templates: Mapping[str, frozenset[str]] | None = None,
    pages: frozenset[str] | None = None,
    push_url: str | None = None,
    origin: str = DEFAULT_ORIGIN,
    http: httpx2.AsyncClient | None = None,
) -> Starlette:
    """A WeChat that keeps keys and state in this folder; made at first start, and the same after any death.

    `pace` scales the notification schedule, `refund_s` is how long a refund is PROCESSING. `templates` (id to
    the keys of its data) and `pages` limit what is known; None knows all. `push_url` is where the message push
    goes. URL links begin with `origin`. `http` carries the notifications; one is made when not given.

    Mounted under a prefix, its lifespan is not run by itself: whoever mounts it enters `running(sandbox)`.
    """
    keys = load_keys(folder)
    seal = Seal(keys)
    courier = LetterCourier(keys, seal, http)
    options = Options(
        pace=pace, refund_s=refund_s, templates=templates, pages=pages, push_url=push_url, origin=origin.rstrip("/")
    )
    world = World(keys, seal, options, Store(folder), courier)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        carrying = asyncio.create_task(courier.run(world))
        try:
            yield
        finally:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
            world.store.close()

    routes = [*_api_routes(world), *_pay_routes(world), *_phone_routes(world, courier)]
    return Starlette(routes=routes, lifespan=lifespan, max_body_size=_LARGEST_BODY)


@asynccontextmanager
async def running(sandbox: Starlette) -> AsyncIterator[None]:
    """While this is entered, the sandbox carries its notifications; on leaving it closes its file."""
    async with sandbox.router.lifespan_context(sandbox):
        yield


def _api_routes(world: World) -> list[Route]:
    def post(path: str, rule: Rule, *, token: bool = True) -> Route:
        # GET is answered too, since WeChat refuses it with HTTP 200 and an errcode.
        return Route(path, api_door(world, rule, token=token), methods=_BOTH)

    def get(path: str, rule: Rule, *, token: bool = False) -> Route:
        return Route(path, api_door(world, rule, method="GET", token=token), methods=["GET"])

    return [
        get("/sns/jscode2session", people.code_to_session),
        get("/cgi-bin/token", tokens.token),
        post("/cgi-bin/stable_token", tokens.stable_token, token=False),
        post("/wxa/business/getuserphonenumber", people.phone_number),
        post("/wxa/getwxacodeunlimit", drawing.unlimited_code),
        post("/wxa/generate_urllink", links.generate),
        post("/wxa/msg_sec_check", content.check_text),
        post("/wxa/media_check_async", content.check_media),
        post("/cgi-bin/message/subscribe/send", messages.send),
        get("/cgi-bin/message/wxopen/activityid/create", messages.create_activity, token=True),
        post("/cgi-bin/message/wxopen/updatablemsg/send", messages.update_activity),
        post("/wxa/sec/order/upload_shipping_info", messages.upload_shipping),
    ]


def _pay_routes(world: World) -> list[Route]:
    def route(method: str, path: str, rule: Rule) -> Route:
        return Route(path, pay_door(world, rule), methods=[method])

    order = "/v3/pay/transactions"
    refund = "/v3/refund/domestic/refunds"
    return [
        route("GET", "/v3/certificates", certificates.listed),
        route("POST", f"{order}/jsapi", orders.place),
        route("GET", f"{order}/out-trade-no/{{out_trade_no}}", orders.by_number),
        route("GET", f"{order}/id/{{transaction_id}}", orders.by_transaction),
        route("POST", f"{order}/out-trade-no/{{out_trade_no}}/close", orders.close),
        route("POST", refund, refunds.ask),
        route("GET", f"{refund}/{{out_refund_no}}", refunds.by_number),
    ]


def _phone_routes(world: World, courier: LetterCourier) -> list[Route]:
    def route(method: str, path: str, rule: Rule) -> Route:
        return Route(path, phone_door(world, rule), methods=[method])

    return [
        route("POST", "/_/login", people.give_login_code),
        route("POST", "/_/phone", people.give_phone_code),
        route("POST", "/_/consent", messages.consent),
        route("POST", "/_/encrypted", phone.encrypted),
        route("POST", "/_/pay", orders.pay),
        route("POST", "/_/refund", refunds.settle),
        route("POST", "/_/faults", phone.change_weather),
        route("GET", "/_/faults", phone.tell_weather),
        route("POST", "/_/clock", phone.move_clock),
        route("GET", "/_/sent", phone.sent),
        Route(f"{links.PATH}/{{ticket}}", browser_door(world, links.opened), methods=["GET"]),
        Route("/_/notify_again", phone_door(world, phone.news, courier.send_again), methods=["POST"]),
    ]
