"""People, their phones, and the codes that stand for them."""

import base64
import hashlib
import re
import secrets
import sqlite3
from typing import Any

from app.wechat.sandbox.keys import APP_ID
from app.wechat.sandbox.refusals import ApiRefusal, PhoneRefusal
from app.wechat.sandbox.world import Call, text

_CODE_LIFE_S = 300
#: How long a person counts as a visitor for the content checks.
_VISIT_S = 7200
_DEV = "dev:"
_OPENID = re.compile(r"o[A-Za-z0-9_-]{27}")


def openid_of(name: str) -> str:
    """The openid of the person with this name: the same in every sandbox."""
    return "o" + _digest(f"openid {APP_ID} {name}")[:27]


def unionid_of(name: str) -> str:
    """The unionid of the person with this name."""
    return "u" + _digest(f"unionid {name}")[:27]


def phone_of(name: str) -> str:
    """The phone number of the person with this name."""
    number = int.from_bytes(hashlib.sha256(f"phone {name}".encode()).digest()[:8], "big")
    return f"199{number % 10**8:08d}"


def code_to_session(call: Call) -> dict[str, Any]:
    """`GET /sns/jscode2session`: who stands behind a login code."""
    query = call.query
    _check_login(call)
    code = query["js_code"]
    if code.startswith(_DEV) and len(code) > len(_DEV):
        openid = meet(call, code.removeprefix(_DEV))
    else:
        openid = _redeem(call, code, "login")
        # A new login may change the session key, and then older encrypted data cannot be opened any more.
        call.db.execute("UPDATE people SET session_key = ? WHERE openid = ?", (_session_key(), openid))
    _visit(call, openid)
    row = call.db.execute("SELECT * FROM people WHERE openid = ?", (openid,)).fetchone()
    return {"session_key": row["session_key"], "openid": openid, "unionid": row["unionid"]}


def phone_number(call: Call) -> dict[str, Any]:
    """`POST /wxa/business/getuserphonenumber`."""
    code = call.body.get("code")
    if not isinstance(code, str) or not code:
        raise ApiRefusal(40097)
    openid = _redeem(call, code, "phone")
    if call.body.get("openid", openid) != openid:
        raise ApiRefusal(40003)
    phone = call.db.execute("SELECT phone FROM people WHERE openid = ?", (openid,)).fetchone()["phone"]
    info = {
        "phoneNumber": phone,
        "purePhoneNumber": phone,
        # A number here, text in WeChat's own table: clients must take both.
        "countryCode": 86,
        "watermark": {"timestamp": int(call.now), "appid": APP_ID},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}


def give_login_code(call: Call) -> dict[str, Any]:
    """`POST /_/login`."""
    return {"code": _new_code(call, "login", person(call, call.body.get("as")))}


def give_phone_code(call: Call) -> dict[str, Any]:
    """`POST /_/phone`; `phone` gives the person another number."""
    openid = person(call, call.body.get("as"))
    if number := call.body.get("phone"):
        call.db.execute("UPDATE people SET phone = ? WHERE openid = ?", (str(number), openid))
    return {"code": _new_code(call, "phone", openid)}


def person(call: Call, who: object) -> str:
    """The openid of whom the phone is played by: a name, or the openid of somebody known."""
    if not isinstance(who, str) or not who:
        raise PhoneRefusal("BAD_REQUEST", '"as" says who: a name or an openid')
    if _OPENID.fullmatch(who):
        if not known(call, who):
            raise PhoneRefusal("WHO", "nobody has this openid")
        return who
    return meet(call, who)


def known(call: Call, openid: object) -> sqlite3.Row | None:
    """The person with this openid."""
    row: sqlite3.Row | None = call.db.execute("SELECT * FROM people WHERE openid = ?", (text(openid),)).fetchone()
    return row


def meet(call: Call, name: str) -> str:
    """The openid of the person with this name, who begins to exist if need be."""
    openid = openid_of(name)
    call.db.execute(
        "INSERT OR IGNORE INTO people (openid, name, unionid, phone, session_key, seen_at) VALUES (?, ?, ?, ?, ?, 0)",
        (openid, name, unionid_of(name), phone_of(name), _session_key()),
    )
    return openid


def check_visitor(call: Call, openid: object) -> None:
    """Refuse an openid that is unknown, or was not in the mini-program for two hours."""
    if not openid:
        raise ApiRefusal(41009)
    row = known(call, openid)
    if row is None:
        raise ApiRefusal(40003)
    if call.now - row["seen_at"] > _VISIT_S:
        raise ApiRefusal(61010)


def _check_login(call: Call) -> None:
    query = call.query
    for name, missing in (("appid", 41002), ("secret", 41004), ("js_code", 41008)):
        if not query.get(name):
            raise ApiRefusal(missing)
    if query["appid"] != APP_ID:
        raise ApiRefusal(40013)
    if query["secret"] != call.world.keys.app_secret:
        raise ApiRefusal(40125)
    if query.get("grant_type") != "authorization_code":
        raise ApiRefusal(40002)


def _redeem(call: Call, code: str, kind: str) -> str:
    row = call.db.execute("SELECT * FROM codes WHERE code = ? AND kind = ?", (code, kind)).fetchone()
    if row is None or row["expires_at"] <= call.now:
        raise ApiRefusal(40029)
    if row["used"]:
        raise ApiRefusal(40163)
    call.db.execute("UPDATE codes SET used = 1 WHERE code = ?", (code,))
    return str(row["openid"])


def _new_code(call: Call, kind: str, openid: str) -> str:
    code = secrets.token_urlsafe(24)
    call.db.execute(
        "INSERT INTO codes (code, kind, openid, expires_at) VALUES (?, ?, ?, ?)",
        (code, kind, openid, call.now + _CODE_LIFE_S),
    )
    _visit(call, openid)
    return code


def _visit(call: Call, openid: str) -> None:
    call.db.execute("UPDATE people SET seen_at = ? WHERE openid = ?", (call.now, openid))


def _session_key() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def new_iv() -> str:
    """A random initialisation vector, base64."""
    return _session_key()
