"""Orders at WeChat Pay: placed, asked for, closed, and paid by the phone."""

import json
import re
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.wechat import signatures
from app.wechat.errors import SignatureInvalid
from app.wechat.sandbox import letters, people
from app.wechat.sandbox.keys import APP_ID, MCH_ID
from app.wechat.sandbox.refusals import PayRefusal, PhoneRefusal
from app.wechat.sandbox.world import Call, text

PAID = ("SUCCESS", "REFUND")

_PREPAY_LIFE_S = 7200
_ORDER_LIFE_S = 7 * 86400
_LONGEST_LIFE_S = 90 * 86400
_SHORTEST_LIFE_S = 60
#: A hundred million yuan, in fen.
_LARGEST = 10**10
_NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
_STATES = {"SUCCESS": "支付成功", "REFUND": "转入退款", "NOTPAY": "订单未支付", "CLOSED": "订单已关闭"}
_REQUIRED = frozenset({"appid", "mchid", "description", "out_trade_no", "notify_url", "amount", "payer"})
_OPTIONAL = frozenset({"time_expire", "attach", "goods_tag", "settle_info", "detail", "scene_info", "support_fapiao"})


def place(call: Call) -> dict[str, Any]:
    """`POST /v3/pay/transactions/jsapi`: the same number again must come with the same parameters."""
    _check_parameters(call)
    number = call.body["out_trade_no"]
    order = find(call, number)
    if order is None:
        _insert(call)
    else:
        _check_same(call, order)
    prepay_id = f"wx{int(call.now):x}{secrets.token_hex(12)}"
    call.db.execute(
        "INSERT INTO prepays (prepay_id, out_trade_no, expires_at) VALUES (?, ?, ?)",
        (prepay_id, number, call.now + _PREPAY_LIFE_S),
    )
    return {"prepay_id": prepay_id}


def by_number(call: Call) -> dict[str, Any]:
    """`GET /v3/pay/transactions/out-trade-no/{out_trade_no}`."""
    return _told(call, find(call, call.path["out_trade_no"]))


def by_transaction(call: Call) -> dict[str, Any]:
    """`GET /v3/pay/transactions/id/{transaction_id}`: knows only what was paid."""
    row = call.db.execute("SELECT * FROM orders WHERE transaction_id = ?", (call.path["transaction_id"],)).fetchone()
    return _told(call, row)


def close(call: Call) -> None:
    """`POST …/close`: a number that is unknown or already closed is fine; a paid one is not."""
    if call.body.get("mchid") != MCH_ID:
        raise PayRefusal("PARAM_ERROR", "商户号不正确")
    order = find(call, call.path["out_trade_no"])
    if order is not None and order["state"] in PAID:
        raise PayRefusal("ORDER_PAID", "订单已支付")
    call.db.execute(
        "UPDATE orders SET state = 'CLOSED' WHERE out_trade_no = ? AND state = 'NOTPAY'",
        (call.path["out_trade_no"],),
    )


def pay(call: Call) -> dict[str, Any]:
    """`POST /_/pay`: the person pays, once, before the order ends. With paySign the phone checks it as well."""
    _check_pay_sign(call)
    prepay = call.db.execute(
        "SELECT * FROM prepays WHERE prepay_id = ?", (text(call.body.get("prepay_id")),)
    ).fetchone()
    if prepay is None:
        raise PhoneRefusal("PREPAY_NOT_FOUND", "no such prepay_id")
    order = known(call, prepay["out_trade_no"])
    if people.person(call, call.body.get("as")) != order["openid"]:
        raise PhoneRefusal("WRONG_PAYER", "the order is for somebody else to pay")
    _check_payable(call, prepay, order)
    transaction_id = f"4200{secrets.randbelow(10**24):024d}"
    call.db.execute(
        "UPDATE orders SET state = 'SUCCESS', transaction_id = ?, paid_at = ? WHERE out_trade_no = ?",
        (transaction_id, call.now, order["out_trade_no"]),
    )
    letters.announce(
        call,
        url=order["notify_url"],
        about=order["out_trade_no"],
        event_type="TRANSACTION.SUCCESS",
        original_type="transaction",
        plain=described(known(call, order["out_trade_no"])),
    )
    return {"transaction_id": transaction_id}


def known(call: Call, number: str) -> sqlite3.Row:
    """The order of a number that has one."""
    order = find(call, number)
    if order is None:
        raise LookupError(number)
    return order


def find(call: Call, number: object) -> sqlite3.Row | None:
    """The order of this number."""
    row: sqlite3.Row | None = call.db.execute("SELECT * FROM orders WHERE out_trade_no = ?", (text(number),)).fetchone()
    return row


def described(order: sqlite3.Row) -> dict[str, Any]:
    """An order as queries and notifications tell it; before payment some fields are absent."""
    told: dict[str, Any] = {
        "appid": APP_ID,
        "mchid": MCH_ID,
        "out_trade_no": order["out_trade_no"],
        "trade_state": order["state"],
        "trade_state_desc": _STATES[order["state"]],
        "amount": {"total": order["total"], "currency": "CNY"},
        "promotion_detail": [],
    }
    if order["attach"]:
        told["attach"] = order["attach"]
    if order["state"] in PAID:
        told |= {
            "transaction_id": order["transaction_id"],
            "trade_type": "JSAPI",
            "bank_type": "OTHERS",
            "success_time": letters.moment(order["paid_at"]),
            "payer": {"openid": order["openid"]},
        }
        told["amount"] |= {"payer_total": order["total"], "payer_currency": "CNY"}
    return told


