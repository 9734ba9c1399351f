"""What WeChat puts around its news: the sealed payment notification, and the message push in JSON or XML."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.etree import ElementTree as ET

from app.wechat import signatures
from app.wechat.sandbox.keys import APP_ID, Keys

Format = Literal["json", "xml"]

#: What lists of these events stand in, in XML; in JSON they stand alone.
_LIST_INSIDE: Mapping[str, str] = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


@dataclass(frozen=True, slots=True)
class Push:
    """A message push in secure mode."""

    query: Mapping[str, str]
    body: bytes
    mime: str


def notification(keys: Keys, event: Mapping[str, Any]) -> bytes:
    """The body of a payment notification, its content sealed anew."""
    nonce = secrets.token_hex(6)
    plain = json.dumps(event["plain"], ensure_ascii=False).encode()
    resource = {
        "original_type": event["original_type"],
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": signatures.seal_resource(
            keys.api_v3_key, plain, nonce=nonce, associated_data=event["original_type"]
        ),
        "associated_data": event["original_type"],
        "nonce": nonce,
    }
    told = {key: event[key] for key in ("id", "create_time", "event_type", "summary")}
    return json.dumps({**told, "resource_type": "encrypt-resource", "resource": resource}, ensure_ascii=False).encode()


def push(keys: Keys, message: Mapping[str, Any], written_in: Format) -> Push:
    """A push whose message is sealed anew and signed."""
    sealed = signatures.seal_push(keys.push_aes_key, _written(message, written_in), app_id=APP_ID)
    timestamp, nonce = str(message["CreateTime"]), secrets.token_hex(5)
    query = {
        "signature": signatures.push_signature(keys.push_token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": str(message["FromUserName"]),
        "encrypt_type": "aes",
        "msg_signature": signatures.push_signature(keys.push_token, timestamp, nonce, sealed),
    }
    outer = {"ToUserName": message["ToUserName"], "Encrypt": sealed}
    return Push(query, _written(outer, written_in), "text/xml" if written_in == "xml" else "application/json")


def _written(message: Mapping[str, Any], written_in: Format) -> bytes:
    if written_in == "json":
        return json.dumps(message, ensure_ascii=False).encode()
    root = ET.Element("xml")
    inside = _LIST_INSIDE.get(str(message.get("Event", "")))
    for name, value in message.items():
        _add(ET.SubElement(root, inside) if inside and name == "List" else root, name, value)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return document


def _add(parent: ET.Element, name: str, value: Any) -> None:
    """Several things are several elements of one name."""
    for each in value if isinstance(value, list) else [value]:
        element = ET.SubElement(parent, name)
        if isinstance(each, dict):
            for inner, content in each.items():
                _add(element, inner, content)
        else:
            element.text = str(each)
