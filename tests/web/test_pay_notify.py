"""WeChat Pay's notifications, signed by the sandbox as WeChat signs them."""

import asyncio
import contextvars
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from app.core import audit, db
from app.core.ids import OrderId
from app.core.models import FactRow
from app.desk.models import DeskItem
from app.group_buying import jobs as group_buying_jobs
from app.group_buying import rules
from app.group_buying.actions import refunding
from app.ledger.models import Posting
from app.orders.models import Order
from app.orders.states import OrderStatus
from app.payments import flows, jobs
from app.payments.models import Payment, PaymentStatus, Refund, RefundReason, RefundStatus
from app.web import pay_notify
from app.web.exchanges import Exchange, observed
from app.wechat import signatures
from app.wechat.sandbox.keys import MCH_ID, load_keys
from app.wechat.sandbox.seal import Seal
from app.wiring import CHECKS
from tests.conftest import WeChat
from tests.factories.group_buying import a_buyer, a_deal, opens
from tests.web.conftest import asking

HEADERS = {"Wechatpay-Nonce": "n", "Wechatpay-Signature": "c2ln", "Wechatpay-Serial": "PUB_KEY_ID_0"}


@pytest.fixture(autouse=True)
async def _notified(wechat: WeChat) -> None:
    """WeChat knows the door, and says nothing there until a test asks it to."""
    wechat.shop.app = Starlette(routes=pay_notify.routes())
    await wechat.faults(drop_notifications=1)


async def _paid_at_wechat(wechat: WeChat) -> Payment:
    """Money is at WeChat, and we have not heard of it."""
    buyer = await a_buyer()
    await wechat.login_code(buyer.name)
    held = await opens(buyer, await a_deal())
    prepaid = await flows.prepay(held.order)
    assert prepaid.parameters is not None
    await wechat.pay(prepaid.parameters.package, buyer.name)
    return await Payment.get(order_id=held.order)


async def _notify(wechat: WeChat, payment: Payment, **manner: str) -> dict[str, Any]:
    return await wechat.play("notify_again", out_trade_no=payment.out_trade_no, **manner)


async def _order_status(order: OrderId) -> OrderStatus:
    return (await Order.get(id=order)).status


async def _is_booked(payment: Payment) -> bool:
    return (await Payment.get(id=payment.id)).status is PaymentStatus.PAID


async def _post(body: bytes, headers: Mapping[str, str] = HEADERS) -> httpx2.Response:
    async with asking(pay_notify.routes()) as client:
        return await client.post(pay_notify.PATH, content=body, headers=dict(headers))


async def test_a_payment_is_booked_with_what_it_buys(wechat: WeChat) -> None:
    payment = await _paid_at_wechat(wechat)
    assert await _notify(wechat, payment) == {"taken": True, "answer": "204 "}
    assert await _is_booked(payment)
    assert await _order_status(payment.order_id) is OrderStatus.PAID_FORMING
    assert await audit.run(CHECKS) == []


async def test_the_same_news_again_is_answered_with_success_and_changes_nothing(wechat: WeChat) -> None:
    payment = await _paid_at_wechat(wechat)
    answers = await asyncio.gather(*[_notify(wechat, payment) for _ in range(5)])
    assert [answer["answer"] for answer in answers] == ["204 "] * 5
    assert await Posting.all().count() == 1
    assert await FactRow.filter(name="SeatTaken").count() == 1


@pytest.mark.parametrize("manner", ["forged", "unsigned", "stale", "probe"])
async def test_what_wechat_did_not_sign_now_is_refused_and_changes_nothing(wechat: WeChat, manner: str) -> None:
    payment = await _paid_at_wechat(wechat)
    told = await _notify(wechat, payment, **{"as": manner})
    assert told["taken"] is False
    assert told["answer"].startswith('401 {"code":"FAIL","message":')
    assert not await _is_booked(payment)
    assert await Posting.all().count() == 0


@pytest.mark.parametrize(("end", "booked"), [("SUCCESS", RefundStatus.SUCCEEDED), ("ABNORMAL", RefundStatus.FAILED)])
async def test_what_became_of_a_refund_is_booked_once(wechat: WeChat, end: str, booked: RefundStatus) -> None:
    payment = await _paid_at_wechat(wechat)
    await _notify(wechat, payment)
    group = await db.value(str, "SELECT code FROM groups")
    await refunding.leave(member=payment.user_id, group=group, key="leave")  # type: ignore[arg-type]  # a code
    await wechat.faults(drop_notifications=1, refund=end, refund_s=0)
    await jobs.send_refunds()
    refund = await Refund.get(payment_id=payment.id)
    assert refund.status is RefundStatus.PROCESSING
    for _ in range(2):
        told = await wechat.play("notify_again", out_refund_no=refund.out_refund_no)
        assert told == {"taken": True, "answer": "204 "}
    assert (await Refund.get(id=refund.id)).status is booked
    assert await audit.run(CHECKS) == []


async def test_while_the_database_fails_wechat_is_told_to_come_again(wechat: WeChat) -> None:
    payment = await _paid_at_wechat(wechat)
    await db.execute("ALTER TABLE postings RENAME TO postings_away")
    try:
        with capture_logs() as logged:
            told = await _notify(wechat, payment)
    finally:
        await db.execute("ALTER TABLE postings_away RENAME TO postings")
    assert told == {"taken": False, "answer": '500 {"code":"FAIL","message":"not booked"}'}
    assert [line["event"] for line in logged if line["log_level"] == "error"] == ["pay_notify.failed"]
    assert not await _is_booked(payment)
    assert (await _notify(wechat, payment))["taken"]
    assert await _is_booked(payment)


