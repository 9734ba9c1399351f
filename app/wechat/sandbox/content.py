"""Content checks: text at once, pictures by a push that comes later."""

import secrets
from collections.abc import Mapping
from typing import Any

from app.wechat.sandbox import letters, people
from app.wechat.sandbox.keys import APP_ID
from app.wechat.sandbox.refusals import ApiRefusal
from app.wechat.sandbox.world import Call, among

_LONGEST_TEXT = 2500
_SCENES = frozenset({1, 2, 3, 4})
_LABELS: Mapping[str, int] = {"pass": 100, "review": 10001, "risky": 20006}
#: Words that every sandbox holds for what they say; the weather's `content` adds others.
_WORDS: Mapping[str, str] = {"sandbox-risky": "risky", "sandbox-review": "review"}
_WORST_FIRST = ("risky", "review", "pass")
_MEDIA_TYPES = frozenset({1, 2})


def check_text(call: Call) -> dict[str, Any]:
    """`POST /wxa/msg_sec_check`, second version: errcode 0 even for what is risky."""
    body = call.body
    text = body.get("content")
    _check_scene(call)
    if not isinstance(text, str) or not text or len(text) > _LONGEST_TEXT:
        raise ApiRefusal(47001)
    whole = "\n".join([text, str(body.get("title", "")), str(body.get("nickname", ""))])
    result = _result(call, whole)
    detail = {"strategy": "content_model", "errcode": 0, "prob": 90, **result}
    return {"errcode": 0, "errmsg": "ok", "result": result, "detail": [detail], "trace_id": _trace_id()}


def check_media(call: Call) -> dict[str, Any]:
    """`POST /wxa/media_check_async`: accepted; the verdict follows from what the address says."""
    body = call.body
    _check_scene(call)
    if not isinstance(body.get("media_url"), str) or not among(body.get("media_type"), _MEDIA_TYPES):
        raise ApiRefusal(40097)
    trace_id = _trace_id()
    result = _result(call, body["media_url"])
    verdict = {
        "appid": APP_ID,
        "trace_id": trace_id,
        "version": 2,
        "errcode": 0,
        "errmsg": "ok",
        "result": result,
        "detail": [{"strategy": "content_model", "errcode": 0, "prob": 90, **result}],
    }
    letters.keep(call, "media_check", {**body, "trace_id": trace_id})
    letters.push(call, openid=str(body["openid"]), event="wxa_media_check", body=verdict, wait_s=call.weather.media_s)
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}


def _check_scene(call: Call) -> None:
    if call.body.get("version") != 2:  # noqa: PLR2004 - the version of the protocol
        raise ApiRefusal(40097)
    if not among(call.body.get("scene"), _SCENES):
        raise ApiRefusal(40129)
    people.check_visitor(call, call.body.get("openid"))


def _result(call: Call, text: str) -> dict[str, Any]:
    words = {**_WORDS, **call.weather.content}
    found = {verdict for word, verdict in words.items() if word in text}
    suggest = next((verdict for verdict in _WORST_FIRST if verdict in found), "pass")
    return {"suggest": suggest, "label": _LABELS[suggest]}


def _trace_id() -> str:
    return secrets.token_hex(16)
