"""WeChat Pay for one merchant: orders of a mini-program, refunds, and the news of both."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import httpx2

from app.core.money import Fen
from app.wechat import exchange, signatures
from app.wechat.config import WeChatConfig
from app.wechat.errors import SignatureInvalid, WeChatRefused
from app.wechat.patience import Patience
from app.wechat.pay_api import PayApi
from app.wechat.platform_keys import signed_by

_SEALED_WITH = "AEAD_AES_256_GCM"
_CHINA = timezone(timedelta(hours=8))
_DESCRIPTION = 127
_ATTACH = 128
_REASON = 80
#: WeChat Pay stores three bytes per character: no emoji.
_HIGHEST_CHARACTER = "\uffff"


class TradeState(Enum):
    """What became of an order. REFUND: paid, and any part of it was given back or is on its way."""

    SUCCESS = "SUCCESS"
    REFUND = "REFUND"
    NOTPAY = "NOTPAY"
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"
    USERPAYING = "USERPAYING"
    PAYERROR = "PAYERROR"

    @property
    def paid(self) -> bool:
        """Whether the money came in."""
        return self in {TradeState.SUCCESS, TradeState.REFUND}


class RefundState(Enum):
    """PROCESSING goes on by itself; ABNORMAL needs a person; SUCCESS and CLOSED are final."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"
    ABNORMAL = "ABNORMAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """An order to be paid by one person.

    `out_trade_no`: 6-32 of `[0-9A-Za-z_-|*]`. `time_expire` must be a minute ahead when the number is first used;
    later calls do not change it.
    """

    out_trade_no: str
    description: str
    amount: Fen
    openid: str = field(repr=False)
    time_expire: datetime
    attach: str = ""


@dataclass(frozen=True, slots=True)
class PaymentParameters:
    """What the phone hands to `wx.requestPayment`. `timeStamp` is text, as the phone wants it."""

    timeStamp: str  # noqa: N815 - the phone's spelling
    nonceStr: str  # noqa: N815 - the phone's spelling
    package: str
    signType: str  # noqa: N815 - the phone's spelling
    paySign: str = field(repr=False)  # noqa: N815 - the phone's spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """An order as WeChat knows it.

    Before payment there is no transaction_id, openid or success_time, and the amount is 0 where WeChat leaves it out.
    """

    out_trade_no: str
    trade_state: TradeState
    amount: Fen
    transaction_id: str | None
    openid: str | None = field(repr=False)
    success_time: datetime | None
    attach: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundResult:
    """A refund as WeChat knows it. `total` is the order's amount."""

    out_refund_no: str
    refund_id: str
    out_trade_no: str
    transaction_id: str
    state: RefundState
    refund: Fen
    total: Fen
    success_time: datetime | None


@dataclass(frozen=True, slots=True)
class PaymentNotified:
    """WeChat says that an order was paid. The same news may come again, with the same id or another."""

    id: str
    created_at: datetime
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class RefundNotified:
    """WeChat says what became of a refund; may come again, and before the reply to the refund itself."""

    id: str
    created_at: datetime
    refund: RefundResult


