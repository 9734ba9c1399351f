"""One call of the mini-program API: the token put in, `errcode` taken out, the token renewed once if refused.

Errors of this API arrive as HTTP 200 with an `errcode`; a missing one is 0.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from app.wechat import exchange
from app.wechat.config import WeChatConfig
from app.wechat.errors import WeChatBusy, WeChatRefused, WeChatSlowDown
from app.wechat.patience import ONCE, Patience
from app.wechat.tokens import AccessTokens, StoredToken, TokenStore

Refusals = Mapping[int, type[WeChatRefused]]

_TOKEN_REFUSED = frozenset({40001, 40014, 42001})
#: WeChat says: slower, or the same person is being written to at this moment. Nothing was done.
_LATER = frozenset({44990, 45009, 45011, 43108})
_SYSTEM_ERROR = -1


class Api:
    """Calls with the shared access token. Does not own the HTTP client."""

    def __init__(
        self,
        config: WeChatConfig,
        http: httpx2.AsyncClient,
        store: TokenStore,
        *,
        patience: Patience,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._http = http
        self._patience = patience
        self._clock = clock
        self._tokens = AccessTokens(self._fetch_token, store, clock=clock)

    async def ask(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None
    ) -> httpx2.Response:
        """One exchange without a token, once. WeChatBusy unless the HTTP status is 200."""
        request = self._http.build_request(
            method,
            self._config.api_origin.rstrip("/") + path,
            params=dict(params or {}),
            # Written out by hand: escaped Chinese is counted and shown wrongly by some of these calls.
            content=None if body is None else json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"} if body is not None else {},
        )
        response = await exchange.send(self._http, request)
        if response.status_code == httpx2.codes.OK:
            return response
        if response.is_server_error:
            raise WeChatBusy(f"HTTP {response.status_code}", perhaps_done=True)
        if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            raise WeChatSlowDown("too many requests")
        raise WeChatRefused(str(response.status_code), "not an answer of the mini-program API")

    async def call(
        self,
        path: str,
        body: object = None,
        *,
        method: str = "POST",
        refusals: Refusals | None = None,
        repeatable: bool = True,
    ) -> httpx2.Response:
        """A call with the access token; gives the reply whose errcode is 0.

        `refusals` says which error codes are refusals with a class of their own. What is not `repeatable` is
        sent again only after a refused token, since then nothing was done.
        """
        patience = self._patience if repeatable else ONCE
        return await patience.ask(lambda: self._with_token(method, path, body, refusals or {}))

    async def _with_token(self, method: str, path: str, body: object, refusals: Refusals) -> httpx2.Response:
        token = await self._tokens.current()
        response = await self.ask(method, path, params={"access_token": token}, body=body)
        if error_code(response) in _TOKEN_REFUSED:
            token = await self._tokens.after_refusal(token)
            response = await self.ask(method, path, params={"access_token": token}, body=body)
        raise_for_code(response, refusals)
        return response

    async def _fetch_token(self) -> StoredToken:
        return await self._patience.ask(self._fetch_token_once)

    async def _fetch_token_once(self) -> StoredToken:
        asked_at = datetime.fromtimestamp(self._clock(), UTC)
        body = {
            "grant_type": "client_credential",
            "appid": self._config.app_id,
            "secret": self._config.app_secret,
            "force_refresh": False,
        }
        response = await self.ask("POST", "/cgi-bin/stable_token", body=body)
        raise_for_code(response, {})
        reply = content(response)
        return StoredToken(
            value=str(reply["access_token"]),
            expires_at=asked_at + timedelta(seconds=int(reply["expires_in"])),
        )


def content(response: httpx2.Response) -> dict[str, Any]:
    """The JSON object of a reply, whatever its Content-Type says; WeChatBusy if there is none."""
    try:
        value = json.loads(response.content)
    except ValueError as error:
        raise WeChatBusy("the answer is no JSON", perhaps_done=True) from error
    if not isinstance(value, dict):
        raise WeChatBusy("the answer is no JSON object", perhaps_done=True)
    return value


def is_picture(response: httpx2.Response) -> bool:
    """Whether a reply is binary. An error of the same call is JSON, told by its type or its first byte."""
    mime = response.headers.get("content-type", "")
    return mime.startswith("image/") and not response.content.startswith(b"{")


def error_code(response: httpx2.Response) -> int:
    """The reply's errcode; 0 for a picture."""
    return 0 if is_picture(response) else int(content(response).get("errcode", 0))


def raise_for_code(response: httpx2.Response, refusals: Refusals) -> None:
    """Raise what the reply's errcode means; nothing for 0."""
    code = error_code(response)
    if code == 0:
        return
    message = str(content(response).get("errmsg", ""))
    if code == _SYSTEM_ERROR:
        raise WeChatBusy(message, perhaps_done=True)
    if code in _LATER:
        raise WeChatSlowDown(f"{code}: {message}")
    raise refusals.get(code, WeChatRefused)(str(code), message)
