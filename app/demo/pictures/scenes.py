"""A good's picture: an object on a quiet background."""

from hashlib import sha256
from typing import Final

from app.demo.pictures.desk import PET, STATIONERY
from app.demo.pictures.edible import FRUIT, TEA
from app.demo.pictures.household import HOME, KITCHEN
from app.demo.pictures.little import BABY, BEAUTY
from app.demo.pictures.palettes import PALETTES, Palette
from app.demo.pictures.pen import Motif, Pen
from app.demo.pictures.shelf import GRAIN, SNACKS

MOTIFS: Final[dict[str, dict[str, Motif]]] = {
    "tea": TEA,
    "fruit": FRUIT,
    "snacks": SNACKS,
    "grain": GRAIN,
    "kitchen": KITCHEN,
    "home": HOME,
    "baby": BABY,
    "beauty": BEAUTY,
    "stationery": STATIONERY,
    "pet": PET,
}


def draw(key: str, category: str, size: int = 800) -> bytes:
    """A square picture of a good, PNG, `size` pixels wide; the same arguments give the same bytes.

    A key that names one of its category's objects, such as `fuji-apple` in `fruit`, shows that object; any
    other key shows one of them all the same. Raises KeyError for a category without objects.
    """
    chance = sha256(f"{category}/{key}".encode()).digest()
    palette = PALETTES[chance[0] % len(PALETTES)]
    pen = Pen(size, palette.paper)
    _BACKGROUNDS[chance[1] % len(_BACKGROUNDS)](pen, palette)
    pen.oval(20, 76, 80, 87, palette.shade)
    _motif(key, MOTIFS[category], chance[2])(pen, palette)
    return pen.png()


def _motif(key: str, motifs: dict[str, Motif], chance: int) -> Motif:
    for word in key.split("-"):
        if word in motifs:
            return motifs[word]
    return list(motifs.values())[chance % len(motifs)]


def _sun(pen: Pen, palette: Palette) -> None:
    pen.disc(50, 47, 38, palette.halo)


def _arch(pen: Pen, palette: Palette) -> None:
    pen.disc(50, 45, 34, palette.halo)
    pen.box(16, 45, 84, 82, palette.halo)


def _hill(pen: Pen, palette: Palette) -> None:
    pen.oval(-30, 58, 130, 160, palette.halo)
    pen.disc(82, 20, 8, palette.halo)
    pen.disc(14, 30, 4, palette.halo)


def _stripe(pen: Pen, palette: Palette) -> None:
    pen.polygon([(0, 74), (0, 34), (100, 14), (100, 54)], palette.halo)
    pen.disc(16, 16, 5, palette.halo)
    pen.disc(86, 84, 4, palette.halo)


def _petals(pen: Pen, palette: Palette) -> None:
    for x, y in ((35, 33), (65, 33), (35, 62), (65, 62)):
        pen.disc(x, y, 22, palette.halo)


_BACKGROUNDS: Final = (_sun, _arch, _hill, _stripe, _petals)
