"""`/wechat/pay/notify`: WeChat Pay says that money arrived, or what became of a refund.

Answered with 204 once what it said is committed; with anything else WeChat comes again, for a day. A repeat changes
nothing. What WeChat did not sign for this merchant is refused before anything of it is believed.
"""

import asyncio
import json

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.log import logger
from app.payments import flows
from app.wechat import current
from app.wechat.errors import SignatureInvalid, WeChatBusy
from app.wechat.pay import PaymentNotified, RefundNotified

log = logger("web")

PATH = "/wechat/pay/notify"
LARGEST_BODY = 64 * 1024
#: WeChat hangs up after five seconds.
ANSWER_WITHIN_S = 4.0


def routes() -> list[Route]:
    """The door."""
    return [Route(PATH, _notified, methods=["POST"], max_body_size=LARGEST_BODY)]


async def _notified(request: Request) -> Response:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return await _answer(request, await request.body())
    except TimeoutError:
        log.warning("pay_notify.too_slow")
        return _fail(503, "later")


async def _answer(request: Request, body: bytes) -> Response:
    if not _is_json_object(body):
        return _fail(400, "not a notification")
    try:
        news = await current.pay().read_notification(request.headers, body)
    except SignatureInvalid as error:
        log.warning("pay_notify.refused", reason=str(error))
        return _fail(401, "not signed by WeChat Pay for this merchant")
    except WeChatBusy:
        # The key that it names cannot be fetched now, so it can neither be believed nor be called a forgery.
        log.warning("pay_notify.key_not_to_be_had")
        return _fail(503, "later")
    except (ValueError, OverflowError):
        return _fail(400, "not a notification")
    try:
        await _book(news)
    except Exception:
        # Whatever it was, nothing is committed: only an answer that is no success brings WeChat back.
        log.exception("pay_notify.failed")
        return _fail(500, "not booked")
    return Response(status_code=204)


async def _book(news: PaymentNotified | RefundNotified) -> None:
    if isinstance(news, RefundNotified):
        await flows.book_refund_news(news)
    elif news.transaction.trade_state.paid:
        await flows.book(news.transaction)
    else:
        log.warning("pay_notify.unpaid", state=news.transaction.trade_state.value)


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _fail(status: int, message: str) -> Response:
    return JSONResponse({"code": "FAIL", "message": message}, status_code=status)
