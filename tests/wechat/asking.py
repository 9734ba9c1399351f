"""How tests ask WeChat for what no client of ours would ask."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from app.core.money import Fen
from app.wechat import signatures
from app.wechat.api import content
from app.wechat.client import MiniProgram
from app.wechat.pay import RefundState
from app.wechat.sandbox import openid_of
from app.wechat.sandbox.keys import MCH_ID
from app.wechat.tokens import MemoryTokenStore

from .conftest import QUICK, Town


async def refund(town: Town, number: str = "refund-1", *, fen: int = 100, order: str = "order-0001") -> RefundState:
    result = await town.pay.refund(
        out_refund_no=number, out_trade_no=order, refund=Fen(fen), total=Fen(1990), reason="未成团"
    )
    return result.state


def a_raw_order(town: Town) -> dict[str, Any]:
    return {
        "appid": town.config.app_id,
        "mchid": MCH_ID,
        "description": "x",
        "out_trade_no": "order-0001",
        "notify_url": town.config.notify_url,
        "amount": {"total": 1},
        "payer": {"openid": openid_of("ann")},
    }


async def raw(
    town: Town,
    method: str,
    path: str,
    *,
    signed_path: str | None = None,
    signed_body: bytes = b"",
    body: bytes = b"",
    age_s: float = 0,
    user_agent: str = "tests",
) -> httpx2.Response:
    """A request that is signed by hand, rightly or not."""
    url = httpx2.URL(town.origin + path)
    signed_url = httpx2.URL(town.origin + (signed_path or path))
    timestamp, nonce = str(int(time.time() - age_s)), signatures.new_nonce()
    message = signatures.request_message(
        method=method, target=signed_url.raw_path.decode(), timestamp=timestamp, nonce=nonce, body=signed_body
    )
    signature = signatures.sign(signatures.private_key(town.config.merchant_private_key), message)
    said = signatures.Authorization(town.config.mch_id, town.config.merchant_serial, timestamp, nonce, signature)
    headers = {"Authorization": said.header(), "Accept": "application/json", "User-Agent": user_agent}
    return await town.phone.request(method, str(url), content=body or None, headers=headers)


def a_foreign_key(town: Town) -> str:
    keys = json.loads((town.folder / "keys.json").read_text())
    return str(keys["platform"][0]["private_key"])


@asynccontextmanager
async def watched(town: Town) -> AsyncIterator[tuple[MiniProgram, list[httpx2.Request]]]:
    """A client, and the requests that it sends."""
    requests: list[httpx2.Request] = []

    async def keep(request: httpx2.Request) -> None:
        requests.append(request)

    async with httpx2.AsyncClient(event_hooks={"request": [keep]}) as http:
        yield MiniProgram(town.config, MemoryTokenStore(), http=http, patience=QUICK), requests


async def token_of(town: Town) -> dict[str, str]:
    body = {"grant_type": "client_credential", "appid": town.config.app_id, "secret": town.config.app_secret}
    reply = await town.phone.post("/cgi-bin/stable_token", json=body)
    return {"access_token": str(content(reply)["access_token"])}