class WeChatPay:
    """An async context manager. Every call may raise WeChatBusy, or WeChatRefused and its subclasses.

    Each may be repeated with the same arguments, and is repeated here while WeChat is busy. `http` is used when
    given and then not closed; otherwise one is made and closed on leaving. `clock` (Unix seconds) dates our
    signatures and judges the age of WeChat's.
    """

    def __init__(
        self,
        config: WeChatConfig,
        *,
        http: httpx2.AsyncClient | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._http = http or exchange.new_http()
        self._owns_http = http is None
        self._api = PayApi(config, self._http, patience=patience or Patience(), clock=clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._owns_http:
            await self._http.aclose()

    async def place_order(self, order: PlaceOrder) -> str:
        """A prepay_id, valid for two hours; the same order again gives a fresh one.

        OrderPaid, OrderClosed; OrderMismatch if the number was used with other parameters.
        """
        body = {
            "appid": self._config.app_id,
            "mchid": self._config.mch_id,
            "description": _text(order.description, _DESCRIPTION),
            "out_trade_no": order.out_trade_no,
            "notify_url": self._config.notify_url,
            "time_expire": order.time_expire.astimezone(_CHINA).isoformat(timespec="seconds"),
            "amount": {"total": order.amount, "currency": "CNY"},
            "payer": {"openid": order.openid},
        }
        if order.attach:
            body["attach"] = _text(order.attach, _ATTACH)
        return str((await self._api.call("POST", "/v3/pay/transactions/jsapi", body))["prepay_id"])

    async def payment_parameters(self, prepay_id: str, now: datetime) -> PaymentParameters:
        """What the phone needs to pay. No network; signed beside the event loop."""
        timestamp, nonce = str(int(now.timestamp())), signatures.new_nonce()
        package = f"prepay_id={prepay_id}"
        message = signatures.payment_message(
            app_id=self._config.app_id, timestamp=timestamp, nonce=nonce, package=package
        )
        return PaymentParameters(timestamp, nonce, package, "RSA", await self._api.sign(message))

    async def query_order(self, out_trade_no: str) -> Transaction | None:
        """The order as WeChat knows it now; None if it knows none."""
        query = urlencode({"mchid": self._config.mch_id})
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}?{query}"
        found = await self._found(path)
        return None if found is None else _transaction(found)

    async def close_order(self, out_trade_no: str) -> None:
        """See that the order cannot be paid any more; OrderPaid if it was paid before."""
        path = f"/v3/pay/transactions/out-trade-no/{quote(out_trade_no, safe='')}/close"
        await self._api.call("POST", path, {"mchid": self._config.mch_id})

    async def refund(
        self, *, out_refund_no: str, out_trade_no: str, refund: Fen, total: Fen, reason: str
    ) -> RefundResult:
        """Ask for a part of a paid order back; a result that is PROCESSING becomes final later.

        The number makes it one refund however often it is asked for; another number pays twice.
        NotEnough; OrderMismatch if the number is known with another amount, or the order has not so much left.
        """
        body = {
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "reason": _text(reason, _REASON),
            "notify_url": self._config.notify_url,
            "amount": {"refund": refund, "total": total, "currency": "CNY"},
        }
        return _refund(await self._api.call("POST", "/v3/refund/domestic/refunds", body), "status")

    async def query_refund(self, out_refund_no: str) -> RefundResult | None:
        """The refund as WeChat knows it now; None if it knows none."""
        found = await self._found(f"/v3/refund/domestic/refunds/{quote(out_refund_no, safe='')}")
        return None if found is None else _refund(found, "status")

    async def read_notification(self, headers: Mapping[str, str], body: bytes) -> PaymentNotified | RefundNotified:
        """The news in a notification, given its headers and the raw bytes of its body.

        SignatureInvalid unless WeChat signed it within five minutes and it is for this merchant and app.
        WeChatBusy if the certificate that it names cannot be fetched now: answer 5xx and it comes again.
        """
        await self._api.keys.check(signed_by(headers), body)
        try:
            return self._news(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            raise SignatureInvalid("signed by WeChat, but no notification that we know") from error

    def _news(self, event: dict[str, Any]) -> PaymentNotified | RefundNotified:
        plain = self._opened(event["resource"])
        if plain["mchid"] != self._config.mch_id or plain.get("appid", self._config.app_id) != self._config.app_id:
            raise SignatureInvalid("the notification is for another merchant or app")
        created_at = datetime.fromisoformat(event["create_time"]).astimezone(UTC)
        if event["event_type"].startswith("REFUND."):
            return RefundNotified(event["id"], created_at, _refund(plain, "refund_status"))
        return PaymentNotified(event["id"], created_at, _transaction(plain))

    def _opened(self, resource: dict[str, str]) -> dict[str, Any]:
        if resource["algorithm"] != _SEALED_WITH:
            raise SignatureInvalid(f"sealed with {resource['algorithm']}")
        plain = signatures.open_resource(
            self._config.api_v3_key,
            resource["ciphertext"],
            nonce=resource["nonce"],
            associated_data=resource.get("associated_data", ""),
        )
        return dict(json.loads(plain))

    async def _found(self, path: str) -> dict[str, Any] | None:
        try:
            return await self._api.call("GET", path)
        except WeChatRefused as refused:
            if refused.code in {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"}:
                return None
            raise


def _transaction(body: Mapping[str, Any]) -> Transaction:
    state = TradeState(body["trade_state"])
    amount = body["amount"] if state.paid else body.get("amount", {})
    return Transaction(
        out_trade_no=body["out_trade_no"],
        trade_state=state,
        amount=Fen(int(amount.get("total", 0))),
        transaction_id=body.get("transaction_id"),
        openid=body.get("payer", {}).get("openid"),
        success_time=_moment(body.get("success_time")),
        attach=body.get("attach", ""),
    )


def _refund(body: Mapping[str, Any], state: str) -> RefundResult:
    # The reply says `status`, the notification `refund_status`.
    return RefundResult(
        out_refund_no=body["out_refund_no"],
        refund_id=body["refund_id"],
        out_trade_no=body["out_trade_no"],
        transaction_id=body["transaction_id"],
        state=RefundState(body[state]),
        refund=Fen(int(body["amount"]["refund"])),
        total=Fen(int(body["amount"]["total"])),
        success_time=_moment(body.get("success_time")),
    )


def _text(text: str, limit: int) -> str:
    return "".join(c for c in text if c <= _HIGHEST_CHARACTER)[:limit]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