async def test_what_cannot_be_booked_in_time_is_asked_for_again(
    wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = await _paid_at_wechat(wechat)
    monkeypatch.setattr(pay_notify, "ANSWER_WITHIN_S", 0.2)
    async with db.transaction():
        await Payment.filter(id=payment.id).update(polls=1)
        # In a task of its own, as another connection's request is.
        told = await asyncio.create_task(_notify(wechat, payment), context=contextvars.Context())
    assert told == {"taken": False, "answer": '503 {"code":"FAIL","message":"later"}'}
    assert not await _is_booked(payment)
    monkeypatch.undo()
    assert (await _notify(wechat, payment))["taken"]
    assert await _is_booked(payment)


async def test_the_notification_comes_by_itself(wechat: WeChat) -> None:
    answered: asyncio.Queue[Exchange] = asyncio.Queue()
    wechat.shop.app = observed(Starlette(routes=pay_notify.routes()), answered.put_nowait)
    await wechat.faults(duplicate_notifications=1)
    payment = await _paid_at_wechat(wechat)
    async with asyncio.timeout(20):
        assert [(await answered.get()).status for _ in range(2)] == [204, 204]
    assert await _is_booked(payment)
    assert await Posting.all().count() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"\xff\xfe", b"{", b"[" * 60_000, b'{"a":' * 10_000])
async def test_what_is_no_notification_is_refused(body: bytes) -> None:
    answer = await _post(body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "FAIL"


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "9" * 400, "9" * 5_000, "１２"])
async def test_a_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    told = {**HEADERS, "Wechatpay-Timestamp": timestamp}
    async with asking(pay_notify.routes()) as client:
        answer = await client.post(
            pay_notify.PATH, content=b"{}", headers={name.encode(): value.encode() for name, value in told.items()}
        )
    assert answer.status_code in {400, 401}


async def test_a_body_that_is_too_large_is_not_read() -> None:
    assert (await _post(b"{" * (pay_notify.LARGEST_BODY + 1))).status_code == 413


async def test_a_key_that_cannot_be_fetched_now_makes_no_forgery(wechat: WeChat) -> None:
    headers = {**HEADERS, "Wechatpay-Serial": "77" * 20, "Wechatpay-Timestamp": str(int(time.time()))}
    await wechat.faults(system_busy=1)
    assert (await _post(b"{}", headers)).status_code == 503
    await wechat.faults()
    assert (await _post(b"{}", headers)).status_code == 401


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "wechat"


async def _sealed(folder: Path, **transaction: Any) -> tuple[bytes, dict[str, str]]:
    """A notification that WeChat signed, about a transaction that the sandbox would not make."""
    keys = load_keys(folder)
    plain = {"mchid": MCH_ID, "transaction_id": "4200", "amount": {"total": 1}, "trade_state": "SUCCESS"} | transaction
    sealed = signatures.seal_resource(
        keys.api_v3_key, json.dumps(plain).encode(), nonce="0123456789ab", associated_data="transaction"
    )
    resource = {"algorithm": "AEAD_AES_256_GCM", "ciphertext": sealed, "nonce": "0123456789ab"}
    resource["associated_data"] = "transaction"
    event = {"id": "1", "create_time": "2026-11-24T14:01:00+08:00", "event_type": "TRANSACTION.SUCCESS"}
    body = json.dumps({**event, "resource": resource}).encode()
    return body, await Seal(keys).headers(body, serial=keys.pay_public_key_id)


async def test_money_for_nothing_of_ours_is_taken_and_lies_on_the_desk(folder: Path) -> None:
    assert (await _post(*await _sealed(folder, out_trade_no="unknown1"))).status_code == 204
    assert [item.subject for item in await DeskItem.all()] == ["4200"]
    assert await audit.run(CHECKS) == []


async def test_money_for_a_seat_that_is_lost_is_taken_at_the_door_and_goes_back(wechat: WeChat) -> None:
    payment = await _paid_at_wechat(wechat)
    await wechat.faults(drop_notifications=1, system_busy=1)
    for patience in (rules.HOLD, rules.RELEASE_PATIENCE):
        await wechat.move_clock(patience.total_seconds() + 1)
        await group_buying_jobs.release_holds()
    assert await _order_status(payment.order_id) is OrderStatus.CLOSED
    await wechat.faults(drop_notifications=1)
    assert await _notify(wechat, payment) == {"taken": True, "answer": "204 "}
    assert await _order_status(payment.order_id) is OrderStatus.REFUNDING
    refund = await Refund.get(order_id=payment.order_id)
    assert (refund.amount_fen, refund.reason) == (payment.amount_fen, RefundReason.OVERFLOW)
    assert await audit.run(CHECKS) == []


@pytest.mark.parametrize("state", ["NOTPAY", "PAYERROR", "CLOSED"])
async def test_what_was_not_paid_is_not_booked(wechat: WeChat, folder: Path, state: str) -> None:
    payment = await _paid_at_wechat(wechat)
    news = {"out_trade_no": payment.out_trade_no, "amount": {"total": payment.amount_fen}, "trade_state": state}
    assert (await _post(*await _sealed(folder, **news))).status_code == 204
    assert not await _is_booked(payment)


async def test_news_of_another_merchant_are_refused(folder: Path) -> None:
    assert (await _post(*await _sealed(folder, out_trade_no="unknown1", mchid="1900000000"))).status_code == 401
    assert await Posting.all().count() == 0


async def test_no_get_is_answered() -> None:
    async with asking(pay_notify.routes()) as client:
        assert (await client.get(pay_notify.PATH)).status_code == 405
