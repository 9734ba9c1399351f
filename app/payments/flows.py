"""Payments and WeChat: transaction, WeChat, transaction.

Every step can be repeated; an answer that did not come is asked for by our own number before anything else.
"""

from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from app.accounts import queries as accounts
from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.ids import OrderId, RefundId, UserId
from app.core.log import logger
from app.core.money import Fen
from app.core.targets import Target
from app.desk.errors import NothingToRetry
from app.desk.models import DeskItem, Matter
from app.payments import actions, queries, rules
from app.payments.models import Payment, PaymentStatus, Refund
from app.wechat import current
from app.wechat.errors import (
    NotEnough,
    OrderClosed,
    OrderNotExist,
    OrderPaid,
    WeChatBusy,
    WeChatError,
    WeChatRefused,
)
from app.wechat.pay import PaymentParameters, PlaceOrder, RefundNotified, RefundResult, RefundState, Transaction

log = logger("payments")

RETRY_AFTER_MS = 2000


@dataclass(frozen=True, slots=True)
class Prepaid:
    """What the phone needs to pay. No parameters and a pause: WeChat did not answer. Neither: nothing to pay."""

    parameters: PaymentParameters | None = None
    retry_after_ms: int | None = None


class Fate(Enum):
    """What has become of a payment."""

    PAID = auto()
    #: WeChat will take no money for it any more.
    CLOSED = auto()
    #: Not paid so far.
    OPEN = auto()
    #: WeChat did not answer.
    UNKNOWN = auto()


async def prepay(order: OrderId) -> Prepaid:
    """What the phone needs to pay an order. A repeat signs the same payment again and never charges twice."""
    payment = await queries.payment_of(order)
    now = await clock.now()
    if payment is None or payment.status != PaymentStatus.OPEN or not rules.may_still_pay(payment.expires_at, now):
        return Prepaid()
    prepay_id = payment.prepay_id
    if prepay_id is None or not rules.prepay_is_good(payment.prepaid_at, now):
        try:
            prepay_id = await _ask_wechat_to_charge(payment)
        except OrderPaid:
            await ask(payment)
            return Prepaid()
        except OrderClosed:
            return Prepaid()
        except WeChatError as error:
            # The order stands and its seat is held, whatever is wrong at WeChat: she may try to pay again.
            log.warning("payments.not_prepaid", payment=str(payment.id), error=str(error))
            return Prepaid(retry_after_ms=RETRY_AFTER_MS)
    if prepay_id is None:
        return Prepaid()
    return Prepaid(await current.pay().payment_parameters(prepay_id, now))


async def _ask_wechat_to_charge(payment: Payment) -> str | None:
    """A fresh prepay id; None where the payment was closed or paid meanwhile."""
    # Noted before the call: a crash in between must leave a trace that WeChat may know the number.
    if not await actions.mark_asked(payment.id):
        return None
    prepay_id = await current.pay().place_order(
        PlaceOrder(
            out_trade_no=payment.out_trade_no,
            description=payment.description,
            amount=Fen(payment.amount_fen),
            openid=await accounts.openid_of(payment.user_id),
            time_expire=payment.expires_at,
        )
    )
    return prepay_id if await actions.keep_prepay(payment=payment.id, prepay_id=prepay_id) else None


async def ask(payment: Payment) -> Fate:
    """Ask WeChat what has become of a payment, and book it if it was paid.

    CLOSED where WeChat was paid another amount than was asked for: that lies on the desk and buys nothing.
    """
    if payment.status == PaymentStatus.PAID:
        return Fate.PAID
    if payment.asked_at is None:
        return Fate.OPEN
    try:
        known = await current.pay().query_order(payment.out_trade_no)
    except WeChatError as error:
        # A refusal to answer says as little about the payment as no answer.
        log.warning("payments.not_told", payment=str(payment.id), error=str(error))
        return Fate.UNKNOWN
    if known is None or not known.trade_state.paid:
        return Fate.OPEN
    await book(known)
    booked = await queries.payment_by_id(payment.id)
    return Fate.PAID if booked.status == PaymentStatus.PAID else Fate.CLOSED


async def book(transaction: Transaction) -> None:
    """Book a payment that WeChat says was paid."""
    if transaction.transaction_id is None:
        raise ValueError(f"WeChat calls {transaction.out_trade_no} paid and names no transaction")
    await actions.record_payment(
        actions.Arrived(
            out_trade_no=transaction.out_trade_no,
            transaction_id=transaction.transaction_id,
            amount_fen=transaction.amount,
        )
    )


async def confirm(order: OrderId) -> None:
    """Ask WeChat whether an order was paid, because the phone says so; never believe the phone."""
    payment = await queries.payment_of(order)
    if payment is not None and payment.status != PaymentStatus.PAID:
        await ask(payment)


