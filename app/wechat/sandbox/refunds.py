"""Refunds at WeChat Pay: accepted, then carried out, then told."""

import re
import secrets
import sqlite3
from typing import Any

from app.wechat.sandbox import letters, orders
from app.wechat.sandbox.keys import MCH_ID
from app.wechat.sandbox.refusals import PayRefusal, PhoneRefusal
from app.wechat.sandbox.world import Call, among, text

_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
_MOST_PER_ORDER = 50
_ENDS = frozenset({"SUCCESS", "CLOSED", "ABNORMAL"})
_LATEST_S = 365 * 86400
_LONGEST_REASON = 80
_ALLOWED = frozenset(
    {
        "transaction_id",
        "out_trade_no",
        "out_refund_no",
        "reason",
        "notify_url",
        "funds_account",
        "amount",
        "goods_detail",
    }
)


def ask(call: Call) -> dict[str, Any]:
    """`POST /v3/refund/domestic/refunds`: one number is one refund, however often it is asked for."""
    order = _order(call)
    _check_parameters(call, order)
    refund = find(call, call.body["out_refund_no"])
    if refund is None:
        _check_possible(call, order)
        refund = _insert(call, order)
    elif (refund["out_trade_no"], refund["amount"]) != (order["out_trade_no"], call.body["amount"]["refund"]):
        raise PayRefusal("INVALID_REQUEST", "退款单号已存在，请求重入时参数与首次请求时不一致")
    return described(refund, order, "status")


def by_number(call: Call) -> dict[str, Any]:
    """`GET /v3/refund/domestic/refunds/{out_refund_no}`."""
    refund = find(call, call.path["out_refund_no"])
    if refund is None:
        raise PayRefusal("RESOURCE_NOT_EXISTS", "退款单不存在")
    return described(refund, orders.known(call, refund["out_trade_no"]), "status")


def settle(call: Call) -> dict[str, Any]:
    """`POST /_/refund`: what a person does in the merchant's console about a refund that went wrong."""
    refund = find(call, call.body.get("out_refund_no"))
    state = call.body.get("status", "SUCCESS")
    if refund is None or not among(state, _ENDS):
        raise PhoneRefusal("BAD_REQUEST", '"out_refund_no" names a refund, "status" is SUCCESS, CLOSED or ABNORMAL')
    finish(call, refund["out_refund_no"], state)
    return {"status": state}


def finish_due(call: Call) -> int:
    """Carry out the refunds whose time has come; gives how many."""
    due = call.db.execute(
        "SELECT out_refund_no, outcome FROM refunds WHERE state = 'PROCESSING' AND outcome != 'PROCESSING'"
        " AND final_at <= ? LIMIT 100",
        (call.now,),
    ).fetchall()
    for row in due:
        finish(call, row["out_refund_no"], row["outcome"])
    return len(due)


def finish(call: Call, number: str, state: str) -> None:
    """Give a refund its state and tell the merchant."""
    call.db.execute(
        "UPDATE refunds SET state = ?, success_at = ? WHERE out_refund_no = ?",
        (state, call.now if state == "SUCCESS" else None, number),
    )
    refund = _known(call, number)
    letters.announce(
        call,
        url=refund["notify_url"],
        about=number,
        event_type=f"REFUND.{refund['state']}",
        original_type="refund",
        plain=_notified(refund, orders.known(call, refund["out_trade_no"])),
    )


def find(call: Call, number: object) -> sqlite3.Row | None:
    """The refund of this number."""
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM refunds WHERE out_refund_no = ?", (text(number),)
    ).fetchone()
    return row


def described(refund: sqlite3.Row, order: sqlite3.Row, state: str) -> dict[str, Any]:
    """A refund as replies tell it; `state` is how its state is called, which differs in notifications."""
    told: dict[str, Any] = {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": letters.moment(refund["created_at"]),
        state: refund["state"],
        "funds_account": "AVAILABLE",
        "amount": {
            "total": order["total"],
            "refund": refund["amount"],
            "payer_total": order["total"],
            "payer_refund": refund["amount"],
            "settlement_refund": refund["amount"],
            "settlement_total": order["total"],
            "discount_refund": 0,
            "currency": "CNY",
        },
        "promotion_detail": [],
    }
    if refund["success_at"] is not None:
        told["success_time"] = letters.moment(refund["success_at"])
    return told


