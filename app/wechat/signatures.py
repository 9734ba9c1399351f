"""Signatures and ciphers of WeChat Pay v3, of user data and of the message push. Pure.

Both sides of each stand here, so that the sandbox signs with what the client verifies. The vectors of
WeChat's documentation are in tests/wechat/test_signatures.py.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.wechat.errors import SignatureInvalid

SCHEME = "WECHATPAY2-SHA256-RSA2048"
#: WeChat sends signatures beginning so to see whether we check them.
PROBE = "WECHATPAY/SIGNTEST/"
#: How far the two clocks may be apart, and how old a signature may be.
WINDOW_S = 300

_PUSH_BLOCK = 32
_AES_BLOCK = 16
_RANDOM_BYTES = 16
_LENGTH_BYTES = 4
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


# Reading checks the primes, which takes longer than a hundred signatures.
@lru_cache(maxsize=8)
def private_key(pem: str) -> rsa.RSAPrivateKey:
    """An RSA private key from PEM; ValueError if it is another kind."""
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")  # noqa: TRY004 - the text is wrong, not its type
    return key


def public_key(pem: str) -> rsa.RSAPublicKey:
    """An RSA public key from the PEM of a key or of a certificate; ValueError if it is another kind."""
    if "BEGIN CERTIFICATE" in pem:
        key: object = x509.load_pem_x509_certificate(pem.encode()).public_key()
    else:
        key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA public key")  # noqa: TRY004 - the text is wrong, not its type
    return key


def sign(key: rsa.RSAPrivateKey, message: bytes) -> str:
    """RSA-SHA256 in base64. About a quarter of a millisecond of work: keep it off the event loop."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def verify(key: rsa.RSAPublicKey, message: bytes, signature: str) -> None:
    """Raise SignatureInvalid unless `signature` is the key's over `message`."""
    if signature.startswith(PROBE):
        raise SignatureInvalid("a probe of WeChat's, which must not pass")
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise SignatureInvalid("the signature does not fit what was signed") from error


def check_age(timestamp: str, now: float) -> None:
    """Raise SignatureInvalid if the moment (Unix seconds) is further than WINDOW_S from now, either way."""
    # Not more than a dozen digits: a number of thousands takes long to read, and no clock tells it.
    is_a_moment = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12  # noqa: PLR2004 - said above
    if not is_a_moment or abs(now - int(timestamp)) > WINDOW_S:
        raise SignatureInvalid("signed too long ago, or in the future")


def request_message(*, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What the merchant signs. `target` is path and query exactly as they are sent."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_message(*, timestamp: str, nonce: str, body: bytes) -> bytes:
    """What WeChat Pay signs under its replies and notifications: the body's raw bytes."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


@dataclass(frozen=True, slots=True)
class Authorization:
    """The parts of a merchant's Authorization header."""

    mch_id: str
    serial: str
    timestamp: str
    nonce: str
    signature: str

    def header(self) -> str:
        """The header's value."""
        return (
            f'{SCHEME} mchid="{self.mch_id}",nonce_str="{self.nonce}",signature="{self.signature}",'
            f'timestamp="{self.timestamp}",serial_no="{self.serial}"'
        )


def read_authorization(header: str) -> Authorization:
    """The parts of an Authorization header in any order; SignatureInvalid if one is missing."""
    scheme, _, rest = header.partition(" ")
    parts = dict(_ATTRIBUTE.findall(rest))
    if scheme != SCHEME or not parts.keys() >= {"mchid", "serial_no", "timestamp", "nonce_str", "signature"}:
        raise SignatureInvalid("not an Authorization header of WeChat Pay v3")
    return Authorization(
        mch_id=parts["mchid"],
        serial=parts["serial_no"],
        timestamp=parts["timestamp"],
        nonce=parts["nonce_str"],
        signature=parts["signature"],
    )


def payment_message(*, app_id: str, timestamp: str, nonce: str, package: str) -> bytes:
    """What the merchant signs for `wx.requestPayment` (paySign)."""
    return f"{app_id}\n{timestamp}\n{nonce}\n{package}\n".encode()


def new_nonce() -> str:
    """32 random characters."""
    return secrets.token_hex(16)


def seal_resource(api_v3_key: str, plain: bytes, *, nonce: str, associated_data: str) -> str:
    """AES-256-GCM, the tag at the end, base64: how WeChat Pay hides a notification's content."""
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, associated_data.encode())
    return base64.b64encode(sealed).decode()


