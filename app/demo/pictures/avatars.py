"""Faces for the demo's people."""

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from app.demo.pictures.palettes import INK, PALETTES, Palette
from app.demo.pictures.pen import Pen

_SKIN: Final = ("#f6d3b3", "#efc39b", "#e2ab7f", "#fadfc6")
_HAIR: Final = ("#2f2a2c", "#4a3527", "#6b4a30", "#1f2430", "#8a6a4f")
#: All but the first, whose paper has the colour of skin.
_CLOTHES: Final = PALETTES[1:]


def draw_avatar(name: str, size: int = 240) -> bytes:
    """A square picture of a person, PNG, `size` pixels wide; the same name gives the same face."""
    chance = sha256(name.encode()).digest()
    palette = _CLOTHES[chance[0] % len(_CLOTHES)]
    hair, skin = _HAIR[chance[1] % len(_HAIR)], _SKIN[chance[2] % len(_SKIN)]
    behind, before = _CUTS[chance[3] % len(_CUTS)]
    pen = Pen(size, palette.halo)
    behind(pen, hair)
    _body(pen, palette, skin)
    _face(pen, skin, glasses=chance[4] % 4 == 0)
    before(pen, hair)
    return pen.png()


def _body(pen: Pen, palette: Palette, skin: str) -> None:
    pen.oval(14, 76, 86, 140, palette.main)
    pen.box(42, 60, 58, 82, skin, 6)
    pen.half(40, 78, 60, 87, skin)


def _face(pen: Pen, skin: str, *, glasses: bool) -> None:
    for x in (27, 73):
        pen.disc(x, 50, 5, skin)
    pen.oval(28, 22, 72, 72, skin)
    for x in (36, 64):
        pen.oval(x - 3, 54, x + 3, 58, "#f0a090")
    for x in (40, 60):
        pen.disc(x, 49, 2.2, INK)
        if glasses:
            pen.ring(x, 49, 7.5, 1.4, INK)
    if glasses:
        pen.line([(47, 48), (53, 48)], 1.4, INK)
    pen.arc(50, 57, 6, 25, 155, 1.8, "#b4534c")


def _nothing(_: Pen, __: str) -> None:
    """No hair on this side."""


def _long(pen: Pen, hair: str) -> None:
    pen.blob([(50, 14), (72, 22), (80, 46), (80, 78), (50, 84), (20, 78), (20, 46), (28, 22)], hair)


def _bun(pen: Pen, hair: str) -> None:
    pen.disc(50, 14, 10, hair)
    pen.oval(24, 18, 76, 62, hair)


def _bob(pen: Pen, hair: str) -> None:
    pen.blob([(50, 14), (72, 20), (78, 42), (76, 64), (50, 66), (24, 64), (22, 42), (28, 20)], hair)


def _fringe(pen: Pen, hair: str) -> None:
    pen.blob([(28, 44), (28, 28), (40, 18), (50, 16), (60, 18), (72, 28), (72, 44), (66, 36), (50, 37), (34, 36)], hair)


def _parted(pen: Pen, hair: str) -> None:
    pen.blob([(27, 46), (27, 30), (38, 19), (50, 16), (62, 19), (73, 30), (73, 46), (66, 34), (56, 26), (40, 34)], hair)


def _short(pen: Pen, hair: str) -> None:
    pen.blob([(26, 44), (25, 28), (36, 16), (54, 13), (70, 20), (75, 32), (74, 44), (69, 34), (54, 31), (36, 33)], hair)


_CUTS: Final[tuple[tuple[Callable[[Pen, str], None], Callable[[Pen, str], None]], ...]] = (
    (_long, _fringe),
    (_long, _parted),
    (_bun, _parted),
    (_bob, _fringe),
    (_nothing, _short),
    (_nothing, _short),
)
