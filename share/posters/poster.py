"""One poster: picture, title, price, how many seats are left, who invites, and the code to scan."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

from app.core.words import moment
from share.landing.shown import DealShown, GroupShown, GroupStatus, LiveShown, LiveStatus, Shown
from share.landing.texts import Mood, texts
from share.landing.words import language_of, say
from share.posters.lettering import BOLD, REGULAR, drawable, fitted, font, lines

WIDTH: Final = 750
HEIGHT: Final = 1200

_MARGIN: Final = 40
_INNER: Final = WIDTH - 2 * _MARGIN
_CODE: Final = 196
_PICTURE: Final = 556
_PICTURE_TOP: Final = 90
_TITLE_MIDDLE: Final = 698
_PRICE_BASE: Final = 812
_BANNER_TOP: Final = 844

_PAPER: Final = "#fff6f0"
_CARD: Final = "#ffffff"
_INK: Final = "#2b2522"
_SOFT: Final = "#6f625b"
_BRAND: Final = "#d3381f"
_BRAND_SOFT: Final = "#ffe6dc"
_DONE: Final = "#1f7a4d"
_BANNERS: Final[dict[Mood, tuple[str, str]]] = {
    "open": (_BRAND, _CARD),
    "done": (_DONE, _CARD),
    "wait": (_BRAND_SOFT, _BRAND),
    "over": ("#e8e0da", _SOFT),
}


@dataclass(frozen=True, slots=True)
class Poster:
    """What a poster shows, at `now`. `inviter` is a masked nickname; the pictures are PNG, JPEG or WebP."""

    shows: Shown
    now: datetime
    code_picture: bytes
    picture: bytes | None = None
    inviter: str | None = None
    locale: str = "zh-CN"
    shop_name: str = "拼团 Pintuan"


def draw_poster(poster: Poster) -> bytes:
    """Draw the poster as PNG, 750 × 1200.

    Takes about a tenth of a second of one processor: a server calls it in a thread. Raises
    PIL.UnidentifiedImageError for bytes that are no picture.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    _invitation(draw, poster)
    _picture(image, draw, poster)
    _title(draw, drawable(poster.shows.goods.title))
    _price(draw, poster)
    _banner(image, draw, poster)
    _foot(image, draw, poster)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _invitation(draw: ImageDraw.ImageDraw, poster: Poster) -> None:
    name = drawable(poster.inviter or "")
    words = "invites" if isinstance(poster.shows, GroupShown | DealShown) else "shares"
    text = say(language_of(poster.locale), words, name=name) if name else drawable(poster.shop_name)
    letters = fitted(text, range(34, 19, -2), _INNER)
    draw.text((WIDTH / 2, 48), lines(text, letters, _INNER, 1)[0], font=letters, fill=_INK, anchor="mm")


def _picture(image: Image.Image, draw: ImageDraw.ImageDraw, poster: Poster) -> None:
    size = (_INNER, _PICTURE)
    shown = _opened(poster.picture, size) if poster.picture else Image.new("RGB", size, _BRAND_SOFT)
    image.paste(shown, (_MARGIN, _PICTURE_TOP), _rounded(size, 28))
    if isinstance(poster.shows, GroupShown | DealShown):
        text = say(language_of(poster.locale), "group_of", count=poster.shows.size)
        width = round(font(26, BOLD).getlength(text)) + 40
        _plate(image, (_MARGIN + 18, _PICTURE_TOP + 18), (width, 48), 24, _CARD)
        middle = (_MARGIN + 18 + width / 2, _PICTURE_TOP + 18 + 23)
        draw.text(middle, text, font=font(26, BOLD), fill=_BRAND, anchor="mm")


def _title(draw: ImageDraw.ImageDraw, title: str) -> None:
    """Up to two lines; a single one stands in the middle of their place."""
    letters = font(36, BOLD)
    wrapped = lines(title, letters, _INNER, 2)
    y = _TITLE_MIDDLE - 25 * (len(wrapped) - 1)
    for line in wrapped:
        draw.text((_MARGIN, y), line, font=letters, fill=_INK, anchor="lm")
        y += 50


