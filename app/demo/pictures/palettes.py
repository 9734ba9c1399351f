"""Colours that go together."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one picture, written #rrggbb."""

    paper: str
    #: The large shape behind the object, near to the paper.
    halo: str
    #: What the object stands on: its shadow.
    shade: str
    main: str
    deep: str
    light: str
    accent: str


INK: Final = "#3b3a40"
CREAM: Final = "#fff8ec"
WHITE: Final = "#ffffff"
WOOD: Final = "#c8935a"
WOOD_DEEP: Final = "#a97443"
LEAF: Final = "#5fa05a"
LEAF_DEEP: Final = "#3f7f4b"
STEEL: Final = "#c9d0d6"
STEEL_DEEP: Final = "#9aa5ae"

PALETTES: Final = (
    Palette("#fdeee2", "#fbdcc4", "#efc6a6", "#e8734a", "#c4552f", "#f6a37f", "#2f6f73"),
    Palette("#e9f3ea", "#d2e8d4", "#b7d4bb", "#3f8f6b", "#2b6b50", "#86c3a2", "#f0a13c"),
    Palette("#e8f1f8", "#cfe2f1", "#b2cde2", "#3f7cac", "#2b5c86", "#8db9da", "#f2a65a"),
    Palette("#fbeaee", "#f6d3dc", "#e6b6c3", "#d4577a", "#a93c5d", "#ee9cb3", "#3f8a8c"),
    Palette("#f2eefa", "#e0d8f3", "#c8bde4", "#7a62b8", "#594592", "#b5a5de", "#f0b347"),
    Palette("#fdf5d9", "#fae9ae", "#e9d187", "#e3a92b", "#b98315", "#f5d069", "#c9573b"),
    Palette("#e6f4f3", "#cae8e5", "#aad2ce", "#2f9088", "#1f6b66", "#7fc6be", "#ee7f5d"),
    Palette("#f6efe6", "#eaddc9", "#d5c3a8", "#9c6b44", "#774e2f", "#cda27a", "#5b8a72"),
)
