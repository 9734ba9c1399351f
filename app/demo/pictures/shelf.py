"""Snacks, and what keeps in the pantry."""

from typing import Final

from app.demo.pictures.palettes import CREAM, LEAF, LEAF_DEEP, WHITE, WOOD, WOOD_DEEP, Palette
from app.demo.pictures.pen import Motif, Pen

_CRUST: Final = "#d99a4e"
_COCOA: Final = "#5c3826"
_COCOA_LIGHT: Final = "#7c4f37"


def _bag(pen: Pen, p: Palette) -> None:
    pen.blob([(28, 22), (50, 24), (72, 22), (75, 50), (72, 82), (50, 80), (28, 82), (25, 50)], p.main)
    pen.box(27, 18, 73, 25, p.deep, 1)
    pen.box(27, 78, 73, 84, p.deep, 1)
    pen.disc(50, 46, 15, CREAM)
    pen.blob([(40, 44), (50, 37), (60, 44), (58, 52), (46, 54)], "#f2c14e")
    pen.blob([(46, 52), (56, 47), (62, 53), (56, 58), (48, 57)], "#e0a93a")
    pen.box(38, 66, 62, 70, CREAM, 2)


def _jar(pen: Pen, p: Palette) -> None:
    pen.box(30, 30, 70, 82, "#f4f8f8", 8)
    pen.box(33, 44, 67, 79, "#c98d4f", 6)
    for x, y in ((39, 50), (49, 48), (60, 51), (43, 73), (54, 74), (62, 72)):
        pen.leaf(x - 4, y, 9, (x * 31) % 90 - 45, "#9b6232")
    for x, y in ((55, 48), (38, 72), (48, 76)):
        pen.disc(x, y, 2.4, "#b3264d")
    pen.box(30, 56, 70, 69, CREAM)
    pen.box(38, 60, 62, 65, p.main, 2.5)
    pen.box(28, 20, 72, 33, p.main, 3)
    pen.box(28, 28, 72, 33, p.deep, 2)
    pen.line([(35, 40), (35, 52)], 1.8, WHITE)


def _cookie(pen: Pen, _: Palette) -> None:
    for x, y, r in ((62, 62, 20), (40, 48, 25)):
        pen.disc(x, y + 2, r, "#b5763a")
        pen.disc(x, y, r, _CRUST)
        for dx, dy in ((-0.4, -0.4), (0.3, -0.5), (0.5, 0.2), (-0.1, 0.1), (-0.5, 0.4), (0.2, 0.6)):
            pen.disc(x + dx * r, y + dy * r, r * 0.13, _COCOA)
        for dx, dy in ((-0.1, -0.65), (0.65, -0.15), (-0.7, 0.05), (0.05, -0.2)):
            pen.disc(x + dx * r, y + dy * r, r * 0.06, "#f0c88c")


def _chocolate(pen: Pen, p: Palette) -> None:
    pen.box(28, 16, 72, 70, _COCOA, 2)
    for row in range(4):
        for column in range(3):
            x, y = 31 + column * 13.4, 19 + row * 12.6
            pen.box(x, y, x + 11.4, y + 10.6, _COCOA_LIGHT, 1.5)
            pen.box(x + 2, y + 2, x + 9.4, y + 8.6, "#8d5d43", 1)
    pen.polygon([(25, 50), (33, 46), (41, 51), (50, 46), (59, 51), (67, 46), (75, 50), (75, 84), (25, 84)], p.main)
    pen.box(25, 60, 75, 76, p.deep)
    pen.box(36, 65, 64, 71, CREAM, 3)


def _cake(pen: Pen, p: Palette) -> None:
    for x, y in ((34, 66), (66, 66), (50, 54)):
        pen.polygon([(x - 13, y), (x + 13, y), (x + 10, y + 16), (x - 10, y + 16)], p.main)
        for dx in (-7, 0, 7):
            pen.line([(x + dx, y + 2), (x + dx * 0.8, y + 15)], 1.4, p.deep)
        pen.oval(x - 15, y - 11, x + 15, y + 5, "#e2a852")
        pen.oval(x - 12, y - 11, x + 10, y, "#f2c673")
        pen.oval(x - 7, y - 9, x + 1, y - 5, "#fae3ae")


def _candy(pen: Pen, p: Palette) -> None:
    for x, y, body, wing in ((42, 38, p.main, p.light), (58, 66, p.accent, CREAM)):
        pen.polygon([(x - 14, y), (x - 30, y - 11), (x - 26, y), (x - 30, y + 11)], wing)
        pen.polygon([(x + 14, y), (x + 30, y - 11), (x + 26, y), (x + 30, y + 11)], wing)
        pen.oval(x - 19, y - 13, x + 19, y + 13, body)
        for dx in (-8, 0, 8):
            pen.line([(x + dx - 3, y + 9), (x + dx + 3, y - 9)], 2.2, CREAM)


SNACKS: Final[dict[str, Motif]] = {
    "bag": _bag,
    "jar": _jar,
    "cookie": _cookie,
    "chocolate": _chocolate,
    "cake": _cake,
    "candy": _candy,
}


