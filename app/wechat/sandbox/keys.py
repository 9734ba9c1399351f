"""Who the sandbox is and what it signs with: made at first start, kept in `keys.json`, the same ever after.

The ids are fixed, so that a person's openid is the same in every sandbox; every key and secret is drawn.
"""

import fcntl
import json
import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from app.wechat.config import WeChatConfig

APP_ID = "wx5a4db0c05a4db0c0"
MCH_ID = "1900005442"

_KEY_BITS = 2048
_LETTERS = string.ascii_letters + string.digits
_CERTIFICATE_LIFE = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its key, both PEM. `serial` is upper-case hex."""

    serial: str
    certificate: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Everything secret on both sides. `platform` is WeChat Pay's certificates, oldest first; all are valid."""

    app_secret: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    push_token: str = field(repr=False)
    push_aes_key: str = field(repr=False)
    merchant: Certificate
    pay_public_key_id: str
    pay_private_key: str = field(repr=False)
    pay_public_key: str
    platform: tuple[Certificate, ...]


def load_keys(folder: Path) -> Keys:
    """The keys in this folder, made if there are none. Processes that start at once get the same."""
    path = folder / "keys.json"
    with first_start(folder):
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            unfinished.touch(mode=0o600)
            unfinished.write_text(json.dumps(asdict(_new_keys()), indent=1), encoding="utf-8")
            unfinished.replace(path)
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["merchant"] = Certificate(**stored["merchant"])
    stored["platform"] = tuple(Certificate(**row) for row in stored["platform"])
    return Keys(**stored)


def sandbox_config(folder: Path, origin: str, notify_url: str, *, certificate_mode: bool = False) -> WeChatConfig:
    """What a client needs to speak with the sandbox of this folder, which answers at `origin` (with its prefix).

    `certificate_mode`: the merchant who has no public key of WeChat Pay's and fetches its certificates.
    """
    keys = load_keys(folder)
    return WeChatConfig(
        api_origin=origin,
        pay_origin=origin,
        app_id=APP_ID,
        app_secret=keys.app_secret,
        mch_id=MCH_ID,
        merchant_serial=keys.merchant.serial,
        merchant_private_key=keys.merchant.private_key,
        api_v3_key=keys.api_v3_key,
        pay_public_key_id=None if certificate_mode else keys.pay_public_key_id,
        pay_public_key=None if certificate_mode else keys.pay_public_key,
        notify_url=notify_url,
        push_token=keys.push_token,
        push_aes_key=keys.push_aes_key,
    )


@contextmanager
def first_start(folder: Path) -> Iterator[None]:
    """One process at a time prepares the folder; the lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "first-start.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _new_keys() -> Keys:
    pay_key = _new_key()
    return Keys(
        app_secret=secrets.token_hex(16),
        api_v3_key=_random_text(32),
        push_token=_random_text(24),
        push_aes_key=_random_text(43),
        merchant=_new_certificate("Pintuan sandbox merchant"),
        pay_public_key_id="PUB_KEY_ID_" + "".join(secrets.choice(string.digits) for _ in range(28)),
        pay_private_key=_private_pem(pay_key),
        pay_public_key=_public_pem(pay_key),
        platform=(_new_certificate("Tenpay sandbox older"), _new_certificate("Tenpay sandbox newer")),
    )


def _new_certificate(name: str) -> Certificate:
    key = _new_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.fromtimestamp(0, UTC).replace(year=2025)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + 4 * _CERTIFICATE_LIFE)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return Certificate(f"{certificate.serial_number:040X}", pem, _private_pem(key))


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _private_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _public_pem(key: rsa.RSAPrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def _random_text(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
