"""The video vendor's addresses and callbacks, signed as Tencent's live streaming signs them.

An address carries `txTime`, when it ceases to hold (Unix seconds in hexadecimal), and `txSecret`, the MD5 of key,
stream and that time. A callback carries `t`, when it ceases to hold, and `sign`, the MD5 of key and `t`: it says
that the vendor speaks, not what was said, so what a callback tells is believed only as far as it is harmless.
"""

import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from app.core.ids import LiveRoomId
from app.core.settings import settings
from app.live import rules
from app.live.models import LiveRoom
from app.live.states import LiveStatus

#: Where the sandbox plays, below our own origin.
SANDBOX_PATH = "/live/sandbox"
#: The sandbox's key: it guards nothing but the sandbox.
SANDBOX_KEY = "live-sandbox"

_PREFIX = "room-"


def is_sandbox() -> bool:
    """Whether the vendor lives on this machine."""
    return not settings().live_play_origin


def play_url(room: LiveRoom) -> str | None:
    """Where a room is watched, the same for everybody; None while there is nothing to play."""
    if room.status is LiveStatus.REPLAY:
        return room.replay_url
    if room.status is not LiveStatus.LIVE or room.started_at is None:
        return None
    origin = settings().live_play_origin.rstrip("/") or settings().public_origin.rstrip("/") + SANDBOX_PATH
    stream = stream_of(room.id)
    # The extension is no part of what is signed.
    return f"{origin}/live/{stream}.m3u8?{signed(_key('play'), stream, room.started_at + rules.ADDRESS_LIFE)}"


def push_url(room: LiveRoom) -> str:
    """Where the host's camera sends to. Whoever knows it can broadcast in her name."""
    origin = settings().live_push_origin.rstrip("/") or "rtmp://127.0.0.1"
    stream = stream_of(room.id)
    begins = max(room.starts_at, room.started_at or room.starts_at)
    return f"{origin}/live/{stream}?{signed(_key('push'), stream, begins + rules.ADDRESS_LIFE)}"


def stream_of(room: LiveRoomId) -> str:
    """What the vendor calls a room's stream."""
    return f"{_PREFIX}{room.hex}"


def room_of(stream: str) -> LiveRoomId | None:
    """Whose stream this is; None where it is none of ours."""
    name = stream.removeprefix(_PREFIX)
    try:
        return LiveRoomId(UUID(hex=name)) if stream.startswith(_PREFIX) else None
    except ValueError:
        return None


def signed(key: str, stream: str, until: datetime) -> str:
    """The query that makes an address hold until then."""
    moment = f"{int(until.timestamp()):x}"
    return f"txSecret={_md5(key + stream + moment)}&txTime={moment}"


def holds(key: str, stream: str, secret: str, moment: str, now: datetime) -> bool:
    """Whether an address was signed with this key and holds now."""
    fresh = _is_hexadecimal(moment) and int(moment, 16) >= now.timestamp()
    return hmac.compare_digest(secret.encode(), _md5(key + stream + moment).encode()) and fresh


def may_play(stream: str, secret: str, moment: str, now: datetime) -> bool:
    """Whether an address of playing was signed by us and holds now."""
    return holds(_key("play"), stream, secret, moment, now)


def is_callback(sign: str, expires: int, now: datetime) -> bool:
    """Whether the vendor speaks, and not too long ago."""
    expected = _md5(f"{_key('callback')}{expires}")
    return hmac.compare_digest(sign.encode(), expected.encode()) and expires >= now.timestamp()


def callback_sign(expires: int) -> str:
    """What the vendor signs a callback with; for the sandbox and for tests."""
    return _md5(f"{_key('callback')}{expires}")


def _key(what: str) -> str:
    keys = settings()
    chosen = {"play": keys.live_play_key, "push": keys.live_push_key, "callback": keys.live_callback_key}[what]
    return chosen.get_secret_value() or SANDBOX_KEY


def _is_hexadecimal(text: str) -> bool:
    return 0 < len(text) <= 16 and all(each in "0123456789abcdefABCDEF" for each in text)  # noqa: PLR2004 - 64 bits


def _md5(text: str) -> str:
    # The vendor's choice, not ours.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
