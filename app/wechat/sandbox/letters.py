"""What WeChat has to tell the merchant: rows that wait for the courier, so a death of the process loses none."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from app.wechat.sandbox.keys import APP_ID
from app.wechat.sandbox.world import Call

PAYMENT = "payment"
PUSH = "push"

_CHINA = timezone(timedelta(hours=8))


def announce(
    call: Call, *, url: str, about: str, event_type: str, original_type: str, plain: Mapping[str, Any]
) -> None:
    """Write a notification of WeChat Pay about the number `about`; the weather decides when, and how often."""
    event = {
        "id": secrets.token_hex(16),
        "create_time": moment(call.now),
        "event_type": event_type,
        "original_type": original_type,
        "summary": event_type,
        "plain": plain,
    }
    for _ in range(1 + call.weather.copies()):
        write(call, kind=PAYMENT, url=url, about=about, event=event, wait_s=call.weather.notification_delay_s())


def push(call: Call, *, openid: str, event: str, body: Mapping[str, Any], wait_s: float = 0) -> None:
    """Write a message of the message push; nothing where no push address is known."""
    url = call.world.options.push_url
    if url is None:
        return
    message = {
        "ToUserName": f"gh_{APP_ID[2:]}",
        "FromUserName": openid,
        "CreateTime": int(call.now),
        "MsgType": "event",
        "Event": event,
        **body,
    }
    write(call, kind=PUSH, url=url, about=event, event=message, wait_s=wait_s)


def write(call: Call, *, kind: str, url: str, about: str, event: Mapping[str, Any], wait_s: float) -> None:
    """Write one letter, due after so many seconds."""
    call.db.execute(
        "INSERT INTO letters (kind, url, about, event, due_at) VALUES (?, ?, ?, ?, ?)",
        (kind, url, about, json.dumps(event, ensure_ascii=False), call.now + wait_s),
    )


def moment(at: float) -> str:
    """A moment as WeChat Pay writes it."""
    return datetime.fromtimestamp(int(at), _CHINA).isoformat()


def keep(call: Call, kind: str, body: Mapping[str, Any]) -> int:
    """Remember something received for `/_/sent`; gives its number."""
    cursor = call.db.execute(
        "INSERT INTO sent (kind, at, body) VALUES (?, ?, ?)",
        (kind, call.now, json.dumps(body, ensure_ascii=False)),
    )
    return int(cursor.lastrowid or 0)


def kept(db: sqlite3.Connection, kind: str) -> list[dict[str, Any]]:
    """Everything of this kind, oldest first."""
    rows = db.execute("SELECT at, body FROM sent WHERE kind = ? ORDER BY id", (kind,))
    return [{**json.loads(row["body"]), "at": row["at"]} for row in rows]
