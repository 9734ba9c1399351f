"""For babies, and for the bathroom shelf."""

from typing import Final

from app.demo.pictures.palettes import CREAM, INK, LEAF, LEAF_DEEP, STEEL, WHITE, WOOD, WOOD_DEEP, Palette
from app.demo.pictures.pen import Motif, Pen


def _bear(pen: Pen, p: Palette) -> None:
    fur, soft = "#b98255", "#e6c39c"
    for x in (32, 68):
        pen.disc(x, 26, 9, fur)
        pen.disc(x, 26, 5, soft)
        pen.oval(x - 13, 54, x + 5, 74, fur)
        pen.disc(x, 80, 9, fur)
        pen.disc(x, 81, 5, soft)
    pen.oval(30, 46, 70, 86, fur)
    pen.oval(38, 56, 62, 82, soft)
    pen.oval(26, 20, 74, 60, fur)
    pen.oval(40, 40, 60, 56, soft)
    pen.oval(46, 41, 54, 47, INK)
    pen.arc(47, 48, 3, 20, 160, 1, INK)
    pen.arc(53, 48, 3, 20, 160, 1, INK)
    for x in (39, 61):
        pen.disc(x, 38, 2.4, INK)
    pen.polygon([(50, 60), (38, 55), (38, 66)], p.main)
    pen.polygon([(50, 60), (62, 55), (62, 66)], p.main)
    pen.disc(50, 60.5, 3, p.deep)


def _bottle(pen: Pen, p: Palette) -> None:
    pen.line([(54, 24), (58, 12), (66, 11)], 3, p.accent)
    pen.box(36, 24, 64, 34, p.main, 4)
    pen.box(33, 34, 67, 84, "#f4fafb", 10)
    pen.box(36, 50, 64, 81, p.light, 8)
    pen.box(36, 48, 64, 60, p.light)
    pen.arc(27, 56, 11, 90, 270, 4, p.main)
    pen.arc(73, 56, 11, -90, 90, 4, p.main)
    for y in (46, 54, 62):
        pen.line([(58, y), (62, y)], 1.2, p.deep)
    pen.disc(46, 64, 5, CREAM)
    pen.disc(42.5, 59.5, 2.2, CREAM)
    pen.disc(49.5, 59.5, 2.2, CREAM)


def _blocks(pen: Pen, p: Palette) -> None:
    pen.box(20, 58, 46, 84, p.main, 2)
    pen.box(48, 58, 80, 84, "#f2c14e", 2)
    pen.slice(64, 84, 10, 180, 360, p.paper)
    pen.box(30, 34, 54, 57, LEAF, 2)
    pen.disc(42, 45.5, 6.5, CREAM)
    pen.polygon([(56, 57), (80, 57), (68, 38)], p.accent)
    pen.polygon([(29, 33), (55, 33), (42, 14)], "#e8734a")
    pen.polygon(
        [(33, 66), (36, 73), (43, 73), (37.5, 77), (39.5, 82), (33, 79), (26.5, 82), (28.5, 77), (23, 73), (30, 73)],
        CREAM,
    )


def _duck(pen: Pen, p: Palette) -> None:
    pen.blob([(22, 60), (30, 54), (42, 56), (60, 54), (76, 48), (80, 60), (70, 78), (48, 82), (30, 78)], "#f9cf45")
    pen.disc(40, 38, 18, "#f9cf45")
    pen.polygon([(26, 36), (10, 42), (26, 47)], "#ee8434")
    pen.blob([(46, 60), (60, 58), (70, 60), (64, 70), (52, 71)], "#e8b52c")
    pen.disc(36, 33, 3.4, WHITE)
    pen.disc(35, 33, 2, INK)
    pen.oval(40, 40, 47, 45, "#f5b0a0")
    for x, y, r in ((80, 28, 5), (72, 18, 3), (88, 40, 3)):
        pen.disc(x, y, r, p.light)
        pen.disc(x - r * 0.3, y - r * 0.3, r * 0.3, WHITE)


def _romper(pen: Pen, p: Palette) -> None:
    outline = [(38, 24), (62, 24), (84, 38), (77, 52), (67, 46), (68, 66), (78, 74), (66, 86)]
    outline += [(54, 76), (50, 76), (46, 76), (34, 86), (22, 74), (32, 66), (33, 46), (23, 52), (16, 38)]
    pen.polygon(outline, p.light)
    pen.polygon([(16, 38), (23, 52), (26.5, 50), (19.5, 35.6)], p.main)
    pen.polygon([(84, 38), (77, 52), (73.5, 50), (80.5, 35.6)], p.main)
    pen.slice(50, 22, 12, 0, 180, p.main)
    pen.slice(50, 20, 10, 0, 180, p.paper)
    for y in (40, 49, 58):
        pen.disc(50, y, 1.6, CREAM)
    pen.disc(60, 50, 5, CREAM)
    pen.leaf(60, 53, 7, -90, LEAF)
    pen.disc(41, 68, 1.2, CREAM)
    pen.disc(59, 68, 1.2, CREAM)


def _rattle(pen: Pen, p: Palette) -> None:
    pen.line([(52, 58), (68, 80)], 6, CREAM)
    pen.ring(70, 80, 9, 4, p.main)
    pen.disc(42, 42, 23, p.main)
    pen.slice(42, 42, 23, 10, 190, p.light)
    pen.line([(20, 38), (64, 46)], 5, CREAM)
    for x, y in ((34, 30), (48, 31), (33, 54), (47, 56)):
        pen.disc(x, y, 3, p.accent)
    for x, y in ((72, 26), (80, 38), (70, 42)):
        pen.disc(x, y, 2.4, p.accent)


