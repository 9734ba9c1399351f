"""`/live/callback`: the video vendor tells that a stream began, broke off, or was recorded. And the sandbox's player.

A callback is signed with a time after which it does not hold. A forged or late one is refused and changes nothing; one
that comes twice, or after a newer one, is answered like any other and changes nothing.
"""

import asyncio
import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.core import clock
from app.core.log import logger
from app.core.settings import settings
from app.live import vendor
from app.live.actions import hearing

log = logger("web")

PATH = "/live/callback"
LARGEST_BODY = 64 * 1024
ANSWER_WITHIN_S = 4.0

_LONGEST = 500
#: Unix seconds far beyond anybody's plans.
_LATEST = 2**40


class Event(IntEnum):
    """The vendor's numbers of what it tells."""

    STREAM_STOPPED = 0
    STREAM_STARTED = 1
    RECORDED = 100


@dataclass(frozen=True, slots=True)
class Callback:
    """What the vendor says, of the parts that we understand."""

    event: int
    stream: str
    #: Of one push: a camera that comes back begins another.
    session: str
    told_at: int
    expires: int
    sign: str
    video_url: str


def routes() -> list[Route]:
    """The door, and where the vendor lives on this machine the player."""
    player = Route(f"{vendor.SANDBOX_PATH}/live/{{name}}", _play, methods=["GET"])
    return [Route(PATH, _called, methods=["POST"], max_body_size=LARGEST_BODY), player]


async def _called(request: Request) -> Response:
    try:
        callback = _read(await request.body())
    except (ValueError, TypeError, KeyError, RecursionError):
        return JSONResponse({"code": 1, "message": "not a callback"}, status_code=400)
    if not _has_a_key() or not vendor.is_callback(callback.sign, callback.expires, await clock.now()):
        log.warning("live_callback.refused", event_kind=callback.event)
        return JSONResponse({"code": 1, "message": "not signed by the vendor"}, status_code=403)
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await _hear(callback)
    except TimeoutError:
        return JSONResponse({"code": 1, "message": "later"}, status_code=503)
    return JSONResponse({"code": 0})


def _has_a_key() -> bool:
    # The sandbox's key is known to everybody, so it opens nothing in production.
    return not vendor.is_sandbox() or settings().env == "development"


def _read(body: bytes) -> Callback:
    said: dict[str, Any] = json.loads(body)
    if not isinstance(said, dict):
        raise TypeError(said)
    return Callback(
        event=int(said["event_type"]),
        stream=_text(said["stream_id"]),
        session=_text(said.get("sequence", ""))[:64],
        told_at=_moment(said.get("event_time", said.get("end_time", 0))),
        expires=_moment(said["t"]),
        sign=_text(said["sign"]),
        video_url=_text(said.get("video_url", "")),
    )


def _text(value: object) -> str:
    text = str(value)
    if len(text) > _LONGEST or "\0" in text:
        raise ValueError(text)
    return text


def _moment(value: Any) -> int:
    moment = int(value)
    if not 0 <= moment < _LATEST:
        raise ValueError(moment)
    return moment


async def _hear(callback: Callback) -> None:
    room = vendor.room_of(callback.stream)
    if room is None:
        return
    match callback.event:
        case Event.STREAM_STOPPED:
            await hearing.stream_lost(room, session=callback.session, told_at=callback.told_at)
        case Event.STREAM_STARTED:
            await hearing.stream_back(room, session=callback.session, told_at=callback.told_at)
        case Event.RECORDED:
            await hearing.recorded(room, url=callback.video_url)


async def _play(request: Request) -> Response:
    """A player's list of no pieces at all: the sandbox has addresses, and no video."""
    stream = request.path_params["name"].removesuffix(".m3u8")
    secret, moment = (request.query_params.get(each, "") for each in ("txSecret", "txTime"))
    if not vendor.is_sandbox() or not vendor.may_play(stream, secret, moment, await clock.now()):
        return PlainTextResponse("this address does not hold", status_code=403)
    return PlainTextResponse(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n#EXT-X-ENDLIST\n",
        media_type="application/vnd.apple.mpegurl",
        headers={"cache-control": "no-store"},
    )
