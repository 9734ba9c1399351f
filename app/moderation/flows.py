"""Looking at a text before it is published: the filter, then WeChat. Never inside a transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.accounts import queries as accounts
from app.core.db import refuse_in_transaction
from app.core.ids import UserId
from app.core.log import logger
from app.moderation import queries, rules
from app.moderation.errors import TextRejected
from app.moderation.rules import Filter
from app.moderation.states import Outcome, Severity, Why
from app.wechat.client import LONGEST_CHECKED_TEXT, TextScene, Verdict
from app.wechat.current import mini_program
from app.wechat.errors import WeChatBusy, WeChatError, WeChatRefused

log = logger("moderation")

#: A person waits for the answer: beyond this a moderator looks at it instead.
PATIENCE_S = 3.0
#: WeChat's code for an author who was not in the app within two hours.
_NOT_SEEN = "61010"
#: Parts of a long text overlap, so that no word falls between two.
_OVERLAP = 50

_LISTED = rules.read_words(Path(__file__).with_name("words.txt").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a text that may be published at once (PASS), or once a person has looked at it (REVIEW)."""

    outcome: Outcome
    why: tuple[Why, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether it may be published at once."""
        return self.outcome is Outcome.PASS


async def check_text(*, author: UserId, texts: Sequence[str], scene: TextScene, is_scheduled: bool = False) -> Finding:
    """Look at what somebody is about to publish, before the transaction that publishes it. TextRejected.

    REVIEW goes into the queue in that transaction (`actions.put_in_queue`), and is read by nobody until it is
    approved. What staff write outside WeChat, and what is published later, a second person looks at instead.
    """
    refuse_in_transaction("a text was checked")
    text = "\n".join(each for each in map(str.strip, texts) if each)
    if not text:
        return Finding(Outcome.PASS)
    why: list[Why] = []
    match (await current_filter()).look(text):
        case Severity.REJECT:
            raise TextRejected
        case Severity.REVIEW:
            why.append(Why.WORD)
    doubt = Why.SECOND_PERSON if is_scheduled else await _ask_wechat(author, text, scene)
    if doubt:
        why.append(doubt)
    return Finding(Outcome.REVIEW, tuple(why)) if why else Finding(Outcome.PASS)


async def _ask_wechat(author: UserId, text: str, scene: TextScene) -> Why | None:
    """Why a person must look at it as far as WeChat goes; TextRejected for what WeChat holds for risky."""
    identity = await accounts.wechat_identity(author)
    if identity is None:
        return Why.SECOND_PERSON
    doubt: Why | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            for part in _parts(text):
                verdict = (await mini_program().check_text(identity.openid, scene, part)).verdict
                if verdict is Verdict.RISKY:
                    raise TextRejected
                if verdict is Verdict.REVIEW:
                    doubt = Why.WECHAT_SUGGESTS
    except (WeChatBusy, TimeoutError):
        return Why.WECHAT_AWAY
    except WeChatRefused as refused:
        if refused.code == _NOT_SEEN:
            return Why.SECOND_PERSON if await accounts.roles(author) else Why.AUTHOR_NOT_SEEN
        log.warning("WeChat refuses to check a text", code=refused.code)
        return Why.WECHAT_AWAY
    except WeChatError as error:
        log.warning("WeChat's check of a text failed", error=type(error).__name__)
        return Why.WECHAT_AWAY
    return doubt


def _parts(text: str) -> list[str]:
    step = LONGEST_CHECKED_TEXT - _OVERLAP
    return [text[start : start + LONGEST_CHECKED_TEXT] for start in range(0, max(len(text) - _OVERLAP, 1), step)]


async def current_filter() -> Filter:
    """The filter of this moment; made anew only where staff have changed its words."""
    head = await queries.words_head()
    made = _made.get(head)
    if made is None:
        made = Filter([*_LISTED, *await queries.added_words()])
        _made.clear()
        _made[head] = made
    return made


#: The one filter that was made last, by the words it was made of.
_made: dict[queries.WordsHead, Filter] = {}
