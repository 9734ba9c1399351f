"""Subscribe messages, updatable cards and shipping reports: what the mini-program's server may tell people."""

import json
import re
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.wechat.sandbox import letters, people
from app.wechat.sandbox.keys import MCH_ID
from app.wechat.sandbox.refusals import ApiRefusal, PhoneRefusal
from app.wechat.sandbox.world import Call, among, text

_OK: Mapping[str, Any] = {"errcode": 0, "errmsg": "ok"}
_ACTIVITY_LIFE_S = 86400
_DECISIONS = frozenset({"accept", "reject", "withdraw"})
_LOGISTICS = frozenset({1, 2, 3, 4})
_NEEDED = {0: {"member_count", "room_limit"}, 1: {"path", "version_type"}, 2: set[str]()}
_NEXT = {0: {0, 1, 2}, 1: {2}, 2: set[int]()}
_VERSIONS = frozenset({"develop", "trial", "release"})
_STATES = frozenset({"developer", "trial", "formal"})
_LANGUAGES = frozenset({"zh_CN", "en_US", "zh_HK", "zh_TW"})
_KEY = re.compile(r"([a-z_]+?)\d*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

#: What each kind of value may be; the source is WeChat's table of the send call.
_ALLOWED: Mapping[str, re.Pattern[str]] = {
    "thing": re.compile(r".{1,20}"),
    "number": re.compile(r"[\d.]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r".{1,5}"),
    "character_string": re.compile(r"[\x21-\x7e]{1,32}"),
    "time": re.compile(r"[\d年月日:：/\-.~ ]+"),
    "date": re.compile(r"[\d年月日:：/\-.~ ]+"),
    "amount": re.compile(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r".{1,10}|[\x20-\x7e]{1,20}"),
    "phrase": re.compile(r".{1,5}"),
    "enum": re.compile(r".+"),
}


def send(call: Call) -> dict[str, Any]:
    """`POST /cgi-bin/message/subscribe/send`: one accept, one send."""
    body = call.body
    openid, template_id = body.get("touser"), body.get("template_id")
    if people.known(call, openid) is None:
        raise ApiRefusal(40003)
    _check_template(call, template_id, body.get("data"))
    _check_page(call, body.get("page"))
    if not among(body.get("miniprogram_state", "formal"), _STATES) or not among(body.get("lang", "zh_CN"), _LANGUAGES):
        raise ApiRefusal(47003, "miniprogram_state or lang invalid")
    used = call.db.execute(
        "UPDATE consents SET remaining = remaining - 1 WHERE openid = ? AND template_id = ? AND remaining > 0",
        (openid, template_id),
    )
    if used.rowcount == 0:
        raise ApiRefusal(43101)
    # Beyond 2^53, as at WeChat: whoever reads it as a float loses digits.
    msgid = 2**61 + letters.keep(call, "subscribe_message", dict(body))
    outcome = {"TemplateId": template_id, "MsgID": str(msgid), "ErrorCode": "0", "ErrorStatus": "success"}
    letters.push(call, openid=str(openid), event="subscribe_msg_sent_event", body={"List": outcome})
    return {**_OK, "msgid": msgid}


def consent(call: Call) -> dict[str, Any]:
    """`POST /_/consent`: the person answers the pop-up; each accept is worth one message."""
    openid = people.person(call, call.body.get("as"))
    templates, decision = call.body.get("template_ids"), call.body.get("decision", "accept")
    if not isinstance(templates, list) or not templates or not among(decision, _DECISIONS):
        raise PhoneRefusal("BAD_REQUEST", '"template_ids" is a list, "decision" is accept, reject or withdraw')
    for template_id in templates:
        _decide(call, openid, str(template_id), decision)
    _tell_decision(call, openid, templates, decision)
    rows = call.db.execute("SELECT template_id, remaining FROM consents WHERE openid = ?", (openid,))
    return {"left": {row["template_id"]: row["remaining"] for row in rows}}


def create_activity(call: Call) -> dict[str, Any]:
    """`GET /cgi-bin/message/wxopen/activityid/create`."""
    activity_id = f"{int(call.now)}_{secrets.token_hex(12)}"
    expires_at = int(call.now) + _ACTIVITY_LIFE_S
    call.db.execute(
        "INSERT INTO activities (activity_id, state, expires_at, parameters) VALUES (?, 0, ?, '{}')",
        (activity_id, expires_at),
    )
    return {**_OK, "activity_id": activity_id, "expiration_time": expires_at}


def update_activity(call: Call) -> dict[str, Any]:
    """`POST /cgi-bin/message/wxopen/updatablemsg/send`: a card goes forward, never back."""
    activity = _activity(call, call.body.get("activity_id"))
    state: Any = call.body.get("target_state")
    parameters = _parameters(call.body.get("template_info"))
    if not among(state, _NEXT[activity["state"]]) or _NEEDED[state] - parameters.keys():
        raise ApiRefusal(47502)
    if parameters.get("version_type", "release") not in _VERSIONS:
        raise ApiRefusal(47503)
    call.db.execute(
        "UPDATE activities SET state = ?, parameters = ? WHERE activity_id = ?",
        (state, json.dumps(parameters, ensure_ascii=False), activity["activity_id"]),
    )
    letters.keep(call, "card_update", {**call.body})
    return dict(_OK)


def upload_shipping(call: Call) -> dict[str, Any]:
    """`POST /wxa/sec/order/upload_shipping_info`: refused unless the payer's paid order is named rightly."""
    body = call.body
    key, parcels, payer = body.get("order_key"), body.get("shipping_list"), body.get("payer")
    if not isinstance(key, dict) or not isinstance(parcels, list) or not isinstance(payer, dict):
        raise ApiRefusal(47001)
    whole = body.get("delivery_mode") == 1
    if not 1 <= len(parcels) <= (1 if whole else 15) or not among(body.get("logistics_type"), _LOGISTICS):
        raise ApiRefusal(47003, "shipping_list invalid")
    try:
        datetime.fromisoformat(str(body.get("upload_time")))
    except ValueError as error:
        raise ApiRefusal(47003, "upload_time invalid") from error
    if _paid_order(call, key, payer) is None:
        raise ApiRefusal(10060001, "payment order not found")
    letters.keep(call, "shipping_upload", dict(body))
    return dict(_OK)


def _check_template(call: Call, template_id: object, data: object) -> None:
    templates = call.world.options.templates
    if not isinstance(template_id, str) or not template_id:
        raise ApiRefusal(40037)
    if templates is not None and template_id not in templates:
        raise ApiRefusal(40037)
    if not isinstance(data, dict) or not data:
        raise ApiRefusal(47003, "data invalid")
    if templates is not None and data.keys() != templates[template_id]:
        raise ApiRefusal(47003, f"data.{min(data.keys() ^ templates[template_id])} invalid")
    for key, given in data.items():
        _check_value(key, given)


def _check_value(key: str, given: object) -> None:
    match = _KEY.fullmatch(key)
    allowed = _ALLOWED.get(match[1]) if match else None
    value = given.get("value") if isinstance(given, dict) else None
    if allowed is None or not isinstance(value, str) or _CONTROL.search(value) or not allowed.fullmatch(value):
        raise ApiRefusal(47003, f"data.{key}.value invalid")


def _check_page(call: Call, page: object) -> None:
    pages = call.world.options.pages
    if page is None:
        return
    if not isinstance(page, str) or (pages is not None and page.partition("?")[0] not in pages):
        raise ApiRefusal(41030)


def _decide(call: Call, openid: str, template_id: str, decision: str) -> None:
    if decision == "accept":
        call.db.execute(
            "INSERT INTO consents (openid, template_id, remaining) VALUES (?, ?, 1)"
            " ON CONFLICT DO UPDATE SET remaining = remaining + 1",
            (openid, template_id),
        )
    elif decision == "withdraw":
        call.db.execute("DELETE FROM consents WHERE openid = ? AND template_id = ?", (openid, template_id))


def _tell_decision(call: Call, openid: str, templates: list[str], decision: str) -> None:
    said = "accept" if decision == "accept" else "reject"
    items = [{"TemplateId": name, "SubscribeStatusString": said, "PopupScene": "0"} for name in templates]
    event = "subscribe_msg_change_event" if decision == "withdraw" else "subscribe_msg_popup_event"
    # One is sent as an object, several as an array.
    letters.push(call, openid=openid, event=event, body={"List": items[0] if len(items) == 1 else items})


def _activity(call: Call, activity_id: object) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM activities WHERE activity_id = ?", (text(activity_id),)
    ).fetchone()
    if row is None:
        raise ApiRefusal(47501)
    if row["expires_at"] <= call.now:
        raise ApiRefusal(47504)
    return row


def _parameters(info: object) -> dict[str, str]:
    listed = info.get("parameter_list") if isinstance(info, dict) else None
    if not isinstance(listed, list):
        raise ApiRefusal(47001)
    pairs = [(row.get("name"), row.get("value")) for row in listed if isinstance(row, dict)]
    if not all(isinstance(name, str) and isinstance(value, str) for name, value in pairs):
        raise ApiRefusal(47001)
    return {str(name): str(value) for name, value in pairs}


def _paid_order(call: Call, key: Mapping[str, Any], payer: Mapping[str, Any]) -> sqlite3.Row | None:
    by_number = key.get("order_number_type") == 1 and key.get("mchid") == MCH_ID
    number = text(key.get("out_trade_no")) if by_number else None
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM orders WHERE (out_trade_no = ? OR transaction_id = ?) AND openid = ? AND paid_at IS NOT NULL",
        (number, None if by_number else text(key.get("transaction_id")), text(payer.get("openid"))),
    ).fetchone()
    return row
