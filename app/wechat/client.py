"""What WeChat does for a mini-program."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, IntEnum
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit

import httpx2

from app.wechat import exchange
from app.wechat.api import Api, content, raise_for_code
from app.wechat.config import WeChatConfig
from app.wechat.errors import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    MessageNotConsented,
    PhoneCodeInvalid,
    WeChatBusy,
)
from app.wechat.patience import Patience
from app.wechat.tokens import TokenStore
from app.wechat.values import fit_values

#: Longer text is checked in parts by whoever calls.
LONGEST_CHECKED_TEXT = 2500

#: What a URL link begins with; the sandbox answers without TLS.
_SCHEMES = frozenset({"https", "http"})

EnvVersion = Literal["release", "trial", "develop"]
Language = Literal["zh_CN", "en_US", "zh_HK", "zh_TW"]


@dataclass(frozen=True, slots=True)
class Login:
    """Who logged in. The session key never leaves the server."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    session_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image's bytes and its MIME type."""

    content: bytes = field(repr=False)
    mime: str


class Verdict(Enum):
    """What WeChat's content check suggests."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    REVIEW = "review"
    RISKY = "risky"


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """`label` is WeChat's: 100 normal, 10001 advertising, 20001 politics, 20002 pornography and so on."""

    verdict: Verdict
    label: int
    trace_id: str


class TextScene(IntEnum):
    """Where a text is going to stand."""

    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL_LOG = 4


@dataclass(frozen=True, slots=True)
class Activity:
    """The life of an updatable share card."""

    activity_id: str
    expires_at: datetime


class ActivityState(IntEnum):
    """FORMING may become any; the others are final but for STARTED, which may end."""

    FORMING = 0
    STARTED = 1
    ENDED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipping:
    """What WeChat must hear before it lets go of an order's money. `phone` must be masked."""

    out_trade_no: str
    openid: str = field(repr=False)
    item: str
    tracking_no: str
    express_company: str
    phone: str = field(repr=False)
    shipped_at: datetime


