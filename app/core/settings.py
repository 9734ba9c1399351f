"""Settings: everything that differs between one installation and the next, read from PINTUAN_* variables.

The defaults are the embedded shop: one process, SQLite, in-process bus and worker, WeChat's sandbox. Every
switch whose wrong side could harm has the safe side as its default.
"""

from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

#: A shorter one can be guessed from a token.
SHORTEST_TOKEN_KEY = 32


class Settings(BaseSettings):
    """One installation's settings. Durations are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix="PINTUAN_", extra="ignore", hide_input_in_errors=True)

    env: Literal["development", "production"] = Field(
        default="development",
        description="In production: trusted documents only, no introspection, no explorer, no sandbox.",
    )
    data_dir: Path = Field(default=Path(".data"), description="Where the embedded shop keeps its files.")
    documents_dir: Path | None = Field(
        default=None,
        description="A folder of *.graphql files: what your own front ends send beside the contract's operations. "
        "Production runs nothing else.",
    )
    media_store: str = Field(
        default="", description="Where pictures are kept: s3://bucket/prefix ; empty is in the data folder."
    )
    media_store_options: SecretStr = Field(
        default=SecretStr(""),
        description="name=value,… for that store: endpoint (without TLS where it is http://…), region, access_key_id, "
        "secret_access_key, …",
    )
    database_url: str = Field(
        default="", description="postgres://… ; empty is SQLite in the data folder, for one process."
    )
    database_owner_url: SecretStr = Field(
        default=SecretStr(""),
        description="postgres://… of the role that owns the tables, for `migrate` alone; it makes the role of "
        "PINTUAN_DATABASE_URL and lets it in. Empty: one role for all.",
    )
    database_pool: int = Field(default=10, ge=2, description="Connections to PostgreSQL per process.")
    redis_url: str = Field(default="", description="redis://… ; empty is the in-process bus, for one process.")
    redis_prefix: str = Field(default="pintuan", description="What every Redis channel and key begins with.")
    public_origin: str = Field(
        default="http://127.0.0.1:8000",
        description="Where phones reach the API; pictures' addresses begin with it.",
    )
    landing_origin: str = Field(
        default="",
        description="A domain of its own for landing pages, for links may get a domain blocked; empty is the public "
        "origin, and in production no page.",
    )
    landing_pages: bool = Field(default=True, description="Off: share links have no page on the open web.")
    perk_plans_need_simulation: bool = Field(
        default=False, description="On: a perk plan must have been simulated before it can be put in force."
    )
    staff_password: SecretStr = Field(
        default=SecretStr(""),
        description="The demo staff's password; empty draws one and prints it at first start.",
    )
    token_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Keys that sign access tokens: id:secret,id:secret ; the first signs, all verify. "
        "Empty makes one in the data folder.",
    )
    access_token_seconds: int = Field(default=900, ge=60, description="How long an access token lives.")
    in_process_worker: bool = Field(default=True, description="Run the worker inside the server process.")
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Addresses whose X-Forwarded-For is believed, comma separated."
    )
    requests_per_minute: int = Field(
        default=1200,
        ge=1,
        description="Operations a minute from one person, or one address.",
    )

    wechat_sandbox: bool = Field(
        default=True, description="Use a WeChat that lives on this machine instead of WeChat's servers."
    )
    wechat_sandbox_origin: str = Field(
        default="", description="Where the sandbox answers; empty is this server, under /wechat-sandbox."
    )
    wechat_sandbox_dir: Path | None = Field(
        default=None, description="Where the sandbox keeps keys and state; empty is in the data folder."
    )
    wechat_api_origin: str = Field(default="https://api.weixin.qq.com", description="The mini-program API.")
    wechat_pay_origin: str = Field(default="https://api.mch.weixin.qq.com", description="WeChat Pay.")
    wechat_app_id: str = Field(default="", description="The mini-program's id.")
    wechat_app_secret: SecretStr = Field(default=SecretStr(""), description="The mini-program's secret.")
    wechat_mch_id: str = Field(default="", description="The merchant's id at WeChat Pay.")
    wechat_merchant_serial: str = Field(default="", description="Serial of the merchant's certificate.")
    wechat_merchant_key_file: Path | None = Field(default=None, description="The merchant's key, PEM.")
    wechat_api_v3_key: SecretStr = Field(default=SecretStr(""), description="The APIv3 key, 32 characters.")
    wechat_pay_public_key_id: str = Field(default="", description="PUB_KEY_ID_… ; empty is certificate mode.")
    wechat_pay_public_key_file: Path | None = Field(default=None, description="WeChat Pay's public key, PEM.")
    wechat_push_token: SecretStr = Field(default=SecretStr(""), description="Token of the message push.")
    wechat_push_aes_key: SecretStr = Field(default=SecretStr(""), description="EncodingAESKey of the push.")
    wechat_notify_origin: str = Field(
        default="", description="Where WeChat Pay sends its notifications; empty is the public origin."
    )
    message_templates: str = Field(
        default="", description="PURPOSE:templateId,… for subscribe messages; empty is the sandbox's."
    )

    live_play_origin: str = Field(
        default="", description="Where the video vendor plays streams, https://… ; empty is this machine's sandbox."
    )
    live_push_origin: str = Field(
        default="", description="Where hosts push to the vendor, rtmp://… ; empty is this machine's sandbox."
    )
    live_play_key: SecretStr = Field(default=SecretStr(""), description="The vendor's key for addresses of playing.")
    live_push_key: SecretStr = Field(default=SecretStr(""), description="The vendor's key for addresses of pushing.")
    live_callback_key: SecretStr = Field(default=SecretStr(""), description="The vendor's key for its callbacks.")

    movable_clock: bool = Field(
        default=False, description="Tests only: the clock is the database's time plus a stored offset."
    )

    def _a_vendor_is_named_whole(self) -> None:
        keys = (self.live_play_key, self.live_push_key, self.live_callback_key)
        given = [self.live_play_origin, self.live_push_origin, *[each.get_secret_value() for each in keys]]
        if any(given) and not all(given):
            msg = "PINTUAN_LIVE_PLAY_ORIGIN, _PUSH_ORIGIN, _PLAY_KEY, _PUSH_KEY and _CALLBACK_KEY are given together"
            raise ValueError(msg)

    @model_validator(mode="after")
    def _production_is_no_playground(self) -> Self:
        if self.env == "production":
            if self.movable_clock:
                msg = "PINTUAN_MOVABLE_CLOCK is for tests and refused in production"
                raise ValueError(msg)
            if self.wechat_sandbox:
                msg = "PINTUAN_WECHAT_SANDBOX must be false in production: nobody would be paid"
                raise ValueError(msg)
            if missing := self._missing_in_production():
                msg = f"required in production and not set: {', '.join(missing)}"
                raise ValueError(msg)
        self._a_vendor_is_named_whole()
        if self.wechat_sandbox and self.wechat_mch_id:
            msg = "PINTUAN_WECHAT_MCH_ID names a real merchant: set PINTUAN_WECHAT_SANDBOX=false"
            raise ValueError(msg)
        return self

    def _missing_in_production(self) -> list[str]:
        certificate = not self.wechat_pay_public_key_id
        needed = {
            "token_keys": self.token_keys.get_secret_value(),
            "wechat_app_id": self.wechat_app_id,
            "wechat_app_secret": self.wechat_app_secret.get_secret_value(),
            "wechat_mch_id": self.wechat_mch_id,
            "wechat_merchant_serial": self.wechat_merchant_serial,
            "wechat_merchant_key_file": self.wechat_merchant_key_file,
            "wechat_api_v3_key": self.wechat_api_v3_key.get_secret_value(),
            "wechat_pay_public_key_file": certificate or self.wechat_pay_public_key_file,
        }
        return [f"PINTUAN_{name.upper()}" for name, value in needed.items() if not value]

    @field_validator("token_keys")
    @classmethod
    def _keys_are_long_and_named(cls, given: SecretStr) -> SecretStr:
        pairs = [part.strip().partition(":") for part in given.get_secret_value().split(",") if part.strip()]
        if any(not name or len(key.encode()) < SHORTEST_TOKEN_KEY for name, _, key in pairs):
            msg = f"each is id:secret, with {SHORTEST_TOKEN_KEY} characters of secret or more"
            raise ValueError(msg)
        if len({name for name, _, _ in pairs}) < len(pairs):
            msg = "two keys have the same id"
            raise ValueError(msg)
        return given

    @property
    def on_postgres(self) -> bool:
        """Whether the database is PostgreSQL; else it is SQLite."""
        return bool(self.database_url)

    @property
    def sandbox_dir(self) -> Path:
        """Where the sandbox keeps its keys and state."""
        return self.wechat_sandbox_dir or self.data_dir / "wechat-sandbox"

    @property
    def has_landing_pages(self) -> bool:
        """Whether share links have a page on the open web; in production on a domain of their own or nowhere."""
        apart = self.landing_base != self.public_origin.rstrip("/")
        return self.landing_pages and (apart or self.env != "production")

    @property
    def landing_base(self) -> str:
        """The origin of landing pages."""
        return (self.landing_origin or self.public_origin).rstrip("/")


@cache
def settings() -> Settings:
    """This process's settings, read once. Tests clear the cache after changing the environment."""
    return Settings()
