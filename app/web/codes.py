"""Mini-program codes of share links, as WeChat draws them."""

import asyncio
import contextvars
from collections import OrderedDict
from io import BytesIO

import segno

from app.wechat import current
from app.wechat.client import Picture
from app.wechat.errors import WeChatBusy

#: Who looks at a page does not wait longer; the answer is kept for the next one when it comes.
WAIT_S = 4.0

_MOST_KEPT = 200


class CodePictures:
    """The codes that were asked for last, in this process.

    WeChat's code for a scene and a page never changes, so a few are kept in memory; a disk would fill up with codes
    that nobody looks at again, and any other process can ask WeChat as well.
    """

    def __init__(self, most: int = _MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Picture] = OrderedDict()
        self._asked: dict[tuple[str, str], asyncio.Task[Picture]] = {}

    async def get(self, *, scene: str, page: str) -> Picture:
        """The code that opens `page` with `scene`. WeChatRefused; WeChatBusy, also where it does not come in time.

        Whoever asks for the same at the same moment asks WeChat once together.
        """
        key = (scene, page)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            async with asyncio.timeout(WAIT_S):
                # Shielded: one who leaves must not take the answer from the others.
                return await asyncio.shield(self._asked.get(key) or self._ask(key))
        except TimeoutError:
            raise WeChatBusy("the code did not come in time", perhaps_done=True) from None

    def _ask(self, key: tuple[str, str]) -> "asyncio.Task[Picture]":
        scene, page = key
        asking = current.mini_program().mini_program_code(scene, page)
        # An empty context: it belongs to no request.
        task = asyncio.get_running_loop().create_task(asking, context=contextvars.Context())
        self._asked[key] = task
        task.add_done_callback(lambda done: self._keep(key, done))
        return task

    def _keep(self, key: tuple[str, str], done: "asyncio.Task[Picture]") -> None:
        del self._asked[key]
        if done.cancelled() or done.exception() is not None:
            return
        self._kept[key] = done.result()
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def qr_code(address: str) -> bytes:
    """A QR code as PNG, for where WeChat's code is not to be had: it opens the address in a browser."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=8, border=2)
    return out.getvalue()
