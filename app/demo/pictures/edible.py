"""Tea and fruit."""

from typing import Final

from app.demo.pictures.palettes import CREAM, INK, LEAF, LEAF_DEEP, WHITE, WOOD, WOOD_DEEP, Palette
from app.demo.pictures.pen import Motif, Pen


def _tin(pen: Pen, p: Palette) -> None:
    pen.box(31, 32, 69, 82, p.main, 3)
    pen.box(58, 32, 69, 82, p.deep, 3)
    pen.box(28, 22, 72, 35, p.deep, 3)
    pen.box(38, 44, 62, 72, CREAM, 2)
    pen.leaf(50, 68, 18, -90, LEAF)
    pen.leaf(50, 68, 13, -35, LEAF_DEEP)
    pen.leaf(50, 68, 13, -145, LEAF_DEEP)


def _cup(pen: Pen, p: Palette) -> None:
    pen.oval(18, 74, 78, 84, CREAM)
    pen.ring(70, 57, 13, 5, p.deep)
    pen.half(24, 46, 70, 82, p.main)
    pen.box(24, 42, 70, 50, p.main, 3)
    pen.oval(24, 38, 70, 50, p.light)
    pen.oval(28, 40, 66, 48.5, "#d9a441")
    pen.disc(42, 44, 2, WHITE)
    pen.disc(48, 45, 1.6, WHITE)
    for x in (38, 47, 56):
        pen.blob([(x, 32), (x + 3, 27), (x, 21), (x + 2, 15), (x + 4, 21), (x + 6, 27)], CREAM)


def _cake(pen: Pen, p: Palette) -> None:
    pen.disc(48, 50, 30, p.light)
    pen.disc(48, 50, 24, "#5b3d2b")
    for x, y in ((40, 40), (55, 38), (60, 52), (50, 58), (38, 56), (48, 47), (44, 66), (34, 46)):
        pen.leaf(x, y, 9, (x * 37 + y * 11) % 360, "#7b563c")
    pen.disc(48, 50, 7, CREAM)
    pen.disc(48, 50, 4.5, p.main)
    pen.line([(68, 82), (82, 58)], 2.4, WOOD)
    pen.line([(82, 58), (84, 54)], 4, WOOD_DEEP)


def _bottle(pen: Pen, p: Palette) -> None:
    pen.box(42, 14, 58, 24, p.deep, 2)
    pen.blob([(44, 22), (56, 22), (58, 30), (66, 38), (66, 80), (50, 83), (34, 80), (34, 38), (42, 30)], CREAM)
    pen.box(35, 48, 65, 81, p.light, 5)
    pen.box(35, 44, 65, 54, p.light)
    pen.disc(44, 66, 6, p.accent)
    pen.disc(56, 58, 5, p.main)
    pen.disc(55, 72, 4, p.main)
    pen.line([(40, 40), (40, 74)], 2, WHITE)


def _pot(pen: Pen, p: Palette) -> None:
    pen.ring(29, 56, 14, 4.5, p.deep)
    pen.blob([(66, 56), (76, 50), (84, 36), (88, 38), (82, 56), (70, 68)], p.main)
    pen.oval(28, 36, 74, 82, p.main)
    pen.half(29, 60, 73, 82, p.deep)
    pen.oval(36, 33, 66, 43, p.light)
    pen.disc(51, 31, 4.5, p.deep)
    for x, y in ((44, 54), (57, 52), (51, 63)):
        for dx, dy in ((0, -3.4), (3.2, -1), (2, 2.8), (-2, 2.8), (-3.2, -1)):
            pen.disc(x + dx, y + dy, 2.2, CREAM)
        pen.disc(x, y, 1.8, "#f0b93a")


def _box(pen: Pen, p: Palette) -> None:
    pen.box(22, 40, 78, 82, p.main, 2)
    pen.box(62, 40, 78, 82, p.deep, 2)
    pen.box(19, 31, 81, 44, p.light, 2)
    pen.box(45, 31, 53, 82, p.accent)
    pen.blob([(49, 31), (38, 30), (33, 22), (40, 18), (47, 25)], p.accent)
    pen.blob([(49, 31), (60, 30), (65, 22), (58, 18), (51, 25)], p.accent)
    pen.disc(49, 30, 3.5, p.deep)


TEA: Final[dict[str, Motif]] = {"tin": _tin, "cup": _cup, "cake": _cake, "bottle": _bottle, "pot": _pot, "box": _box}


