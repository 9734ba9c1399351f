"""One call of WeChat Pay v3: signed by the merchant, the answer's signature checked, refusals told apart."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from app.wechat import exchange, signatures
from app.wechat.config import WeChatConfig
from app.wechat.errors import (
    NotEnough,
    OrderClosed,
    OrderMismatch,
    OrderNotExist,
    OrderPaid,
    SignatureInvalid,
    WeChatBusy,
    WeChatRefused,
    WeChatSlowDown,
)
from app.wechat.patience import Patience
from app.wechat.platform_keys import PlatformKeys, signed_by

_REFUSALS: Mapping[str, type[WeChatRefused]] = {
    "ORDER_PAID": OrderPaid,
    "ORDERPAID": OrderPaid,
    "ORDER_CLOSED": OrderClosed,
    "ORDERCLOSED": OrderClosed,
    "ORDER_NOT_EXIST": OrderNotExist,
    "ORDERNOTEXIST": OrderNotExist,
    "NOT_ENOUGH": NotEnough,
    "NOTENOUGH": NotEnough,
    "INVALID_REQUEST": OrderMismatch,
}


class PayApi:
    """Signed calls and checked answers. Does not own the HTTP client."""

    def __init__(
        self,
        config: WeChatConfig,
        http: httpx2.AsyncClient,
        *,
        patience: Patience,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._http = http
        self._patience = patience
        self._clock = clock
        self._key = signatures.private_key(config.merchant_private_key)
        self.keys = PlatformKeys(config, self._certificates, clock=clock)

    async def sign(self, message: bytes) -> str:
        """The merchant's signature, made beside the event loop."""
        return await asyncio.to_thread(signatures.sign, self._key, message)

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A call that may be repeated with the same content; gives the answer's JSON, empty for 204."""
        raw = b"" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return await self._patience.ask(lambda: self._call_once(method, path, raw))

    async def _call_once(self, method: str, path: str, raw: bytes) -> dict[str, Any]:
        response = await self._send(method, path, raw)
        await self._check(response)
        return _answer(response)

    async def _send(self, method: str, path: str, raw: bytes) -> httpx2.Response:
        request = self._http.build_request(
            method,
            self._config.pay_origin.rstrip("/") + path,
            content=raw or None,
            headers={"Accept": "application/json", "Content-Type": "application/json"},
        )
        # Signed is what goes over the wire, percent-encoding and prefix included.
        target = request.url.raw_path.decode()
        request.headers["Authorization"] = await self._authorization(method, target, raw)
        if self.keys.preferred_serial:
            request.headers["Wechatpay-Serial"] = self.keys.preferred_serial
        return await exchange.send(self._http, request)

    async def _authorization(self, method: str, target: str, raw: bytes) -> str:
        timestamp, nonce = str(int(self._clock())), signatures.new_nonce()
        message = signatures.request_message(method=method, target=target, timestamp=timestamp, nonce=nonce, body=raw)
        return signatures.Authorization(
            mch_id=self._config.mch_id,
            serial=self._config.merchant_serial,
            timestamp=timestamp,
            nonce=nonce,
            signature=await self.sign(message),
        ).header()

    async def _certificates(self) -> httpx2.Response:
        response = await self._send("GET", "/v3/certificates", b"")
        if response.status_code != httpx2.codes.OK:
            raise WeChatBusy(f"no certificates: HTTP {response.status_code}", perhaps_done=False)
        return response

    async def _check(self, response: httpx2.Response) -> None:
        signed = signed_by(response.headers)
        # WeChat's own libraries read errors unsigned, since gateways send them too; a success never is.
        if signed is None and not response.is_success:
            return
        try:
            await self.keys.check(signed, response.content)
        except (SignatureInvalid, WeChatBusy) as error:
            # The question arrived; only its answer cannot be believed.
            raise WeChatBusy("the answer's signature could not be checked", perhaps_done=True) from error


def _answer(response: httpx2.Response) -> dict[str, Any]:
    if response.status_code == httpx2.codes.NO_CONTENT:
        return {}
    body = _json(response)
    if response.is_success and "code" not in body:
        return body
    raise _error(response.status_code, str(body.get("code", "")), str(body.get("message", "")))


def _json(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = json.loads(response.content)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return body
    if response.is_success:
        raise WeChatBusy("the answer is no JSON object", perhaps_done=True)
    return {}


def _error(status: int, code: str, message: str) -> WeChatBusy | WeChatRefused:
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        return WeChatSlowDown(f"{code}: {message}")
    if status < httpx2.codes.BAD_REQUEST or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
        # 202 with a code: the payer is paying at this moment.
        return WeChatBusy(f"{code or status}: {message}", perhaps_done=True)
    return _REFUSALS.get(code, WeChatRefused)(code or str(status), message)
