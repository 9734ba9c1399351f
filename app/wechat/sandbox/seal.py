"""WeChat Pay's signature: under its answers and its notifications."""

import asyncio
import time
from typing import Literal

from app.wechat import signatures
from app.wechat.sandbox.keys import Keys

Manner = Literal["good", "wrong", "none", "probe"]


class Seal:
    """Signs as WeChat Pay does: with the key that was asked for, else with the newest certificate."""

    def __init__(self, keys: Keys) -> None:
        self.public_key_id = keys.pay_public_key_id
        self.newest_certificate = keys.platform[-1].serial
        self._keys = {row.serial: signatures.private_key(row.private_key) for row in keys.platform}
        self._keys[keys.pay_public_key_id] = signatures.private_key(keys.pay_private_key)

    async def headers(
        self, body: bytes, *, serial: str | None, manner: Manner = "good", age_s: float = 0
    ) -> dict[str, str]:
        """The headers that sign this body; `manner` other than good makes what must be refused."""
        if manner == "none":
            return {}
        used = serial if serial in self._keys else self.newest_certificate
        timestamp, nonce = str(int(time.time() - age_s)), signatures.new_nonce()
        message = signatures.answer_message(timestamp=timestamp, nonce=nonce, body=body)
        if manner == "wrong":
            message += b"something else"
        signature = await asyncio.to_thread(signatures.sign, self._keys[used or ""], message)
        if manner == "probe":
            signature = signatures.PROBE + signature
        return {
            "Wechatpay-Timestamp": timestamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": signature,
            "Wechatpay-Serial": used or "",
            "Wechatpay-Signature-Type": signatures.SCHEME,
            "Request-ID": signatures.new_nonce().upper(),
        }
