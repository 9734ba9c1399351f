"""For the desk and the school bag, and for pets."""

from typing import Final

from app.demo.pictures.palettes import CREAM, INK, LEAF, STEEL, STEEL_DEEP, WHITE, WOOD, Palette
from app.demo.pictures.pen import Motif, Pen

_RAINBOW: Final = ("#d8392f", "#f28c28", "#f2c14e", "#5fa05a", "#3f7cac", "#7a62b8")


def _notebook(pen: Pen, p: Palette) -> None:
    pen.box(28, 20, 76, 84, p.deep, 4)
    pen.box(28, 20, 73, 81, CREAM, 4)
    pen.box(26, 17, 71, 80, p.main, 4)
    pen.box(26, 17, 34, 80, p.deep, 4)
    pen.box(62, 17, 65, 80, p.accent)
    pen.box(41, 30, 57, 46, CREAM, 2)
    for y in (34, 38, 42):
        pen.line([(44, y), (54, y)], 1, p.light)
    pen.polygon([(45, 80), (51, 80), (51, 90), (48, 87), (45, 90)], p.accent)


def _pen(pen: Pen, p: Palette) -> None:
    for i, colour in enumerate((p.main, p.accent, "#3f7cac", INK)):
        x = 29 + i * 14
        top = 20 + (i % 2) * 5
        pen.box(x - 1.6, top - 6, x + 1.6, top + 2, STEEL_DEEP, 1)
        pen.box(x - 4, top, x + 4, 66, colour, 2)
        pen.box(x + 1.6, top + 3, x + 3, 34, STEEL, 0.7)
        pen.box(x - 4, 52, x + 4, 66, CREAM)
        pen.polygon([(x - 4, 66), (x + 4, 66), (x + 0.8, 78), (x - 0.8, 78)], STEEL)
        pen.line([(x, 77), (x, 80)], 1.2, colour)


