"""WeChat Pay's certificates, as merchants without its public key fetch them."""

import secrets
from typing import Any

from cryptography import x509

from app.wechat import signatures
from app.wechat.sandbox import letters
from app.wechat.sandbox.keys import Certificate
from app.wechat.sandbox.world import Call

_ASSOCIATED = "certificate"


def listed(call: Call) -> dict[str, Any]:
    """`GET /v3/certificates`: every valid one, sealed with the APIv3 key."""
    keys = call.world.keys
    return {"data": [_sealed(row, keys.api_v3_key) for row in keys.platform]}


def _sealed(row: Certificate, api_v3_key: str) -> dict[str, Any]:
    certificate = x509.load_pem_x509_certificate(row.certificate.encode())
    nonce = secrets.token_hex(6)
    ciphertext = signatures.seal_resource(
        api_v3_key, row.certificate.encode(), nonce=nonce, associated_data=_ASSOCIATED
    )
    return {
        "serial_no": row.serial,
        "effective_time": letters.moment(certificate.not_valid_before_utc.timestamp()),
        "expire_time": letters.moment(certificate.not_valid_after_utc.timestamp()),
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": _ASSOCIATED,
            "ciphertext": ciphertext,
        },
    }
