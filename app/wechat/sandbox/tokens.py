"""Access tokens: who may call the mini-program API. Two pools that do not disturb each other."""

import secrets
import sqlite3
from typing import Any

from app.wechat.sandbox.keys import APP_ID
from app.wechat.sandbox.refusals import ApiRefusal
from app.wechat.sandbox.world import Call

_LIFE_S = 7200
#: In its last minutes a token gets a successor, and both work.
_OVERLAP_S = 300
_FORCED_PER_DAY = 20
_FORCED_EVERY_S = 30
_DAY_S = 86400
_PREFIX = "sandbox_"


def stable_token(call: Call) -> dict[str, Any]:
    """`POST /cgi-bin/stable_token`: everybody gets the same token while it lives, unless it is forced."""
    body = call.body
    _check_app(call, body.get("grant_type"), body.get("appid"), body.get("secret"))
    newest = _newest(call, "stable")
    if body.get("force_refresh") is True and _may_force(call):
        call.db.execute("UPDATE access_tokens SET rotated = 1 WHERE pool = 'stable'")
        return _issue(call, "stable", forced=True)
    if newest is None or newest["expires_at"] - call.now <= _OVERLAP_S:
        return _issue(call, "stable")
    return {"access_token": newest["value"], "expires_in": int(newest["expires_at"] - call.now)}


def token(call: Call) -> dict[str, Any]:
    """`GET /cgi-bin/token`: every call gives a new one, and the one before dies five minutes later."""
    query = call.query
    _check_app(call, query.get("grant_type"), query.get("appid"), query.get("secret"))
    call.db.execute(
        "UPDATE access_tokens SET expires_at = min(expires_at, ?), rotated = 2 WHERE pool = 'plain'",
        (call.now + _OVERLAP_S,),
    )
    return _issue(call, "plain")


def check(call: Call) -> None:
    """Refuse a call whose access_token is missing, unknown, replaced or expired."""
    value = call.query.get("access_token")
    if not value:
        raise ApiRefusal(41001)
    row = call.db.execute("SELECT * FROM access_tokens WHERE value = ?", (value,)).fetchone()
    if row is None:
        raise ApiRefusal(40001 if value.startswith(_PREFIX) else 40014)
    expired = row["expires_at"] <= call.now
    if row["rotated"] == 1 or (row["rotated"] and expired):
        raise ApiRefusal(40001)
    if expired:
        raise ApiRefusal(42001)


def _check_app(call: Call, grant_type: object, appid: object, secret: object) -> None:
    if grant_type != "client_credential":
        raise ApiRefusal(40002)
    if not appid:
        raise ApiRefusal(41002)
    if appid != APP_ID:
        raise ApiRefusal(40013)
    if not secret:
        raise ApiRefusal(41004)
    if secret != call.world.keys.app_secret:
        raise ApiRefusal(40125)


def _newest(call: Call, pool: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM access_tokens WHERE pool = ? AND rotated = 0 AND expires_at > ? ORDER BY issued_at DESC LIMIT 1",
        (pool, call.now),
    ).fetchone()
    return row


def _may_force(call: Call) -> bool:
    today, last = call.db.execute(
        "SELECT count(*), coalesce(max(issued_at), 0) FROM access_tokens WHERE forced = 1 AND issued_at > ?",
        (call.now - _DAY_S,),
    ).fetchone()
    if today >= _FORCED_PER_DAY:
        raise ApiRefusal(45009)
    # Within half a minute of the last one, force is not an error: it just does nothing.
    return bool(call.now - last >= _FORCED_EVERY_S)


def _issue(call: Call, pool: str, *, forced: bool = False) -> dict[str, Any]:
    value = _PREFIX + secrets.token_urlsafe(96)
    call.db.execute(
        "INSERT INTO access_tokens (value, pool, issued_at, expires_at, forced) VALUES (?, ?, ?, ?, ?)",
        (value, pool, call.now, call.now + _LIFE_S, int(forced)),
    )
    return {"access_token": value, "expires_in": _LIFE_S}
