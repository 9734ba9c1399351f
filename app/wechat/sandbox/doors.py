"""How a request reaches a rule and its answer comes back: the mini-program API's manners and WeChat Pay's.

Each door reads the body, lets the weather have its way, runs the rule in one transaction, and writes the answer.
"""

import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from app.wechat import signatures
from app.wechat.errors import SignatureInvalid
from app.wechat.sandbox import drawing, links, tokens
from app.wechat.sandbox.keys import MCH_ID, Keys
from app.wechat.sandbox.refusals import ApiRefusal, PayRefusal, PhoneRefusal
from app.wechat.sandbox.weather import Weather, happens, read_weather, wechat_time
from app.wechat.sandbox.world import Call, Rule, World

Endpoint = Callable[[Request], Awaitable[Response]]


def api_door(world: World, rule: Rule, *, method: str = "POST", token: bool = True) -> Endpoint:
    """A call of the mini-program API: HTTP 200 whatever happens, errors as errcode."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()

        def judge(db: sqlite3.Connection, weather: Weather) -> Any:
            _api_weather(weather, _inner_path(request))
            if method == "POST" and request.method != "POST":
                raise ApiRefusal(43002)
            call = _call(world, db, weather, request, _api_body(raw) if method == "POST" else {})
            if token:
                tokens.check(call)
            return rule(call)

        weather, outcome = await _judged(world, judge, ApiRefusal)
        if lost := await _lost(weather, _inner_path(request), outcome):
            return lost
        if isinstance(outcome, ApiRefusal):
            return JSONResponse(outcome.body())
        if isinstance(outcome, drawing.Drawing):
            return Response(await asyncio.to_thread(drawing.draw, outcome), media_type=outcome.mime)
        # As WeChat does: JSON that is not called so.
        return PlainTextResponse(json.dumps(outcome, ensure_ascii=False))

    return endpoint


def pay_door(world: World, rule: Rule) -> Endpoint:
    """A call of WeChat Pay: the merchant's signature checked over the bytes that came, the answer signed."""
    merchant_key = signatures.public_key(world.keys.merchant.certificate)

    async def endpoint(request: Request) -> Response:
        raw = await request.body()

        def judge(db: sqlite3.Connection, weather: Weather) -> Any:
            _check_signature(request, raw, world.keys, merchant_key)
            _pay_weather(weather, _inner_path(request))
            return rule(_call(world, db, weather, request, _pay_body(raw)))

        weather, outcome = await _judged(world, judge, PayRefusal)
        if lost := await _lost(weather, _inner_path(request), outcome):
            return lost
        response = _pay_response(outcome)
        asked_for = request.headers.get("wechatpay-serial")
        response.headers.update(
            await world.seal.headers(bytes(response.body), serial=asked_for, manner=weather.reply_signature)
        )
        return response

    return endpoint


def phone_door(world: World, rule: Rule, then: Callable[[Any], Awaitable[Any]] | None = None) -> Endpoint:
    """A call that plays the phone or the weather: plain JSON, refusals as HTTP 400, no weather of its own.

    `then` does what needs the network with what the rule gave, after its transaction.
    """

    async def endpoint(request: Request) -> Response:
        raw = await request.body()

        def judge(db: sqlite3.Connection, weather: Weather) -> Any:
            return rule(_call(world, db, weather, request, _phone_body(raw)))

        _, outcome = await _judged(world, judge, PhoneRefusal)
        if isinstance(outcome, PhoneRefusal):
            return JSONResponse(outcome.body(), status_code=400)
        return JSONResponse(await then(outcome) if then else outcome)

    return endpoint


def browser_door(world: World, rule: Callable[[Call], links.Page]) -> Endpoint:
    """What a browser finds at an address of WeChat's; no weather of its own."""

    async def endpoint(request: Request) -> Response:
        page = await world.store.run(lambda db: rule(_call(world, db, read_weather(db), request, {})))
        return HTMLResponse(page.html, status_code=page.status, headers=dict(links.HEADERS))

    return endpoint


