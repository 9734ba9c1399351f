"""For the kitchen and the home."""

from math import cos, radians, sin
from typing import Final

from app.demo.pictures.palettes import (
    CREAM,
    INK,
    LEAF,
    LEAF_DEEP,
    STEEL,
    STEEL_DEEP,
    WHITE,
    WOOD,
    WOOD_DEEP,
    Palette,
)
from app.demo.pictures.pen import Motif, Pen


def _thermos(pen: Pen, p: Palette) -> None:
    pen.box(36, 30, 64, 84, p.main, 5)
    pen.box(56, 30, 64, 84, p.deep, 4)
    pen.box(38, 14, 62, 28, p.deep, 4)
    pen.box(36, 27, 64, 32, STEEL, 1)
    pen.arc(50, 16, 8, 180, 360, 2.6, STEEL_DEEP)
    pen.box(41, 38, 43.5, 70, p.light, 1.2)
    pen.leaf(50, 62, 9, -90, CREAM)
    pen.leaf(50, 62, 7, -30, CREAM)
    pen.leaf(50, 62, 7, -150, CREAM)


def _pan(pen: Pen, p: Palette) -> None:
    pen.line([(62, 62), (86, 82)], 6.5, WOOD_DEEP)
    pen.line([(64, 64), (70, 69)], 6.5, STEEL_DEEP)
    pen.disc(43, 46, 28, INK)
    pen.disc(43, 46, 24, "#55545c")
    pen.blob([(30, 42), (40, 31), (52, 35), (58, 46), (50, 57), (36, 57)], WHITE)
    pen.disc(44, 45, 7, "#f4b434")
    pen.disc(42, 43, 2, "#fbe0a0")
    pen.disc(33, 62, 2, p.accent)
    pen.disc(58, 60, 1.6, LEAF)


def _bowl(pen: Pen, p: Palette) -> None:
    pen.box(38, 80, 62, 87, p.deep, 2)
    pen.half(20, 56, 80, 84, p.deep)
    pen.oval(20, 47, 80, 65, p.light)
    pen.half(20, 42, 80, 72, CREAM)
    pen.oval(20, 33, 80, 51, WHITE)
    pen.oval(24, 35, 76, 50, p.light)
    for x in (32, 44, 56, 68):
        y = 66 - abs(50 - x) * 0.3
        pen.leaf(x, y, 9, -60, p.main)
        pen.leaf(x, y, 9, -120, p.main)


def _kettle(pen: Pen, p: Palette) -> None:
    pen.box(74, 34, 80, 70, p.deep, 3)
    pen.line([(66, 34), (77, 35)], 5, p.deep)
    pen.line([(64, 68), (77, 68)], 5, p.deep)
    pen.blob([(30, 34), (20, 32), (28, 48)], STEEL)
    pen.polygon([(31, 30), (63, 30), (70, 76), (24, 76)], "#eef6f8")
    pen.polygon([(28.4, 47), (65.6, 47), (70, 76), (24, 76)], "#a9d5e6")
    for x, y in ((38, 66), (46, 56), (54, 68), (58, 54), (36, 54)):
        pen.disc(x, y, 1.8, WHITE)
    pen.box(29, 23, 65, 31, p.main, 3)
    pen.disc(47, 21, 3.5, p.deep)
    pen.box(22, 75, 72, 84, p.main, 3)
    pen.disc(47, 79.5, 1.6, "#8fe3ff")


def _board(pen: Pen, p: Palette) -> None:
    pen.box(24, 20, 72, 80, WOOD, 6)
    for x in (34, 46, 58):
        pen.box(x, 22, x + 1.4, 78, "#b98049", 0.7)
    pen.disc(48, 28, 4, p.paper)
    for x, y in ((42, 58), (52, 62), (62, 57)):
        pen.disc(x, y, 7, "#d8392f")
        pen.disc(x, y, 5.4, "#f0695c")
        for dx, dy in ((-2, -1), (2, -1), (0, 2.2)):
            pen.disc(x + dx, y + dy, 1, "#fbe0a0")
    pen.leaf(66, 46, 18, 160, LEAF)
    pen.leaf(68, 44, 14, -120, LEAF_DEEP)


def _knife(pen: Pen, p: Palette) -> None:
    pen.blob([(14, 60), (34, 40), (62, 28), (68, 36), (50, 54), (26, 64)], STEEL)
    pen.blob([(14, 60), (30, 58), (50, 48), (68, 36), (50, 56), (26, 65)], WHITE)
    pen.line([(67, 31), (86, 20)], 8, WOOD_DEEP)
    for x, y in ((73, 27.5), (80, 23.5)):
        pen.disc(x, y, 1.5, CREAM)
    pen.box(30, 70, 80, 80, p.main, 3)
    pen.disc(38, 70, 8, "#f28c28")
    pen.disc(52, 71, 8, "#f28c28")
    pen.disc(52, 71, 5, "#f8b26a")
    pen.disc(66, 70, 8, LEAF)
    pen.disc(66, 70, 5, "#a9d065")