def _sack(pen: Pen, p: Palette) -> None:
    pen.blob([(30, 34), (50, 36), (70, 34), (76, 58), (73, 82), (50, 84), (27, 82), (24, 58)], "#e3cda4")
    pen.blob([(34, 16), (50, 20), (66, 16), (62, 30), (66, 38), (50, 36), (34, 38), (38, 30)], "#d2b885")
    pen.line([(38, 31), (50, 33), (62, 31)], 3.4, p.main)
    pen.box(36, 46, 64, 72, CREAM, 3)
    for y in (50, 56, 62):
        pen.leaf(50, y + 6, 9, -50, "#d9a441")
        pen.leaf(50, y + 6, 9, -130, "#d9a441")
    pen.line([(50, 70), (50, 50)], 1.4, "#b98315")


def _oil(pen: Pen, p: Palette) -> None:
    pen.box(45, 12, 55, 22, p.deep, 2)
    pen.blob([(46, 20), (54, 20), (55, 32), (64, 42), (65, 80), (50, 83), (35, 80), (36, 42), (45, 32)], "#4c6a35")
    pen.blob([(56, 34), (64, 42), (65, 80), (57, 82), (59, 60)], "#3a5428")
    pen.box(37, 50, 63, 72, CREAM, 2)
    pen.disc(50, 61, 6, "#d9a441")
    pen.leaf(52, 57, 9, -40, LEAF)
    pen.leaf(48, 57, 9, -140, LEAF_DEEP)
    pen.line([(41, 46), (41, 40)], 1.8, "#8aa86a")


def _noodles(pen: Pen, p: Palette) -> None:
    pen.oval(22, 40, 78, 58, p.deep)
    pen.oval(25, 41, 75, 56, "#f6dfa4")
    for x in (32, 40, 48, 56):
        pen.arc(x + 4, 49, 7, 180, 350, 1.6, "#d9b35f")
        pen.arc(x + 8, 52, 5, 190, 340, 1.6, "#d9b35f")
    pen.oval(54, 42, 68, 51, CREAM)
    pen.disc(61, 46.5, 3, "#f2a93b")
    pen.leaf(34, 48, 10, -10, LEAF)
    pen.half(20, 50, 80, 82, p.main)
    pen.box(20, 48, 80, 52, p.main, 2)
    pen.box(38, 79, 62, 84, p.deep, 2)
    pen.line([(60, 46), (84, 16)], 1.8, WOOD)
    pen.line([(66, 47), (89, 20)], 1.8, WOOD_DEEP)


def _honey(pen: Pen, p: Palette) -> None:
    pen.box(28, 34, 72, 82, "#f2a93b", 10)
    pen.box(60, 38, 72, 82, "#d98b1f", 8)
    pen.box(27, 26, 73, 38, CREAM, 3)
    pen.blob([(30, 36), (70, 36), (68, 44), (62, 40), (56, 48), (49, 41), (42, 46), (36, 40)], "#ffd98a")
    pen.polygon([(50, 50), (61, 56), (61, 69), (50, 75), (39, 69), (39, 56)], CREAM)
    pen.polygon([(50, 55), (57, 59), (57, 66.5), (50, 70.5), (43, 66.5), (43, 59)], "#f2a93b")
    pen.line([(62, 27), (76, 10)], 2.4, WOOD)
    pen.oval(54, 18, 66, 32, WOOD_DEEP)
    pen.box(27, 26, 58, 33, p.light, 3)


def _eggs(pen: Pen, p: Palette) -> None:
    pen.box(20, 50, 80, 62, p.deep, 4)
    for x, colour, shine in ((32, "#e8bd90", "#f5d9b8"), (68, "#e2ae7c", "#f3d2ac"), (50, "#f6e4cb", WHITE)):
        outline = [(x, 27), (x + 6, 31), (x + 10, 42), (x + 10, 54), (x, 64)]
        outline += [(x - 10, 54), (x - 10, 42), (x - 6, 31)]
        pen.blob(outline, colour)
        pen.oval(x - 6, 37, x - 2, 45, shine)
    pen.polygon([(16, 58), (84, 58), (80, 84), (20, 84)], p.main)
    for x in (32, 50, 68):
        pen.half(x - 8, 57.5, x + 8, 69, p.light)
    pen.polygon([(18.5, 76), (81.5, 76), (80, 84), (20, 84)], p.deep)


def _mushroom(pen: Pen, _: Palette) -> None:
    for x, y, r in ((66, 58, 16), (38, 48, 24)):
        pen.box(x - r * 0.3, y, x + r * 0.3, y + r * 1.35, "#f1e2c6", r * 0.2)
        pen.slice(x, y + r * 0.15, r, 180, 360, "#8b5a3a")
        pen.oval(x - r, y - r * 0.12, x + r, y + r * 0.4, "#6e442a")
        pen.oval(x - r * 0.8, y, x + r * 0.8, y + r * 0.3, "#dcc29a")
        for dx, dy in ((-0.45, -0.3), (0.1, -0.55), (0.5, -0.2), (0, -0.15)):
            pen.polygon(
                [
                    (x + (dx - 0.13) * r, y + dy * r),
                    (x + dx * r, y + (dy - 0.1) * r),
                    (x + (dx + 0.13) * r, y + dy * r),
                    (x + dx * r, y + (dy + 0.1) * r),
                ],
                "#e8cfa6",
            )


GRAIN: Final[dict[str, Motif]] = {
    "sack": _sack,
    "oil": _oil,
    "noodles": _noodles,
    "honey": _honey,
    "eggs": _eggs,
    "mushroom": _mushroom,
}