def _notified(refund: sqlite3.Row, order: sqlite3.Row) -> dict[str, Any]:
    told = described(refund, order, "refund_status")
    amounts = {key: told["amount"][key] for key in ("total", "refund", "payer_total", "payer_refund")}
    kept = (
        "transaction_id",
        "out_trade_no",
        "refund_id",
        "out_refund_no",
        "refund_status",
        "success_time",
        "user_received_account",
    )
    return {"mchid": MCH_ID, **{key: told[key] for key in kept if key in told}, "amount": amounts}


def _order(call: Call) -> sqlite3.Row:
    body = call.body
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM orders WHERE transaction_id = ? OR out_trade_no = ?",
        (text(body.get("transaction_id")), text(body.get("out_trade_no"))),
    ).fetchone()
    if row is None:
        raise PayRefusal("RESOURCE_NOT_EXISTS", "订单不存在")
    return row


def _known(call: Call, number: str) -> sqlite3.Row:
    refund = find(call, number)
    if refund is None:
        raise LookupError(number)
    return refund


def _check_parameters(call: Call, order: sqlite3.Row) -> None:
    body = call.body
    amount = body.get("amount", {})
    right = (
        body.keys() <= _ALLOWED
        and isinstance(amount, dict)
        and amount.get("total") == order["total"]
        and isinstance(body.get("out_refund_no"), str)
        and _NUMBER.fullmatch(body["out_refund_no"])
        and type(amount.get("refund")) is int
        and amount["refund"] >= 1
        and amount.get("currency") == "CNY"
        and ("reason" not in body or orders.readable(body["reason"], _LONGEST_REASON))
    )
    if not right:
        raise PayRefusal("PARAM_ERROR", "退款参数错误，或订单金额与原订单不一致")


def _check_possible(call: Call, order: sqlite3.Row) -> None:
    if order["state"] not in orders.PAID:
        raise PayRefusal("INVALID_REQUEST", "订单未支付，不可退款")
    if call.now - order["paid_at"] > _LATEST_S:
        raise PayRefusal("INVALID_REQUEST", "订单已超过一年，不可退款")
    count, given = call.db.execute(
        "SELECT count(*), coalesce(sum(amount), 0) FROM refunds WHERE out_trade_no = ? AND state != 'CLOSED'",
        (order["out_trade_no"],),
    ).fetchone()
    if count >= _MOST_PER_ORDER:
        raise PayRefusal("INVALID_REQUEST", "部分退款次数超过50次")
    if given + call.body["amount"]["refund"] > order["total"]:
        raise PayRefusal("INVALID_REQUEST", "申请退款金额大于订单可退金额")
    if call.weather.refund == "NOT_ENOUGH":
        raise PayRefusal("NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")


def _insert(call: Call, order: sqlite3.Row) -> sqlite3.Row:
    body, weather = call.body, call.weather
    wait_s = call.world.options.refund_s if weather.refund_s is None else weather.refund_s
    call.db.execute(
        "INSERT INTO refunds (out_refund_no, refund_id, out_trade_no, amount, reason, notify_url, state, outcome,"
        " created_at, final_at) VALUES (?, ?, ?, ?, ?, ?, 'PROCESSING', ?, ?, ?)",
        (
            body["out_refund_no"],
            f"5030{secrets.randbelow(10**24):024d}",
            order["out_trade_no"],
            body["amount"]["refund"],
            body.get("reason", ""),
            # Without one, the address of the merchant's console; here that is the order's.
            body.get("notify_url", order["notify_url"]),
            weather.refund,
            call.now,
            call.now + wait_s,
        ),
    )
    call.db.execute("UPDATE orders SET state = 'REFUND' WHERE out_trade_no = ?", (order["out_trade_no"],))
    return _known(call, body["out_refund_no"])
