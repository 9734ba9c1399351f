"""`/wechat/push`: what WeChat's message push says of consents to subscribe messages, and of pictures.

Answered with `success` within five seconds, once what it said is committed; anything else and WeChat repeats it,
three times. A repeat is heard once. What is none of ours is answered with `success` too: a repeat would not make
it ours.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.core.ids import UserId
from app.core.log import logger
from app.media import actions as media
from app.media.states import Verdict
from app.notifications import actions, queries, templates
from app.notifications.models import MessagePurpose
from app.notifications.rules import MessageConsentOutcome
from app.wechat import current
from app.wechat.config import WeChatConfig
from app.wechat.errors import SignatureInvalid
from app.wechat.push import PushMessage, confirm_url, read_push

log = logger("web")

PATH = "/wechat/push"
LARGEST_BODY = 64 * 1024
#: WeChat cuts the connection after five seconds.
ANSWER_WITHIN_S = 4.0

_OUTCOMES: Mapping[str, MessageConsentOutcome] = {
    "accept": MessageConsentOutcome.ACCEPT,
    "reject": MessageConsentOutcome.REJECT,
}

_LONGEST_TRACE_ID = 64
_VERDICTS: Mapping[str, Verdict] = {
    "pass": Verdict.PASSED,
    "review": Verdict.REVIEW,
    "risky": Verdict.REJECTED,
}


def _connected() -> WeChatConfig:
    # This process's one connection knows the token and the key; they exist only once it has started.
    return current.mini_program().config


def routes(config: Callable[[], WeChatConfig] = _connected) -> list[Route]:
    """The door; `config` is who we are to WeChat, asked at each call."""

    async def confirm(request: Request) -> Response:
        try:
            return PlainTextResponse(confirm_url(config(), request.query_params))
        except SignatureInvalid:
            return _forbidden()

    async def receive(request: Request) -> Response:
        try:
            message = read_push(config(), request.query_params, await request.body())
        except (SignatureInvalid, UnicodeError):
            return _forbidden()
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await _hear(message)
        except TimeoutError:
            return PlainTextResponse("later", status_code=503)
        return PlainTextResponse("success")

    return [
        Route(PATH, confirm, methods=["GET"]),
        Route(PATH, receive, methods=["POST"], max_body_size=LARGEST_BODY),
    ]


def _forbidden() -> Response:
    return PlainTextResponse("not signed by WeChat", status_code=403)


async def _hear(message: PushMessage) -> None:
    if message.event == "wxa_media_check":
        await _hear_verdict(message)
        return
    hear = _HEARD.get(message.event)
    if hear is None:
        return
    user = await queries.user_with_openid(message.openid)
    if user is None:
        log.info("push.of_nobody_known", event_name=message.event)
        return
    await hear(user, message)


async def _hear_pop_up(user: UserId, message: PushMessage) -> None:
    outcomes = {
        purpose: _OUTCOMES[said]
        for purpose, item in _ours(message)
        if (said := str(item.get("SubscribeStatusString"))) in _OUTCOMES
    }
    await actions.hear_pop_up(user=user, outcomes=outcomes, message_key=message.dedupe_key)


async def _hear_change(user: UserId, message: PushMessage) -> None:
    rejected = [purpose for purpose, item in _ours(message) if item.get("SubscribeStatusString") == "reject"]
    await actions.hear_switched_off(user=user, purposes=rejected, message_key=message.dedupe_key)


async def _hear_what_came_of_it(user: UserId, message: PushMessage) -> None:
    # WeChat took the message and could not show it. It used the consent up and may not be sent again: only told.
    for purpose, item in _ours(message):
        if str(item.get("ErrorCode", "0")) != "0":
            log.warning("push.message_not_shown", user=str(user), purpose=purpose, code=str(item["ErrorCode"]))


async def _hear_verdict(message: PushMessage) -> None:
    trace_id, result = message.body.get("trace_id"), message.body.get("result")
    if not isinstance(trace_id, str) or not 0 < len(trace_id) <= _LONGEST_TRACE_ID:
        log.warning("push.verdict_of_nothing")
        return
    suggest = str(result.get("suggest")) if isinstance(result, dict) else ""
    # WeChat could not fetch it, or says something new: no verdict. It is asked again, and then a person.
    if str(message.body.get("errcode", "0")) != "0" or suggest not in _VERDICTS:
        log.warning("push.picture_not_checked", code=str(message.body.get("errcode")))
        return
    await media.hear_verdict(trace_id=trace_id, verdict=_VERDICTS[suggest])


def _ours(message: PushMessage) -> list[tuple[MessagePurpose, Mapping[str, Any]]]:
    """The items that speak of our templates."""
    found = [
        (templates.purpose_of(str(item.get("TemplateId"))), item) for item in message.items if isinstance(item, dict)
    ]
    return [(purpose, item) for purpose, item in found if purpose is not None]


_HEARD: Mapping[str, Callable[[UserId, PushMessage], Awaitable[None]]] = {
    "subscribe_msg_popup_event": _hear_pop_up,
    "subscribe_msg_change_event": _hear_change,
    "subscribe_msg_sent_event": _hear_what_came_of_it,
}
