"""What one needs to speak with WeChat: addresses, names and keys."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatConfig:
    """One mini-program and its merchant. Its repr shows no secret.

    Origins may have a path prefix. WeChat Pay signs the path that is really asked for, so a prefix is signed too.
    """

    api_origin: str
    pay_origin: str
    app_id: str
    mch_id: str
    #: Serial of the merchant's own certificate: WeChat finds by it the key that checks our signatures.
    merchant_serial: str
    #: Where payment and refund notifications go; https and without a query at the real WeChat.
    notify_url: str
    app_secret: str = field(repr=False)
    #: PEM.
    merchant_private_key: str = field(repr=False)
    #: 32 ASCII characters.
    api_v3_key: str = field(repr=False)
    #: `PUB_KEY_ID_…`; None where the merchant still lives with platform certificates.
    pay_public_key_id: str | None = None
    #: PEM; None in certificate mode.
    pay_public_key: str | None = field(default=None, repr=False)
    push_token: str = field(default="", repr=False)
    #: 43 characters; empty where the push is in plain mode.
    push_aes_key: str = field(default="", repr=False)