async def _judged(
    world: World,
    judge: Callable[[sqlite3.Connection, Weather], Any],
    refusal: type[ApiRefusal | PayRefusal | PhoneRefusal],
) -> tuple[Weather, Any]:
    """The weather and the rule's answer or refusal; a refusal has rolled back what the rule wrote."""
    seen: list[Weather] = []

    def work(db: sqlite3.Connection) -> Any:
        seen.append(read_weather(db))
        return judge(db, seen[0])

    try:
        outcome = await world.store.run(work)
    except refusal as said:
        return seen[0], said
    world.courier.nudge()
    return seen[0], outcome


def _call(world: World, db: sqlite3.Connection, weather: Weather, request: Request, body: Mapping[str, Any]) -> Call:
    return Call(
        db=db,
        now=wechat_time(db),
        weather=weather,
        world=world,
        body=body,
        query=dict(request.query_params),
        path=request.path_params,
    )


def _inner_path(request: Request) -> str:
    """The path as WeChat calls it, without what the sandbox is mounted under."""
    return request.url.path.removeprefix(request.scope.get("root_path", ""))


def _api_weather(weather: Weather, path: str) -> None:
    for prefix, code in weather.errors.items():
        if path.startswith(prefix):
            raise ApiRefusal(int(code))
    if happens(weather.system_busy):
        raise ApiRefusal(-1)


def _pay_weather(weather: Weather, path: str) -> None:
    for prefix, code in weather.errors.items():
        if path.startswith(prefix):
            raise PayRefusal(str(code))
    if happens(weather.system_busy):
        raise PayRefusal("SYSTEM_ERROR", "系统异常，请用相同参数重新调用")


def _api_body(raw: bytes) -> Mapping[str, Any]:
    if not raw:
        raise ApiRefusal(44002)
    body = _json_object(raw)
    if body is None:
        raise ApiRefusal(47001)
    return body


def _pay_body(raw: bytes) -> Mapping[str, Any]:
    body = _json_object(raw) if raw else {}
    if body is None:
        raise PayRefusal("PARAM_ERROR", "请求体不是合法的JSON")
    return body


def _phone_body(raw: bytes) -> Mapping[str, Any]:
    body = _json_object(raw) if raw else {}
    if body is None:
        raise PhoneRefusal("BAD_REQUEST", "the body is no JSON object")
    return body


def _json_object(raw: bytes) -> Mapping[str, Any] | None:
    try:
        # Strict: neither NaN nor half a character gets in.
        body = orjson.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _check_signature(request: Request, raw: bytes, keys: Keys, merchant_key: RSAPublicKey) -> None:
    if not request.headers.get("user-agent") or "application/json" not in request.headers.get("accept", ""):
        raise PayRefusal("PARAM_ERROR", "Http头缺少Accept或User-Agent")
    try:
        _check_merchant(request, raw, keys, merchant_key)
    except SignatureInvalid as error:
        raise PayRefusal("SIGN_ERROR", f"签名错误，{error}") from error


def _check_merchant(request: Request, raw: bytes, keys: Keys, merchant_key: RSAPublicKey) -> None:
    said = signatures.read_authorization(request.headers.get("authorization", ""))
    if said.mch_id != MCH_ID or said.serial != keys.merchant.serial:
        raise SignatureInvalid("another merchant's certificate")
    signatures.check_age(said.timestamp, time.time())
    message = signatures.request_message(
        method=request.method, target=_target(request), timestamp=said.timestamp, nonce=said.nonce, body=raw
    )
    signatures.verify(merchant_key, message, said.signature)


def _target(request: Request) -> str:
    """Path and query as they came over the wire."""
    raw_path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return (raw_path + b"?" + query if query else raw_path).decode("latin-1")


def _pay_response(outcome: Any) -> Response:
    if isinstance(outcome, PayRefusal):
        return JSONResponse(outcome.body(), status_code=outcome.status)
    if outcome is None:
        return Response(status_code=204)
    return JSONResponse(outcome)


async def _lost(weather: Weather, path: str, outcome: Any) -> Response | None:
    """Hold an answer back, and in bad weather lose it: what was asked for has been done, and nobody hears of it."""
    if weather.slow_s:
        await asyncio.sleep(weather.slow_s)
    if isinstance(outcome, ApiRefusal | PayRefusal) or not weather.loses_reply_to(path):
        return None
    await asyncio.sleep(weather.lost_reply_s)
    return PlainTextResponse("Bad Gateway", status_code=502)
