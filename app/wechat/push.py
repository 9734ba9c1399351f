"""WeChat's message push: how its posts are verified, opened and read, in every mode and format.

The URL is verified once by a GET; then come posts, plain or encrypted, JSON or XML as chosen in the console.
Answer within five seconds with `success`; WeChat repeats three times, so keep `dedupe_key`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from app.wechat import signatures
from app.wechat.config import WeChatConfig
from app.wechat.errors import SignatureInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class PushMessage:
    """One message. `items` is its list, also where WeChat sent a single thing; `body` is everything it said."""

    openid: str = field(repr=False)
    created_at: datetime
    #: Lower case: `subscribe_msg_popup_event`, `wxa_media_check`, …; empty for what a person wrote.
    event: str
    items: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any] = field(repr=False)

    @property
    def dedupe_key(self) -> str:
        """The same for each delivery of the same message."""
        if message_id := self.body.get("MsgId"):
            return f"msg:{message_id}"
        return f"{self.openid}:{int(self.created_at.timestamp())}:{self.event}"


def confirm_url(config: WeChatConfig, query: Mapping[str, str]) -> str:
    """What to answer, as plain text, to the GET by which WeChat verifies the URL; SignatureInvalid."""
    _check_plain(config, query)
    return query.get("echostr", "")


def read_push(config: WeChatConfig, query: Mapping[str, str], body: bytes) -> PushMessage:
    """The message in a post, given its query and raw body; SignatureInvalid if it is not WeChat's.

    Where a key for the secure mode is configured, nothing unencrypted is believed.
    """
    outer = _parsed(body)
    if config.push_aes_key or query.get("encrypt_type") == "aes":
        sealed = str(outer.get("Encrypt", ""))
        signatures.check_push_signature(
            config.push_token,
            query.get("msg_signature", ""),
            query.get("timestamp", ""),
            query.get("nonce", ""),
            sealed,
        )
        return _message(_parsed(signatures.open_push(config.push_aes_key, sealed, app_id=config.app_id)))
    _check_plain(config, query)
    return _message(outer)


def _check_plain(config: WeChatConfig, query: Mapping[str, str]) -> None:
    signatures.check_push_signature(
        config.push_token, query.get("signature", ""), query.get("timestamp", ""), query.get("nonce", "")
    )


def _message(body: dict[str, Any]) -> PushMessage:
    try:
        return PushMessage(
            openid=str(body["FromUserName"]),
            created_at=datetime.fromtimestamp(int(body["CreateTime"]), UTC),
            event=str(body.get("Event", "")).lower(),
            items=_items(body),
            body=body,
        )
    except (KeyError, ValueError, TypeError) as error:
        raise SignatureInvalid("signed by WeChat, but no message that we know") from error


def _items(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found = body.get("List")
    if found is None:
        nested = [value["List"] for value in body.values() if isinstance(value, dict) and "List" in value]
        found = nested[0] if nested else []
    return (found,) if isinstance(found, dict) else tuple(found)


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        value = _from_xml(body) if body.lstrip().startswith(b"<") else json.loads(body)
    except (ValueError, ET.ParseError, RecursionError) as error:
        raise SignatureInvalid("neither JSON nor XML") from error
    if not isinstance(value, dict):
        raise SignatureInvalid("not a message")
    return value


def _from_xml(body: bytes) -> Any:
    # As text: in another encoding, which a document may name for itself, the bytes of a document type look different.
    text = body.decode()
    if "\0" in text or "<!" in text.replace("<![CDATA[", ""):
        raise ValueError("another encoding, or a document type")
    return _value(ET.fromstring(text))  # noqa: S314 - without a document type there are no entities to expand


def _value(element: ET.Element) -> Any:
    """Text for a leaf, else a dict; children of one name become a list."""
    children = list(element)
    if not children:
        return (element.text or "").strip()
    found: dict[str, Any] = {}
    for child in children:
        value = _value(child)
        if child.tag in found:
            earlier = found[child.tag]
            found[child.tag] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            found[child.tag] = value
    return found