def _price(draw: ImageDraw.ImageDraw, poster: Poster) -> None:
    shows, language = poster.shows, language_of(poster.locale)
    solo = shows.goods.solo_price
    if not isinstance(shows, GroupShown | DealShown):
        if solo:
            _put(draw, _MARGIN, solo, font(60, BOLD), _BRAND)
        return
    x = _put(draw, _MARGIN, say(language, "price_label"), font(26), _BRAND) + 12
    x = _put(draw, x, shows.price, fitted(shows.price, range(60, 35, -4), 330), _BRAND) + 20
    if solo:
        text = say(language, "solo", price=solo)
        end = _put(draw, x, text, fitted(text, range(28, 15, -2), WIDTH - _MARGIN - x, REGULAR), _SOFT)
        draw.line((x, _PRICE_BASE - 9, end, _PRICE_BASE - 9), fill=_SOFT, width=2)


def _banner(image: Image.Image, draw: ImageDraw.ImageDraw, poster: Poster) -> None:
    said = texts(poster.shows, language_of(poster.locale), poster.now)
    paper, ink = _BANNERS[said.mood]
    _plate(image, (_MARGIN, _BANNER_TOP), (_INNER, 68), 34, paper)
    text = drawable(said.headline)
    letters = fitted(text, range(34, 17, -2), _INNER - 48)
    draw.text((WIDTH / 2, _BANNER_TOP + 33), text, font=letters, fill=ink, anchor="mm")


def _foot(image: Image.Image, draw: ImageDraw.ImageDraw, poster: Poster) -> None:
    top, left = HEIGHT - _CODE - 48, WIDTH - _MARGIN - _CODE - 10
    _plate(image, (left - 10, top - 10), (_CODE + 20, _CODE + 20), 20, _CARD)
    image.paste(_opened(poster.code_picture, (_CODE, _CODE)), (left, top))
    language, width = language_of(poster.locale), left - 10 - 2 * _MARGIN
    y = top + 30.0
    for text, size, weight, colour in (
        (poster.shop_name, 34, BOLD, _INK),
        (say(language, "code_hint_poster"), 26, REGULAR, _SOFT),
        (_deadline(poster), 24, REGULAR, _BRAND),
    ):
        letters = fitted(drawable(text), range(size, 15, -1), width, weight)
        for line in lines(drawable(text), letters, width, 1):
            draw.text((_MARGIN, y), line, font=letters, fill=colour, anchor="la")
            y += size + 20


def _deadline(poster: Poster) -> str:
    """Until when the group forms, or when the live room starts: a saved poster is looked at later."""
    language = language_of(poster.locale)
    match poster.shows:
        case GroupShown(status=GroupStatus.FORMING, expires_at=datetime() as ends):
            return say(language, "ends", at=moment(ends))
        case LiveShown(status=LiveStatus.SCHEDULED, starts_at=starts):
            return say(language, "starts", at=moment(starts))
        case _:
            return ""


def _put(draw: ImageDraw.ImageDraw, x: float, text: str, letters: ImageFont.FreeTypeFont, colour: str) -> float:
    """Draw a text on the price's base line and tell where it ends."""
    draw.text((x, _PRICE_BASE), text, font=letters, fill=colour, anchor="ls")
    return x + letters.getlength(text)


def _plate(image: Image.Image, at: tuple[int, int], size: tuple[int, int], radius: int, colour: str) -> None:
    image.paste(colour, (*at, at[0] + size[0], at[1] + size[1]), _rounded(size, radius))


def _opened(picture: bytes, size: tuple[int, int]) -> Image.Image:
    """A picture cut to a size, upright, on white."""
    with Image.open(BytesIO(picture), formats=("PNG", "JPEG", "WEBP")) as found:
        upright = ImageOps.fit(ImageOps.exif_transpose(found).convert("RGBA"), size, Image.Resampling.LANCZOS)
    white = Image.new("RGB", size, _CARD)
    white.paste(upright, mask=upright.getchannel("A"))
    return white


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with round corners, drawn large so that they are smooth."""
    large = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, size[0] * 2 - 1, size[1] * 2 - 1), radius * 2, fill=255)
    return large.reduce(2)