def open_resource(api_v3_key: str, ciphertext: str, *, nonce: str, associated_data: str) -> bytes:
    """The content of a notification or a platform certificate; SignatureInvalid if it was altered."""
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        return AESGCM(api_v3_key.encode()).decrypt(nonce.encode(), sealed, associated_data.encode())
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise SignatureInvalid("the content was not sealed with our APIv3 key") from error


def raw_data_signature(raw_data: str, session_key: str) -> str:
    """What `wx.getUserInfo` gives as `signature` beside rawData."""
    return hashlib.sha1(  # noqa: S324 - WeChat's protocol says SHA-1
        (raw_data + session_key).encode()
    ).hexdigest()


def session_signature(session_key: str, message: bytes = b"") -> str:
    """HMAC-SHA256 in hex under the session key's text itself, not its base64-decoded bytes."""
    return hmac.new(session_key.encode(), message, hashlib.sha256).hexdigest()


def encrypt_user_data(session_key: str, data: Mapping[str, Any], *, iv: str) -> str:
    """AES-128-CBC with PKCS#7: what the phone gives as encryptedData. Keys and iv are base64."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    cipher = Cipher(algorithms.AES(base64.b64decode(session_key)), modes.CBC(base64.b64decode(iv))).encryptor()
    return base64.b64encode(cipher.update(_pad(plain, _AES_BLOCK)) + cipher.finalize()).decode()


def decrypt_user_data(session_key: str, encrypted_data: str, *, iv: str, app_id: str) -> dict[str, Any]:
    """The data inside encryptedData; SignatureInvalid if it is not this app's or not this session key's."""
    try:
        cipher = Cipher(algorithms.AES(_decoded(session_key)), modes.CBC(_decoded(iv))).decryptor()
        plain = _unpad(cipher.update(_decoded(encrypted_data)) + cipher.finalize(), _AES_BLOCK)
        data = json.loads(plain)
        watermark = data["watermark"]["appid"]
    except (ValueError, KeyError, TypeError) as error:
        raise SignatureInvalid("not encrypted with the newest session key") from error
    if watermark != app_id:
        raise SignatureInvalid("the data belong to another app")
    return dict(data)


def push_signature(token: str, *parts: str) -> str:
    """SHA-1 over the sorted parts: `signature` over timestamp and nonce, `msg_signature` over Encrypt as well."""
    return hashlib.sha1(  # noqa: S324 - WeChat's protocol says SHA-1
        "".join(sorted([token, *parts])).encode()
    ).hexdigest()


def check_push_signature(token: str, signature: str, *parts: str) -> None:
    """Raise SignatureInvalid unless the signature is the token's over the parts."""
    if not token or not hmac.compare_digest(push_signature(token, *parts).encode(), signature.encode()):
        raise SignatureInvalid("the push is not signed with our token")


def seal_push(aes_key: str, message: bytes, *, app_id: str, random: bytes | None = None) -> str:
    """The secure mode's Encrypt. `random` is 16 bytes; drawn when not given."""
    key = base64.b64decode(aes_key + "=")
    head = random if random is not None else secrets.token_hex(_RANDOM_BYTES // 2).encode()
    plain = head + len(message).to_bytes(_LENGTH_BYTES, "big") + message + app_id.encode()
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_AES_BLOCK])).encryptor()
    return base64.b64encode(cipher.update(_pad(plain, _PUSH_BLOCK)) + cipher.finalize()).decode()


def open_push(aes_key: str, encrypted: str, *, app_id: str) -> bytes:
    """The message inside the secure mode's Encrypt; SignatureInvalid if it is not for this app."""
    try:
        key = _decoded(aes_key + "=")
        cipher = Cipher(algorithms.AES(key), modes.CBC(key[:_AES_BLOCK])).decryptor()
        plain = _unpad(cipher.update(_decoded(encrypted)) + cipher.finalize(), _PUSH_BLOCK)
    except ValueError as error:
        raise SignatureInvalid("the push is not encrypted with our key") from error
    start = _RANDOM_BYTES + _LENGTH_BYTES
    end = start + int.from_bytes(plain[_RANDOM_BYTES:start], "big")
    if plain[end:] != app_id.encode():
        raise SignatureInvalid("the push is for another app")
    return plain[start:end]


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _pad(plain: bytes, block: int) -> bytes:
    missing = block - len(plain) % block
    return plain + bytes([missing]) * missing


def _unpad(padded: bytes, block: int) -> bytes:
    length = padded[-1] if padded else 0
    if not 1 <= length <= block or padded[-length:] != bytes([length]) * length:
        raise ValueError("wrong padding")
    return padded[:-length]
