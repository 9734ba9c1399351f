"""How long one goes on asking when WeChat is busy."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina

from app.wechat.errors import WeChatBusy, WeChatSlowDown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Attempts in all, the first pause (doubling, with jitter), and how long all may take; seconds."""

    attempts: int = 3
    first_pause_s: float = 0.2
    longest_s: float = 20.0

    async def ask(self, once: Callable[[], Awaitable[T]]) -> T:
        """Ask what may be asked twice, again while WeChat is busy.

        The WeChatBusy that is raised at last is `perhaps_done` if any of the attempts was.
        """
        perhaps_done = False
        attempts = stamina.retry_context(
            on=_may_pass_soon,
            attempts=self.attempts,
            timeout=self.longest_s,
            wait_initial=self.first_pause_s,
            wait_max=self.first_pause_s * 8,
            wait_jitter=self.first_pause_s,
        )
        async for attempt in attempts:
            with attempt:
                try:
                    return await once()
                except WeChatBusy as busy:
                    busy.perhaps_done = perhaps_done = perhaps_done or busy.perhaps_done
                    raise
        raise AssertionError("unreachable: attempts end by returning or raising")


def _may_pass_soon(error: Exception) -> bool:
    return isinstance(error, WeChatBusy) and not isinstance(error, WeChatSlowDown)


#: For what must not be asked twice: single-use codes, messages.
ONCE = Patience(attempts=1)