BABY: Final[dict[str, Motif]] = {
    "bear": _bear,
    "bottle": _bottle,
    "blocks": _blocks,
    "duck": _duck,
    "romper": _romper,
    "rattle": _rattle,
}


def _cream(pen: Pen, p: Palette) -> None:
    pen.box(24, 48, 76, 84, WHITE, 8)
    pen.box(64, 48, 76, 84, p.paper, 8)
    pen.box(24, 60, 76, 70, p.light)
    pen.box(21, 34, 79, 52, p.main, 4)
    pen.box(66, 34, 79, 52, p.deep, 4)
    pen.blob([(36, 34), (40, 24), (48, 26), (50, 16), (57, 24), (64, 28), (66, 34)], CREAM)
    pen.leaf(50, 68, 7, -60, LEAF)
    pen.leaf(50, 68, 7, -120, LEAF_DEEP)


def _lipstick(pen: Pen, p: Palette) -> None:
    pen.box(30, 50, 50, 84, INK, 2)
    pen.box(32, 38, 48, 52, "#e0b564", 1)
    pen.polygon([(34, 40), (34, 24), (46, 14), (46, 40)], p.main)
    pen.polygon([(34, 26), (46, 15), (46, 22), (38, 30)], p.light)
    pen.box(56, 44, 76, 84, INK, 3)
    pen.box(56, 76, 76, 80, "#e0b564")
    pen.box(60, 48, 62.5, 70, "#66646e", 1)
    pen.blob([(58, 28), (66, 22), (72, 25), (78, 22), (86, 28), (72, 37)], p.main)
    pen.line([(60, 29), (72, 30), (84, 29)], 1.2, p.deep)


def _tube(pen: Pen, p: Palette) -> None:
    pen.polygon([(30, 14), (70, 14), (64, 70), (36, 70)], p.light)
    pen.polygon([(60, 14), (70, 14), (64, 70), (58, 70)], p.main)
    pen.box(29, 12, 71, 19, p.deep, 1)
    pen.box(38, 70, 62, 84, CREAM, 3)
    pen.box(55, 70, 62, 84, p.shade, 3)
    pen.disc(48, 40, 10, CREAM)
    pen.blob([(48, 32), (52, 40), (52, 45), (48, 47), (44, 45), (44, 40)], p.accent)
    for x, y, r in ((78, 64, 6), (84, 52, 3.5), (22, 66, 4.5), (16, 56, 2.6)):
        pen.disc(x, y, r, WHITE)
        pen.disc(x - r * 0.3, y - r * 0.3, r * 0.35, p.paper)


def _serum(pen: Pen, p: Palette) -> None:
    pen.oval(42, 8, 58, 24, p.deep)
    pen.box(41, 20, 59, 34, INK, 2)
    pen.box(41, 29, 59, 34, "#e0b564")
    pen.blob([(42, 34), (58, 34), (69, 44), (69, 80), (50, 84), (31, 80), (31, 44)], p.main)
    pen.blob([(60, 38), (69, 44), (69, 80), (61, 82), (63, 60)], p.deep)
    pen.box(38, 52, 62, 76, CREAM, 2)
    pen.blob([(50, 55), (55, 64), (54, 69), (50, 71), (46, 69), (45, 64)], p.accent)
    pen.line([(37, 46), (37, 50)], 1.8, p.light)


def _comb(pen: Pen, p: Palette) -> None:
    for i in range(9):
        x = 22 + i * 6.6
        pen.line([(x, 46), (x, 76 - abs(i - 4) * 1.2)], 3.6, WOOD)
    pen.blob([(14, 44), (24, 30), (50, 25), (76, 30), (86, 44), (80, 52), (50, 50), (20, 52)], WOOD)
    pen.blob([(20, 42), (30, 33), (50, 29), (70, 33), (80, 42), (50, 36)], WOOD_DEEP)
    pen.leaf(50, 34, 12, -10, p.light)
    pen.leaf(50, 34, 12, 190, p.light)
    pen.disc(50, 34, 2.4, CREAM)


def _soap(pen: Pen, p: Palette) -> None:
    pen.box(18, 74, 82, 82, WOOD, 3)
    for x in (26, 44, 62):
        pen.box(x, 80, x + 10, 86, WOOD_DEEP, 1)
    for x, y, colour in ((30, 52, p.light), (54, 52, CREAM), (40, 32, "#bcd8a4")):
        pen.box(x - 2, y, x + 24, y + 22, colour, 4)
        pen.line([(x + 4, y + 5), (x + 12, y + 5)], 1.4, WHITE)
        pen.leaf(x + 11, y + 16, 8, -60, LEAF)
        pen.leaf(x + 11, y + 16, 8, -120, LEAF_DEEP)
    for x, y, r in ((76, 34, 6), (84, 22, 4), (68, 22, 3), (24, 26, 4)):
        pen.disc(x, y, r, WHITE)
        pen.disc(x - r * 0.3, y - r * 0.3, r * 0.3, STEEL)


BEAUTY: Final[dict[str, Motif]] = {
    "cream": _cream,
    "lipstick": _lipstick,
    "tube": _tube,
    "serum": _serum,
    "comb": _comb,
    "soap": _soap,
}