KITCHEN: Final[dict[str, Motif]] = {
    "thermos": _thermos,
    "pan": _pan,
    "bowl": _bowl,
    "kettle": _kettle,
    "board": _board,
    "knife": _knife,
}


def _lamp(pen: Pen, p: Palette) -> None:
    pen.polygon([(24, 46), (58, 34), (74, 82), (6, 82)], "#fff3c4")
    pen.oval(52, 76, 86, 85, p.deep)
    pen.line([(69, 80), (80, 48), (56, 24)], 3.4, p.deep)
    pen.disc(80, 48, 3.6, p.accent)
    pen.blob([(56, 16), (66, 26), (58, 40), (24, 50), (20, 40), (40, 24)], p.main)
    pen.blob([(58, 40), (24, 50), (22, 46), (40, 40), (57, 35)], "#fbe08a")


def _pillow(pen: Pen, p: Palette) -> None:
    for y, body, edge in ((66, p.main, p.deep), (46, CREAM, p.light)):
        outline = [(16, y - 10), (32, y - 13), (50, y - 15), (68, y - 13), (84, y - 10), (82, y + 3)]
        outline += [(84, y + 15), (66, y + 17), (50, y + 18), (34, y + 17), (16, y + 15), (18, y + 3)]
        pen.blob([(a, b + 2) for a, b in outline], edge)
        pen.blob(outline, body)
    for x in (34, 50, 66):
        pen.disc(x, 48, 1.6, p.light)
    pen.line([(26, 42), (34, 40)], 1.6, p.light)
    pen.line([(66, 56), (74, 54)], 1.6, p.light)


def _towel(pen: Pen, p: Palette) -> None:
    for y, colour, edge in ((66, p.deep, p.main), (51, p.light, WHITE), (36, CREAM, p.main)):
        pen.box(20, y, 80, y + 16, colour, 7)
        pen.box(66, y, 70, y + 16, edge)
        pen.line([(26, y + 5), (56, y + 5)], 1, edge)
    pen.leaf(44, 34, 22, -60, LEAF)
    pen.leaf(44, 34, 18, -120, LEAF_DEEP)
    pen.disc(43, 33, 4.5, p.accent)


def _clock(pen: Pen, p: Palette) -> None:
    pen.disc(50, 48, 33, WOOD)
    pen.disc(50, 48, 28, CREAM)
    for hour in range(12):
        angle, quarter = radians(hour * 30), hour % 3 == 0
        pen.disc(50 + 23 * cos(angle), 48 + 23 * sin(angle), 2.2 if quarter else 1, p.deep if quarter else p.light)
    pen.line([(50, 48), (38, 40)], 3.4, INK)
    pen.line([(50, 48), (60, 32)], 2.4, INK)
    pen.line([(50, 52), (47, 68)], 1.2, p.accent)
    pen.disc(50, 48, 3, p.accent)


def _candle(pen: Pen, p: Palette) -> None:
    pen.disc(50, 24, 15, "#fff3c4")
    pen.blob([(50, 12), (55, 22), (54, 29), (50, 32), (46, 29), (45, 22)], "#f6a73b")
    pen.blob([(50, 20), (52, 26), (50, 31), (48, 26)], "#ffe69a")
    pen.line([(50, 32), (50, 40)], 1.6, INK)
    pen.box(28, 38, 72, 84, p.main, 6)
    pen.oval(28, 34, 72, 46, p.light)
    pen.oval(31, 36, 69, 45, CREAM)
    pen.line([(50, 33), (50, 40)], 1.6, INK)
    pen.box(37, 54, 63, 74, CREAM, 2)
    pen.line([(42, 61), (58, 61)], 1.8, p.deep)
    pen.line([(45, 67), (55, 67)], 1.4, p.light)


def _plant(pen: Pen, p: Palette) -> None:
    for x, top, lean in ((50.0, 12, 0), (38, 22, -8), (62, 20, 8), (44, 30, -16), (57, 32, 15)):
        mid = (top + 58) / 2
        outline = [(x + lean, top), (x + 6 + lean * 0.5, mid), (50 + (x - 50) * 0.6 + 4, 62)]
        outline += [(50 + (x - 50) * 0.6 - 4, 62), (x - 6 + lean * 0.5, mid)]
        pen.blob(outline, LEAF_DEEP)
        pen.line([(x + lean * 0.9, top + 8), (50 + (x - 50) * 0.6, 58)], 2, "#a9d065")
    pen.polygon([(30, 56), (70, 56), (65, 84), (35, 84)], p.main)
    pen.polygon([(60, 56), (70, 56), (65, 84), (57, 84)], p.deep)
    pen.box(28, 54, 72, 62, p.light, 2)


HOME: Final[dict[str, Motif]] = {
    "lamp": _lamp,
    "pillow": _pillow,
    "towel": _towel,
    "clock": _clock,
    "candle": _candle,
    "plant": _plant,
}
