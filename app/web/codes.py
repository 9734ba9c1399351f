"""Mini-program codes of share links, as WeChat draws them."""

from collections import OrderedDict
from io import BytesIO

import segno

from app.web.together import Together
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
        self._asking: Together[Picture] = Together()

    async def get(self, *, scene: str, page: str) -> Picture:
        """The code that opens `page` with `scene`. WeChatRefused; WeChatBusy, also where it does not come in time.

        Whoever asks for the same at the same moment asks WeChat once together.
        """
        key = (scene, page)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        try:
            return await self._asking.ask(key, lambda: self._fetch(scene, page), within_s=WAIT_S)
        except TimeoutError:
            raise WeChatBusy("the code did not come in time", perhaps_done=True) from None

    async def _fetch(self, scene: str, page: str) -> Picture:
        picture = await current.mini_program().mini_program_code(scene, page)
        self._kept[scene, page] = picture
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return picture


def qr_code(address: str) -> bytes:
    """A QR code as PNG, for where WeChat's code is not to be had: it opens the address in a browser."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=8, border=2)
    return out.getvalue()
