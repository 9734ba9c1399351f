"""Handing subscribe messages to WeChat, each at most once: it cannot be told that two are the same."""

from uuid import UUID

from app.accounts import queries as accounts
from app.core import clock
from app.core.log import logger
from app.notifications import actions, rules, templates
from app.notifications.models import Message
from app.wechat import current
from app.wechat.errors import MessageNotConsented, WeChatBusy, WeChatRefused

log = logger("notifications")

#: Why we ourselves send a message no more; beside these stand WeChat's error codes.
TOO_LATE = "TOO_LATE"
NO_TEMPLATE = "NO_TEMPLATE"


async def send_message(message: UUID) -> None:
    """Send a waiting message; where another has taken it, nothing.

    It is noted as attempted before WeChat is called. A death in between, or an answer that did not come, leaves it
    so for ever: perhaps it arrived. Only where WeChat says that it did nothing (a quota, the same person written
    to at this moment), or was never reached, it waits again, and for `rules.LONGEST_WAIT` at most.
    """
    claimed = await actions.claim_message(message)
    if claimed is None:
        return
    try:
        await _hand_over(claimed)
    except WeChatBusy as busy:
        await _wait_or_give_up(claimed, busy)
    except MessageNotConsented as refused:
        await actions.give_up(claimed, refusal=refused.code, consent_is_left=False)
    except WeChatRefused as refused:
        # A template, page or value that is wrong: nothing that another try would mend.
        log.warning("notifications.message_refused", message=str(message), purpose=claimed.purpose, code=refused.code)
        await actions.give_up(claimed, refusal=refused.code, consent_is_left=True)
    else:
        await actions.mark_sent(message)


async def _hand_over(message: Message) -> None:
    template_id = templates.template_ids().get(message.purpose)
    if template_id is None:
        raise WeChatRefused(NO_TEMPLATE, "the template is configured no more")
    await current.mini_program().send_subscribe_message(
        await accounts.openid_of(message.user_id),
        template_id,
        page=templates.page(message.notification),
        data=templates.data(message.purpose, message.notification),
    )


async def _wait_or_give_up(message: Message, busy: WeChatBusy) -> None:
    if busy.perhaps_done:
        log.warning("notifications.message_outcome_unknown", message=str(message.id), reason=str(busy))
    elif rules.is_too_late(message.created_at, await clock.now()):
        await actions.give_up(message, refusal=TOO_LATE, consent_is_left=True)
    else:
        await actions.put_back(message.id)