async def stop(payment: Payment) -> Fate:
    """Query a payment and close it: afterwards it is PAID or CLOSED, or WeChat did not answer (UNKNOWN).

    Close alone would not do: a payment may win the race, and then it is booked.
    """
    if payment.asked_at is None and await actions.close_unasked(payment.id):
        return Fate.CLOSED
    payment = await queries.payment_by_id(payment.id)
    if payment.status != PaymentStatus.OPEN:
        return Fate.PAID if payment.status == PaymentStatus.PAID else Fate.CLOSED
    fate = await ask(payment)
    return await _close(payment) if fate is Fate.OPEN else fate


async def _close(payment: Payment) -> Fate:
    try:
        await current.pay().close_order(payment.out_trade_no)
    except OrderPaid:
        won = await ask(payment)
        return Fate.UNKNOWN if won is Fate.OPEN else won
    except (OrderClosed, OrderNotExist):
        pass
    except WeChatError as error:
        log.warning("payments.not_closed", payment=str(payment.id), error=str(error))
        return Fate.UNKNOWN
    return Fate.CLOSED if await actions.close(payment.id) else Fate.PAID


async def poll(payment: Payment) -> None:
    """Ask after a payment whose notification may be lost; one whose time is over is closed."""
    over = await clock.now() >= payment.expires_at
    fate = await stop(payment) if over else await ask(payment)
    if fate in {Fate.OPEN, Fate.UNKNOWN}:
        await actions.postpone_poll(payment)


async def send_refund(refund: Refund) -> None:
    """Ask WeChat to pay a refund out, or how one that it may have accepted stands. Its number never changes."""
    try:
        result = await _known_refund(refund) or await _ask_wechat_to_refund(refund)
    except WeChatBusy as error:
        await actions.note_refund_not_accepted(refund, error=str(error))
    except NotEnough as error:
        await actions.note_refund_not_accepted(refund, error=str(error), balance_too_low=True)
    except WeChatRefused as error:
        await actions.record_refund_failed(out_refund_no=refund.out_refund_no, error=str(error))
    else:
        await _take_refund_state(refund, result)


async def look_after_failed(refund: Refund) -> None:
    """Ask whether a failed refund has arrived after all, mended by a person or by WeChat; never send it again."""
    try:
        known = await current.pay().query_refund(refund.out_refund_no)
    except WeChatError as error:
        log.warning("payments.not_told", refund=str(refund.id), error=str(error))
        known = None
    if known is not None and known.state is RefundState.SUCCESS:
        await actions.record_refund_sent(refund.out_refund_no)
    else:
        await actions.look_again(refund)


async def _known_refund(refund: Refund) -> RefundResult | None:
    """The refund as WeChat knows it; None where it knows none. Only before the first try that is known unasked."""
    if refund.attempts <= 1:
        return None
    try:
        return await current.pay().query_refund(refund.out_refund_no)
    except WeChatRefused as error:
        # What it refuses is the question, not the refund.
        raise WeChatBusy(str(error), perhaps_done=False) from error


async def _ask_wechat_to_refund(refund: Refund) -> RefundResult:
    payment = await queries.payment_by_id(refund.payment_id)
    return await current.pay().refund(
        out_refund_no=refund.out_refund_no,
        out_trade_no=payment.out_trade_no,
        refund=Fen(refund.amount_fen),
        total=Fen(payment.amount_fen),
        reason=refund.reason.value,
    )


async def _take_refund_state(refund: Refund, result: RefundResult) -> None:
    match result.state:
        case RefundState.SUCCESS:
            await actions.record_refund_sent(refund.out_refund_no)
        case RefundState.PROCESSING:
            await actions.note_refund_accepted(refund)
        case RefundState.ABNORMAL | RefundState.CLOSED:
            await actions.record_refund_failed(out_refund_no=refund.out_refund_no, error=result.state.value)


async def book_refund_news(news: RefundNotified) -> None:
    """Book what a refund notification says."""
    result = news.refund
    if result.state is RefundState.SUCCESS:
        await actions.record_refund_sent(result.out_refund_no)
    elif result.state in {RefundState.ABNORMAL, RefundState.CLOSED}:
        await actions.record_refund_failed(out_refund_no=result.out_refund_no, error=result.state.value)


async def retry_by_hand(*, by: UserId, item: DeskItem) -> None:
    """Send the failed refund again that an item on the desk is about. NothingToRetry.

    The item leaves the desk when the money has arrived.
    """
    if item.matter is not Matter.REFUND_FAILED:
        raise NothingToRetry
    async with db.transaction():
        if not await actions.retry_refund(RefundId(UUID(item.subject))):
            raise NothingToRetry
        await audit_log.note(
            by=by, verb="refund.retry", target=Target("desk", item.id), detail={"refund": item.subject}
        )
