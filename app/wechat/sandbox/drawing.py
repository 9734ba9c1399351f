"""Mini-program codes as pictures.

The real ones are round flowers that only WeChat reads; these are QR codes that any camera reads, and what they
say is `address`.
"""

import io
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import segno
from PIL import Image, ImageDraw

from app.wechat.sandbox.keys import APP_ID
from app.wechat.sandbox.refusals import ApiRefusal
from app.wechat.sandbox.world import Call, among

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
ENVIRONMENTS = frozenset({"release", "trial", "develop"})
_NARROWEST = 280
_WIDEST = 1280
_DEFAULT_WIDTH = 430
#: The code's side in parts of the width: its corners stay clear of the ring, with a quiet zone between.
SIDE = 0.6
_DARK = (7, 25, 15)
_GREEN = (7, 193, 96)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A code that is to be drawn: what it says, how wide, on what."""

    address: str
    width: int
    transparent: bool

    @property
    def mime(self) -> str:
        """A picture that can be seen through must be PNG."""
        return "image/png" if self.transparent else "image/jpeg"


def unlimited_code(call: Call) -> Drawing:
    """`POST /wxa/getwxacodeunlimit`: the rules about scene, page and width."""
    body = call.body
    page = body.get("page", "pages/index/index")
    scene = _scene(body.get("scene"))
    width = body.get("width", _DEFAULT_WIDTH)
    environment = body.get("env_version", "release")
    if not among(environment, ENVIRONMENTS) or not isinstance(page, str):
        raise ApiRefusal(40097)
    if not isinstance(width, int) or not _NARROWEST <= width <= _WIDEST:
        raise ApiRefusal(40189)
    _check_page(call, page, check_path=body.get("check_path", True))
    return Drawing(address(page, scene, environment), width, bool(body.get("is_hyaline", False)))


def address(page: str, scene: str, environment: str = "release") -> str:
    """What a code says. The page receives its scene URL-encoded, as at WeChat."""
    return f"weixin://sandbox/{APP_ID}/{page}?env={environment}&scene={quote(scene, safe='')}"


def draw(drawing: Drawing) -> bytes:
    """The picture's bytes. Takes some milliseconds of work."""
    rows = [bytes(row) for row in segno.make_qr(drawing.address, error="m").matrix]
    modules = Image.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).point(lambda dot: 255 * dot)
    side = int(drawing.width * SIDE)
    mask = modules.resize((side, side), Image.Resampling.NEAREST)
    canvas = Image.new("RGBA", (drawing.width, drawing.width), (255, 255, 255, 0 if drawing.transparent else 255))
    edge = drawing.width // 60
    frame = (edge, edge, drawing.width - edge, drawing.width - edge)
    ImageDraw.Draw(canvas).ellipse(frame, outline=_GREEN, width=edge)
    corner = (drawing.width - side) // 2
    canvas.paste(_DARK, (corner, corner), mask)
    return _encoded(canvas, transparent=drawing.transparent)


def _encoded(canvas: Image.Image, *, transparent: bool) -> bytes:
    file = io.BytesIO()
    if transparent:
        canvas.save(file, "PNG", optimize=True)
    else:
        canvas.convert("RGB").save(file, "JPEG", quality=90)
    return file.getvalue()


def _scene(scene: Any) -> str:
    if not isinstance(scene, str) or not _SCENE.fullmatch(scene):
        raise ApiRefusal(40169)
    return scene


def _check_page(call: Call, page: str, *, check_path: bool) -> None:
    pages = call.world.options.pages
    if page.startswith("/") or "?" in page:
        raise ApiRefusal(41030)
    if check_path and pages is not None and page not in pages:
        raise ApiRefusal(41030)