def readable(text: object, longest: int) -> bool:
    """Whether WeChat Pay can keep this text: not empty, not too long, no character of four bytes."""
    return isinstance(text, str) and 0 < len(text) <= longest and all(c <= "\uffff" for c in text)


def _told(call: Call, order: sqlite3.Row | None) -> dict[str, Any]:
    if call.query.get("mchid") != MCH_ID:
        raise PayRefusal("PARAM_ERROR", "缺少商户号")
    if order is None:
        raise PayRefusal("ORDER_NOT_EXIST", "订单不存在")
    return described(order)


def _insert(call: Call) -> None:
    body = call.body
    expires_at = _expiry(call)
    if expires_at - call.now < _SHORTEST_LIFE_S:
        raise PayRefusal("PARAM_ERROR", "time_expire距当前时间不足1分钟")
    call.db.execute(
        "INSERT INTO orders (out_trade_no, openid, total, parameters, attach, notify_url, state, created_at,"
        " expires_at) VALUES (?, ?, ?, ?, ?, ?, 'NOTPAY', ?, ?)",
        (
            body["out_trade_no"],
            body["payer"]["openid"],
            body["amount"]["total"],
            _compared(body),
            body.get("attach", ""),
            body["notify_url"],
            call.now,
            expires_at,
        ),
    )


def _check_same(call: Call, order: sqlite3.Row) -> None:
    if order["state"] in PAID:
        raise PayRefusal("ORDERPAID", "该订单已支付")
    if order["state"] == "CLOSED" or order["expires_at"] <= call.now:
        raise PayRefusal("ORDER_CLOSED", "该订单已关闭，请重新下单")
    if order["parameters"] != _compared(call.body):
        raise PayRefusal("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")


def _compared(body: Mapping[str, Any]) -> str:
    # Only the first call's time_expire counts, so a later one may differ.
    return json.dumps({key: body[key] for key in sorted(body) if key != "time_expire"}, sort_keys=True)


def _check_parameters(call: Call) -> None:
    body = call.body
    if missing := _REQUIRED - body.keys():
        raise PayRefusal("PARAM_ERROR", f"缺少必填参数 {', '.join(sorted(missing))}")
    if unknown := body.keys() - _REQUIRED - _OPTIONAL:
        raise PayRefusal("PARAM_ERROR", f"多余的参数 {', '.join(sorted(unknown))}")
    if body["appid"] != APP_ID or body["mchid"] != MCH_ID:
        raise PayRefusal("APPID_MCHID_NOT_MATCH", "商户号和appid没有绑定关系")
    wrong = [name for name, right in _rightness(call).items() if not right]
    if wrong:
        raise PayRefusal("PARAM_ERROR", f"参数错误 {', '.join(wrong)}")


def _rightness(call: Call) -> dict[str, bool]:
    body = call.body
    amount, payer, url = body["amount"], body["payer"], body["notify_url"]
    return {
        "out_trade_no": isinstance(body["out_trade_no"], str) and bool(_NUMBER.fullmatch(body["out_trade_no"])),
        "description": readable(body["description"], 127),
        "attach": "attach" not in body or readable(body["attach"], 128),
        "notify_url": readable(url, 255) and url.startswith(("http://", "https://")) and "?" not in url,
        "amount": isinstance(amount, dict)
        and type(amount.get("total")) is int
        and 1 <= amount["total"] <= _LARGEST
        and amount.get("currency", "CNY") == "CNY",
        "payer": isinstance(payer, dict) and people.known(call, payer.get("openid")) is not None,
    }


def _expiry(call: Call) -> float:
    text = call.body.get("time_expire")
    if text is None:
        return call.now + _ORDER_LIFE_S
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        at = None
    if at is None or at.tzinfo is None:
        raise PayRefusal("PARAM_ERROR", "time_expire不是RFC 3339格式")
    return min(at.timestamp(), call.now + _LONGEST_LIFE_S)


def _check_payable(call: Call, prepay: sqlite3.Row, order: sqlite3.Row) -> None:
    if order["state"] in PAID:
        raise PhoneRefusal("ORDER_PAID", "the order is already paid")
    if order["state"] == "CLOSED":
        raise PhoneRefusal("ORDER_CLOSED", "the order is closed")
    # After its time_expire an order stays NOTPAY until the merchant closes it, but nobody can pay it.
    if order["expires_at"] <= call.now:
        raise PhoneRefusal("ORDER_EXPIRED", "the order's time is over")
    if prepay["expires_at"] <= call.now:
        raise PhoneRefusal("PREPAY_EXPIRED", "the prepay_id is older than two hours")


def _check_pay_sign(call: Call) -> None:
    body = call.body
    if "paySign" not in body:
        return
    package = f"prepay_id={body.get('prepay_id')}"
    message = signatures.payment_message(
        app_id=APP_ID, timestamp=str(body.get("timeStamp")), nonce=str(body.get("nonceStr")), package=package
    )
    try:
        signatures.verify(signatures.public_key(call.world.keys.merchant.certificate), message, str(body["paySign"]))
    except SignatureInvalid as error:
        raise PhoneRefusal("PAY_SIGN", "the phone refuses the paySign") from error
