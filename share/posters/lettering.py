"""Letters on pictures: one font for Chinese and English, and lines that fit.

The font is Noto Sans CJK (SIL Open Font License), as it comes with the package manimgx-fonts-cjk.
"""

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from PIL import Image, ImageDraw, ImageFont

REGULAR: Final = 400
BOLD: Final = 700
#: Which of the collection's five faces: the one with the Chinese mainland's shapes.
_SIMPLIFIED_CHINESE: Final = 2
#: A noncharacter: what is drawn for it is what is drawn for anything that the font lacks.
_LACKING: Final = "\uffff"


@cache
def font(size: int, weight: int = REGULAR) -> ImageFont.FreeTypeFont:
    """The font in a size and a weight (100 to 900)."""
    made = ImageFont.truetype(
        str(files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc"),
        size,
        index=_SIMPLIFIED_CHINESE,
        # Raqm would order letters from right to left too; we draw what it would need for that as nothing.
        layout_engine=ImageFont.Layout.BASIC,
    )
    made.set_variation_by_axes([weight])
    return made


def drawable(text: str) -> str:
    """The text without what the font lacks (such as emoji) and without controls, on one line."""
    kept = "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isspace() or _has(letter))
    return " ".join(kept.split())


def fitted(text: str, sizes: range, width: float, weight: int = BOLD) -> ImageFont.FreeTypeFont:
    """The largest font of the sizes in which the text fits the width; the smallest where it fits in none."""
    for size in sizes:
        if font(size, weight).getlength(text) <= width:
            return font(size, weight)
    return font(sizes[-1], weight)


def lines(text: str, letters: ImageFont.FreeTypeFont, width: float, most: int) -> list[str]:
    """The text in at most so many lines of a width; an ellipsis says that there was more."""
    made: list[str] = []
    rest = text
    while rest and len(made) < most:
        count = _fitting(rest, letters, width)
        if len(made) == most - 1 and count < len(rest):
            return [*made, _shortened(rest, letters, width)]
        made.append(rest[:count].rstrip())
        rest = rest[count:].lstrip()
    return made


def _fitting(text: str, letters: ImageFont.FreeTypeFont, width: float) -> int:
    """How many characters go onto one line: Chinese breaks anywhere, English between words; at least one."""
    count = 1
    while count < len(text) and letters.getlength(text[: count + 1]) <= width:
        count += 1
    if count < len(text) and _in_word(text[count - 1]) and _in_word(text[count]):
        start = next((i for i in range(count - 1, 0, -1) if not _in_word(text[i - 1])), 0)
        return start or count
    return count


def _in_word(letter: str) -> bool:
    return letter.isascii() and not letter.isspace()


def _shortened(text: str, letters: ImageFont.FreeTypeFont, width: float) -> str:
    while text and letters.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=8192)
def _has(letter: str) -> bool:
    """Whether the font draws this letter, by itself: marks that pile up on others are left out, too."""
    return unicodedata.category(letter)[0] in "LNPS" and _look(letter) != _look(_LACKING)


@lru_cache(maxsize=8192)
def _look(letter: str) -> bytes:
    image = Image.new("1", (24, 24))
    ImageDraw.Draw(image).text((2, 0), letter, font=font(16), fill=1)
    return image.tobytes()