class MiniProgram:
    """An async context manager. Every call may raise WeChatBusy, or WeChatRefused when asked wrongly.

    `http` is used when given and then not closed; otherwise one is made and closed on leaving.
    """

    def __init__(
        self,
        config: WeChatConfig,
        store: TokenStore,
        *,
        http: httpx2.AsyncClient | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        #: Who we are at WeChat.
        self.config = config
        self._http = http or exchange.new_http()
        self._owns_http = http is None
        self._api = Api(config, self._http, store, patience=patience or Patience(), clock=clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owns_http:
            await self._http.aclose()

    async def login(self, code: str) -> Login:
        """Who stands behind a code of `wx.login`; LoginCodeInvalid, LoginCodeUsed or LoginBlocked.

        A code works once: after WeChatBusy the phone must log in again.
        """
        params = {
            "appid": self.config.app_id,
            "secret": self.config.app_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        response = await self._api.ask("GET", "/sns/jscode2session", params=params)
        raise_for_code(response, {40029: LoginCodeInvalid, 40163: LoginCodeUsed, 40226: LoginBlocked})
        reply = content(response)
        return Login(openid=str(reply["openid"]), unionid=reply.get("unionid"), session_key=str(reply["session_key"]))

    async def phone_number(self, code: str, openid: str) -> str:
        """The number behind a code of the getPhoneNumber button; PhoneCodeInvalid. The code works once.

        Numbers outside the mainland carry their country's prefix.
        """
        response = await self._api.call(
            "/wxa/business/getuserphonenumber",
            {"code": code, "openid": openid},
            refusals={40029: PhoneCodeInvalid, 40163: PhoneCodeInvalid, 40003: PhoneCodeInvalid},
            repeatable=False,
        )
        phone = content(response)["phone_info"]
        if phone["watermark"]["appid"] != self.config.app_id:
            raise PhoneCodeInvalid("40029", "the number was given to another app")
        return str(phone["phoneNumber"])

    async def mini_program_code(
        self,
        scene: str,
        page: str,
        *,
        width: int = 430,
        env_version: EnvVersion = "release",
        check_path: bool = True,
    ) -> Picture:
        """The round code that opens `page` (no leading slash, no query) with `scene` (1-32 characters).

        Any number may be made; they never expire. WeChatRefused 41030 if the released version lacks the page.
        """
        body = {
            "scene": scene,
            "page": page,
            "width": width,
            "env_version": env_version,
            "check_path": check_path,
        }
        response = await self._api.call("/wxa/getwxacodeunlimit", body)
        mime = str(response.headers["content-type"]).partition(";")[0]
        return Picture(content=response.content, mime=mime)

    async def url_link(
        self, page: str, query: str, *, expires_at: datetime, env_version: EnvVersion = "release"
    ) -> str:
        """An address (https) that opens `page` (no query in it) with `query` (1024 characters) from any browser.

        `expires_at` is 30 days ahead at the most. WeChatRefused 40165 (page), 40212 (query), 40002 or 40013 (an app
        that may not), 85079 (nothing is released), 85401 (expiry); WeChatSlowDown when the day's 500,000 are made.
        Every call makes another one and counts, hence it is never repeated here.
        """
        body = {
            "path": page,
            "query": query,
            "expire_type": 0,
            "expire_time": int(expires_at.timestamp()),
            "env_version": env_version,
        }
        reply = content(await self._api.call("/wxa/generate_urllink", body, repeatable=False))
        address = str(reply.get("url_link", ""))
        if urlsplit(address).scheme not in _SCHEMES:
            raise WeChatBusy("the answer holds no address", perhaps_done=True)
        return address

    async def send_subscribe_message(
        self,
        openid: str,
        template_id: str,
        *,
        page: str,
        data: Mapping[str, str],
        lang: Language = "zh_CN",
        state: Literal["developer", "trial", "formal"] = "formal",
    ) -> int:
        """Send one message and give its msgid; each uses up one consent. MessageNotConsented when none is left.

        Values are cut to what their keys allow. Never repeated here, and after a WeChatBusy that is
        `perhaps_done` not by the caller either: the message may have arrived.
        """
        body = {
            "touser": openid,
            "template_id": template_id,
            "page": page,
            "data": {key: {"value": value} for key, value in fit_values(data).items()},
            "miniprogram_state": state,
            "lang": lang,
        }
        response = await self._api.call(
            "/cgi-bin/message/subscribe/send", body, refusals={43101: MessageNotConsented}, repeatable=False
        )
        return int(content(response).get("msgid", 0))

    async def check_text(
        self,
        openid: str,
        scene: TextScene,
        text: str,
        *,
        nickname: str | None = None,
        title: str | None = None,
    ) -> TextVerdict:
        """What WeChat thinks of a text. WeChatRefused 61010 if its author was not in the app for two hours."""
        if len(text) > LONGEST_CHECKED_TEXT:
            raise ValueError(f"more than {LONGEST_CHECKED_TEXT} characters cannot be checked at once")
        body: dict[str, Any] = {"version": 2, "openid": openid, "scene": int(scene), "content": text}
        body |= {key: value for key, value in (("nickname", nickname), ("title", title)) if value}
        reply = content(await self._api.call("/wxa/msg_sec_check", body))
        # The errcode is 0 even for risky text: the result alone decides.
        result = reply["result"]
        return TextVerdict(
            verdict=Verdict(result["suggest"]), label=int(result["label"]), trace_id=str(reply["trace_id"])
        )

    async def check_picture(self, openid: str, scene: TextScene, address: str) -> str:
        """Have the picture at a public address checked; gives the trace_id that the verdict's push will carry.

        The push comes within 30 minutes, and perhaps before this returns.
        """
        body = {"media_url": address, "media_type": 2, "version": 2, "scene": int(scene), "openid": openid}
        return str(content(await self._api.call("/wxa/media_check_async", body))["trace_id"])

    async def create_activity(self) -> Activity:
        """A new activity for an updatable share card; it lives 24 hours."""
        reply = content(await self._api.call("/cgi-bin/message/wxopen/activityid/create", method="GET"))
        return Activity(
            activity_id=str(reply["activity_id"]),
            expires_at=datetime.fromtimestamp(int(reply["expiration_time"]), UTC),
        )

    async def update_activity(self, activity_id: str, state: ActivityState, parameters: Mapping[str, str]) -> None:
        """Change every card of the activity at once.

        FORMING needs member_count and room_limit, STARTED needs path and version_type.
        """
        listed = [{"name": name, "value": value} for name, value in parameters.items()]
        body = {
            "activity_id": activity_id,
            "target_state": int(state),
            "template_info": {"parameter_list": listed},
        }
        await self._api.call("/cgi-bin/message/wxopen/updatablemsg/send", body)

    async def upload_shipping(self, shipping: Shipping) -> None:
        """Tell WeChat that an order was sent by express. A repeat changes the entry, which WeChat allows once."""
        order_key = {
            "order_number_type": 1,
            "mchid": self.config.mch_id,
            "out_trade_no": shipping.out_trade_no,
        }
        parcel = {
            "tracking_no": shipping.tracking_no,
            "express_company": shipping.express_company,
            "item_desc": shipping.item[:120],
            "contact": {"receiver_contact": shipping.phone},
        }
        body = {
            "order_key": order_key,
            "logistics_type": 1,
            "delivery_mode": 1,
            "shipping_list": [parcel],
            "upload_time": shipping.shipped_at.isoformat(timespec="milliseconds"),
            "payer": {"openid": shipping.openid},
        }
        await self._api.call("/wxa/sec/order/upload_shipping_info", body)
