"""The calls under `/_/` that are neither login nor payment: weather, clock, and looking behind the curtain."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.wechat import signatures
from app.wechat.sandbox import letters, links, orders, people, refunds
from app.wechat.sandbox.keys import APP_ID
from app.wechat.sandbox.refusals import PhoneRefusal
from app.wechat.sandbox.weather import Weather, write_offset, write_weather
from app.wechat.sandbox.world import Call, text

_FURTHEST_S = 10 * 365 * 86400
_MANNERS: Mapping[str, Mapping[str, Any]] = {
    "genuine": {"manner": "good", "age_s": 0},
    "forged": {"manner": "wrong", "age_s": 0},
    "unsigned": {"manner": "none", "age_s": 0},
    "probe": {"manner": "probe", "age_s": 0},
    "stale": {"manner": "good", "age_s": 2 * signatures.WINDOW_S},
}


def change_weather(call: Call) -> dict[str, Any]:
    """`POST /_/faults`: the whole weather; what is not said is fair."""
    try:
        weather = Weather.model_validate(call.body)
    except ValidationError as error:
        first = error.errors()[0]
        raise PhoneRefusal("BAD_REQUEST", f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    write_weather(call.db, weather)
    return weather.model_dump()


def tell_weather(call: Call) -> dict[str, Any]:
    """`GET /_/faults`."""
    return call.weather.model_dump()


def move_clock(call: Call) -> dict[str, Any]:
    """`POST /_/clock`: how far WeChat's calendar is ahead of the machine's time."""
    offset_s: Any = call.body.get("offset_s")
    if type(offset_s) not in {int, float} or abs(offset_s) > _FURTHEST_S:
        raise PhoneRefusal("BAD_REQUEST", '"offset_s" is a number of seconds, within ten years')
    write_offset(call.db, float(offset_s))
    return {"offset_s": offset_s}


def sent(call: Call) -> dict[str, Any]:
    """`GET /_/sent`: what WeChat received so far, and how its notifications fared."""
    db = call.db
    order_rows = db.execute("SELECT * FROM orders ORDER BY created_at").fetchall()
    by_number = {row["out_trade_no"]: row for row in order_rows}
    refund_rows = db.execute("SELECT * FROM refunds ORDER BY created_at").fetchall()
    letter_rows = db.execute(
        "SELECT kind, about, url, state, attempts, due_at, last_answer FROM letters ORDER BY id"
    ).fetchall()
    return {
        "subscribe_messages": letters.kept(db, "subscribe_message"),
        "refunds": [refunds.described(row, by_number[row["out_trade_no"]], "status") for row in refund_rows],
        "transfers": [],
        "shipping_uploads": letters.kept(db, "shipping_upload"),
        "card_updates": letters.kept(db, "card_update"),
        "url_links": links.made(db),
        "media_checks": letters.kept(db, "media_check"),
        "orders": [orders.described(row) for row in order_rows],
        "notifications": [dict(row) for row in letter_rows],
    }


def encrypted(call: Call) -> dict[str, Any]:
    """`POST /_/encrypted`: data as the phone gives them, encrypted with the person's newest session key."""
    openid = people.person(call, call.body.get("as"))
    data = call.body.get("data")
    if not isinstance(data, dict):
        raise PhoneRefusal("BAD_REQUEST", '"data" is an object')
    key = call.db.execute("SELECT session_key FROM people WHERE openid = ?", (openid,)).fetchone()["session_key"]
    raw = json.dumps(data, ensure_ascii=False)
    iv = people.new_iv()
    marked = {**data, "watermark": {"timestamp": int(call.now), "appid": APP_ID}}
    return {
        "encryptedData": signatures.encrypt_user_data(key, marked, iv=iv),
        "iv": iv,
        "rawData": raw,
        "signature": signatures.raw_data_signature(raw, key),
    }


def news(call: Call) -> dict[str, Any]:
    """The last notification about a number, and how it is to be sent again."""
    number = text(call.body.get("out_trade_no") or call.body.get("out_refund_no"))
    manner = _MANNERS.get(str(call.body.get("as", "genuine")))
    letter = call.db.execute(
        "SELECT * FROM letters WHERE about = ? AND kind = ? ORDER BY id DESC LIMIT 1", (number, letters.PAYMENT)
    ).fetchone()
    if letter is None or manner is None:
        raise PhoneRefusal("BAD_REQUEST", f"no news of this number, or not one of {', '.join(_MANNERS)}")
    return {"event": json.loads(letter["event"]), "url": letter["url"], **manner}