def _apple(pen: Pen, _: Palette) -> None:
    body = [(50, 36), (62, 30), (76, 38), (77, 56), (67, 76), (57, 82), (50, 80), (43, 82)]
    body += [(33, 76), (23, 56), (24, 38), (38, 30)]
    pen.blob(body, "#d8392f")
    pen.blob([(62, 31), (76, 38), (77, 56), (67, 76), (57, 82), (66, 68), (71, 52), (69, 38)], "#b32a27")
    pen.blob([(30, 42), (36, 37), (34, 46), (30, 56), (28, 50)], "#f08a78")
    pen.line([(50, 37), (51, 28), (55, 20)], 2.6, WOOD_DEEP)
    pen.leaf(54, 26, 20, -20, LEAF)


def _orange(pen: Pen, _: Palette) -> None:
    pen.disc(44, 54, 26, "#f28c28")
    pen.slice(44, 54, 26, -50, 60, "#e67a17")
    pen.disc(41, 54, 23, "#f28c28")
    pen.leaf(45, 30, 18, -25, LEAF)
    pen.leaf(44, 30, 14, -160, LEAF_DEEP)
    pen.disc(44, 31, 2, WOOD_DEEP)
    pen.disc(70, 68, 16, "#f7a23b")
    pen.disc(70, 68, 13.5, "#fff1d6")
    for angle in range(0, 360, 60):
        pen.slice(70, 68, 12, angle + 4, angle + 56, "#f9b357")
    pen.disc(70, 68, 1.8, "#fff1d6")


def _grapes(pen: Pen, _: Palette) -> None:
    pen.line([(50, 30), (51, 16), (58, 12)], 2.6, WOOD_DEEP)
    pen.leaf(50, 26, 24, -20, LEAF)
    pen.leaf(50, 26, 20, 200, LEAF_DEEP)
    rows = ((34, 5), (45, 4), (56, 3), (67, 2), (77, 1))
    for y, count in rows:
        for i in range(count):
            x = 50 + (i - (count - 1) / 2) * 11.5
            pen.disc(x, y, 6.9, "#8dbb4c")
            pen.disc(x - 0.9, y - 0.9, 5.7, "#a9d065")
            pen.disc(x - 2.2, y - 2.4, 1.5, "#e4f3c0")


def _watermelon(pen: Pen, _: Palette) -> None:
    pen.disc(36, 52, 24, "#4b9a55")
    for x, w in ((24, 3), (34, 4), (45, 3)):
        pen.blob([(x, 32), (x + w, 42), (x, 52), (x + w, 64), (x, 73), (x - w, 62), (x - w, 42)], "#2f7440")
    pen.half(36, 52, 88, 83, "#3f8a4b")
    pen.half(39, 52, 85, 79, "#eaf5d4")
    pen.half(41.5, 52, 82.5, 76, "#ee4b4b")
    for x, y in ((50, 58), (58, 66), (62, 57), (70, 64), (75, 57)):
        pen.oval(x - 1.1, y - 1.8, x + 1.1, y + 1.8, INK)


def _kiwi(pen: Pen, _: Palette) -> None:
    pen.oval(16, 34, 60, 78, "#8a6238")
    pen.oval(19, 34, 58, 70, "#9d7446")
    pen.disc(64, 62, 20, "#8a6238")
    pen.disc(64, 62, 18, "#9cc653")
    pen.disc(64, 62, 12, "#e06a5a")
    pen.disc(64, 62, 5.5, "#f6ecc9")
    for dx, dy in ((0, -9), (6, -6.6), (9, 0), (6, 6.6), (0, 9), (-6, 6.6), (-9, 0), (-6, -6.6)):
        pen.oval(63.2 + dx, 61 + dy, 64.8 + dx, 63 + dy, INK)


def _cherry(pen: Pen, _: Palette) -> None:
    pen.line([(38, 56), (44, 36), (58, 18)], 2.2, LEAF_DEEP)
    pen.line([(66, 60), (64, 38), (58, 18)], 2.2, LEAF_DEEP)
    pen.leaf(58, 19, 26, 10, LEAF)
    for x, y in ((37, 66), (65, 69)):
        pen.disc(x, y, 15, "#8f1d3f")
        pen.disc(x - 1.5, y - 1.5, 13, "#b3264d")
        pen.oval(x - 9, y - 9, x - 3, y - 4, "#e88aa3")
        pen.oval(x - 3, y - 14, x + 5, y - 11, "#6f1531")


FRUIT: Final[dict[str, Motif]] = {
    "apple": _apple,
    "orange": _orange,
    "grapes": _grapes,
    "watermelon": _watermelon,
    "kiwi": _kiwi,
    "cherry": _cherry,
}