def _paint(pen: Pen, _: Palette) -> None:
    pen.box(16, 40, 76, 84, INK, 4)
    pen.box(19, 43, 73, 81, CREAM, 3)
    for i, colour in enumerate(_RAINBOW + _RAINBOW[::-1]):
        x, y = 22 + (i % 6) * 8.4, 47 + (i // 6) * 12
        pen.box(x, y, x + 7, y + 9.6, colour, 1.4)
        pen.disc(x + 2.4, y + 2.6, 1, WHITE)
    pen.oval(24, 71, 44, 79, "#8db9da")
    pen.oval(48, 71, 68, 79, "#f6a37f")
    pen.line([(62, 46), (86, 14)], 3.4, WOOD)
    pen.line([(62, 46), (66, 40.6)], 4, STEEL)
    pen.leaf(65, 42, 15, 127, "#3f7cac")


def _backpack(pen: Pen, p: Palette) -> None:
    pen.arc(50, 20, 10, 180, 360, 3.4, p.deep)
    pen.box(22, 44, 78, 76, p.deep, 8)
    pen.blob([(30, 26), (50, 16), (70, 26), (74, 50), (73, 80), (50, 84), (27, 80), (26, 50)], p.main)
    pen.arc(50, 44, 18, 190, 350, 1.6, p.deep)
    pen.box(33, 54, 67, 79, p.light, 5)
    pen.line([(37, 60), (63, 60)], 1.6, p.deep)
    pen.disc(62, 61, 2, p.accent)
    pen.box(28, 46, 72, 49, "#e8edf0")
    pen.polygon(
        [(50, 28), (52, 33), (57, 33), (53, 36), (54.6, 41), (50, 38), (45.4, 41), (47, 36), (43, 33), (48, 33)], CREAM
    )


def _calendar(pen: Pen, p: Palette) -> None:
    pen.polygon([(20, 80), (80, 80), (87, 87), (13, 87)], p.deep)
    pen.box(18, 22, 82, 84, CREAM, 3)
    pen.box(18, 22, 82, 52, p.light, 3)
    pen.disc(68, 33, 5, "#f9cf45")
    pen.polygon([(18, 52), (36, 32), (52, 52)], p.main)
    pen.polygon([(38, 52), (58, 38), (74, 52)], LEAF)
    pen.box(18, 50, 82, 56, CREAM)
    for row in range(4):
        for column in range(7):
            marked = (row, column) == (1, 4)
            pen.disc(25.5 + column * 8.2, 59 + row * 6.4, 2.8 if marked else 1.5, p.accent if marked else "#c9c3ba")
    for x in (30, 40, 50, 60, 70):
        pen.arc(x, 22, 4, 160, 380, 1.6, STEEL_DEEP)


def _pencilcase(pen: Pen, p: Palette) -> None:
    for x, colour, top in ((36, "#f2c14e", 24), (46, p.accent, 18), (57, LEAF, 26)):
        pen.box(x - 3.4, top, x + 3.4, 54, colour)
        pen.polygon([(x - 3.4, top), (x + 3.4, top), (x, top - 9)], "#f1dfc0")
        pen.polygon([(x - 1.3, top - 5.5), (x + 1.3, top - 5.5), (x, top - 9)], INK)
    pen.box(16, 46, 84, 82, p.main, 12)
    pen.box(16, 66, 84, 82, p.deep, 10)
    pen.line([(22, 53), (78, 53)], 2.2, CREAM)
    pen.box(70, 51, 75, 61, STEEL_DEEP, 1.5)
    for x in (30, 44, 58):
        pen.disc(x, 68, 2.2, p.light)


STATIONERY: Final[dict[str, Motif]] = {
    "notebook": _notebook,
    "pen": _pen,
    "paint": _paint,
    "backpack": _backpack,
    "calendar": _calendar,
    "pencilcase": _pencilcase,
}


def _paw(pen: Pen, x: float, y: float, size: float, colour: str) -> None:
    pen.oval(x - size, y - size * 0.5, x + size, y + size, colour)
    for dx, dy in ((-1.1, -0.6), (-0.4, -1.2), (0.4, -1.2), (1.1, -0.6)):
        pen.disc(x + dx * size, y + dy * size, size * 0.38, colour)


def _bone(pen: Pen, p: Palette) -> None:
    for shift, colour in ((2.4, p.shade), (0, CREAM)):
        for x, y in ((24, 60), (32, 70), (68, 30), (76, 40)):
            pen.disc(x, y + shift, 9, colour)
        pen.line([(32, 61 + shift), (69, 39 + shift)], 13, colour)
    pen.line([(44, 50), (58, 42)], 2, p.light)
    _paw(pen, 72, 70, 6, p.main)
    _paw(pen, 28, 32, 5, p.light)


def _can(pen: Pen, p: Palette) -> None:
    pen.box(24, 44, 76, 80, p.main, 2)
    pen.half(24, 78, 76, 86, p.main)
    pen.box(24, 50, 76, 54, p.light)
    pen.oval(24, 34, 76, 54, STEEL_DEEP)
    pen.oval(24, 32, 76, 51, STEEL)
    pen.oval(28, 34, 72, 49, "#e2e7ea")
    pen.ring(50, 41, 5, 1.6, STEEL_DEEP)
    pen.disc(50, 68, 12, CREAM)
    pen.polygon([(41, 63), (43, 54), (49, 60)], CREAM)
    pen.polygon([(59, 63), (57, 54), (51, 60)], CREAM)
    pen.disc(46, 67, 1.5, INK)
    pen.disc(54, 67, 1.5, INK)
    pen.polygon([(48.6, 70.5), (51.4, 70.5), (50, 72.4)], "#ee9cb3")
    for side in (-1, 1):
        pen.line([(50 + side * 5, 72), (50 + side * 13, 70.5)], 0.7, INK)
        pen.line([(50 + side * 5, 73.5), (50 + side * 13, 75)], 0.7, INK)


def _ball(pen: Pen, p: Palette) -> None:
    for x, y, r, colour, band in (
        (62, 36, 16, p.light, p.main),
        (34, 56, 21, p.main, CREAM),
        (68, 68, 16, p.accent, CREAM),
    ):
        pen.disc(x, y, r, colour)
        pen.arc(x - r * 1.2, y, r * 1.15, -42, 42, r * 0.18, band)
        pen.arc(x + r * 1.2, y, r * 1.15, 138, 222, r * 0.18, band)


def _bed(pen: Pen, p: Palette) -> None:
    coat, stripe = "#e2a15c", "#c77f3c"
    pen.oval(12, 42, 88, 84, p.main)
    pen.oval(20, 46, 80, 74, p.deep)
    pen.oval(26, 38, 70, 74, coat)
    for x in (36, 43, 50):
        pen.line([(x, 42 - (x - 36) * 0.1), (x + 1, 49)], 2.2, stripe)
    pen.disc(66, 50, 14, coat)
    pen.polygon([(54, 46), (54, 31), (65, 39)], coat)
    pen.polygon([(78, 46), (78, 31), (67, 39)], coat)
    pen.arc(61, 51, 3, 20, 160, 1.1, INK)
    pen.arc(71, 51, 3, 20, 160, 1.1, INK)
    pen.polygon([(64.6, 56), (67.4, 56), (66, 58)], "#c45b5b")
    pen.oval(12, 57, 88, 70, p.light)
    pen.half(12, 65, 88, 87, p.main)
    _paw(pen, 50, 77, 3.4, p.light)


def _collar(pen: Pen, p: Palette) -> None:
    pen.line([(70, 60), (84, 60), (90, 46), (82, 34)], 4.5, p.accent)
    pen.ring(78, 26, 10, 4.5, p.accent)
    pen.disc(70, 60, 3.4, STEEL_DEEP)
    pen.ring(43, 48, 29, 9, p.main)
    pen.arc(43, 48, 25.4, 20, 160, 1.4, CREAM)
    pen.arc(43, 48, 29, 200, 340, 9, p.deep)
    pen.box(36, 66, 50, 80, STEEL_DEEP, 2)
    pen.box(40, 69, 46, 77, p.deep, 1)
    pen.disc(43, 85, 7, "#f2c14e")
    _paw(pen, 43, 85.4, 2.6, CREAM)


def _litter(pen: Pen, p: Palette) -> None:
    pen.blob([(28, 20), (50, 22), (72, 20), (74, 50), (73, 82), (50, 83), (27, 82), (26, 50)], CREAM)
    pen.box(27, 15, 73, 24, LEAF, 2)
    pen.box(27, 58, 73, 82, p.main, 3)
    _paw(pen, 50, 42, 9, p.main)
    for i in range(14):
        pen.line([(20 + i * 4.6, 84 + i % 3), (22 + i * 4.6, 86 - i % 2)], 2.2, "#a9d065" if i % 2 else "#c7dfa0")
    pen.box(38, 66, 62, 71, CREAM, 2.5)


PET: Final[dict[str, Motif]] = {
    "bone": _bone,
    "can": _can,
    "ball": _ball,
    "bed": _bed,
    "collar": _collar,
    "litter": _litter,
}
