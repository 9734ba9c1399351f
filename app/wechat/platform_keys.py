"""The keys by which WeChat Pay's signatures are checked, found by the serial that each signature names.

With WeChat Pay's public key there is one that never changes. In certificate mode they are fetched, several are
valid at a time, and new ones appear years apart. During a change from one to the other both sign.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx2
from cryptography.hazmat.primitives.asymmetric import rsa

from app.wechat import signatures
from app.wechat.config import WeChatConfig
from app.wechat.errors import SignatureInvalid, WeChatBusy

_PUBLIC_KEY_ID = "PUB_KEY_ID_"
#: Certificates change every few years; WeChat asks to look for new ones within 12 hours.
_LOOK_AGAIN_S = 12 * 3600
#: A forger may name any serial: unknown ones do not make us ask WeChat more often than this.
_ASK_AT_MOST_EVERY_S = 60


@dataclass(frozen=True, slots=True)
class SignedBy:
    """The headers in which WeChat Pay signs a reply or a notification."""

    timestamp: str
    nonce: str
    signature: str
    serial: str


def signed_by(headers: Mapping[str, str]) -> SignedBy | None:
    """The signature of a reply or a notification; None where there is none."""
    low = {name.lower(): value for name, value in headers.items()}
    values = [low.get(f"wechatpay-{name}", "") for name in ("timestamp", "nonce", "signature", "serial")]
    return SignedBy(*values) if all(values) else None


class PlatformKeys:
    """`fetch` gives the raw reply of `GET /v3/certificates`, not yet verified."""

    def __init__(
        self,
        config: WeChatConfig,
        fetch: Callable[[], Awaitable[httpx2.Response]],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._fetch = fetch
        self._clock = clock
        self._certificates: dict[str, rsa.RSAPublicKey] = {}
        self._asked_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()
        self._public_key = signatures.public_key(config.pay_public_key) if config.pay_public_key else None

    @property
    def preferred_serial(self) -> str | None:
        """What to ask WeChat to sign its replies with; None leaves it to WeChat."""
        return self._config.pay_public_key_id

    async def check(self, signed: SignedBy | None, body: bytes) -> None:
        """Raise SignatureInvalid unless WeChat Pay signed this body within the last five minutes."""
        if signed is None:
            raise SignatureInvalid("there is no signature")
        signatures.check_age(signed.timestamp, self._clock())
        key = await self._key(signed.serial)
        _check(key, signed, body)

    async def _key(self, serial: str) -> rsa.RSAPublicKey:
        if self._public_key and serial == self._config.pay_public_key_id:
            return self._public_key
        if serial.startswith(_PUBLIC_KEY_ID):
            raise SignatureInvalid("signed with a public key that is not the one we know")
        async with self._one_at_a_time:
            await self._refresh(known=serial in self._certificates)
        if serial not in self._certificates:
            raise SignatureInvalid("signed with a key that WeChat does not name as its own")
        return self._certificates[serial]

    async def _refresh(self, *, known: bool) -> None:
        waited = self._clock() - self._asked_at
        if waited < (_LOOK_AGAIN_S if known else _ASK_AT_MOST_EVERY_S):
            return
        try:
            response = await self._fetch()
            self._certificates = self._opened(response)
        except (WeChatBusy, SignatureInvalid):
            # What is known goes on being known. An unknown serial cannot be judged now, and the caller must hear
            # which of the two it was, lest a real notification be called a forgery.
            if not known:
                raise
        self._asked_at = self._clock()

    def _opened(self, response: httpx2.Response) -> dict[str, rsa.RSAPublicKey]:
        signed = signed_by(response.headers)
        if signed is None:
            raise SignatureInvalid("the certificates are not signed")
        now = self._clock()
        try:
            rows = json.loads(response.content)["data"]
            found = {row["serial_no"]: self._open_one(row) for row in rows if _is_valid(row, now)}
        except (ValueError, KeyError, TypeError) as error:
            raise SignatureInvalid("not a list of certificates") from error
        # The certificates sign their own list. What makes them WeChat's is the APIv3 key that sealed them.
        if signed.serial in found:
            signatures.check_age(signed.timestamp, now)
            _check(found[signed.serial], signed, response.content)
        elif not (self._public_key and signed.serial == self._config.pay_public_key_id):
            raise SignatureInvalid("the certificates are signed with none of them")
        else:
            _check(self._public_key, signed, response.content)
        return found

    def _open_one(self, row: Mapping[str, Mapping[str, str]]) -> rsa.RSAPublicKey:
        sealed = row["encrypt_certificate"]
        pem = signatures.open_resource(
            self._config.api_v3_key,
            sealed["ciphertext"],
            nonce=sealed["nonce"],
            associated_data=sealed["associated_data"],
        )
        return signatures.public_key(pem.decode())


def _check(key: rsa.RSAPublicKey, signed: SignedBy, body: bytes) -> None:
    message = signatures.answer_message(timestamp=signed.timestamp, nonce=signed.nonce, body=body)
    signatures.verify(key, message, signed.signature)


def _is_valid(row: Mapping[str, str], now: float) -> bool:
    return _moment(row["effective_time"]) <= now < _moment(row["expire_time"])


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
