"""A pen that draws on a square of 100 × 100 units, whatever the picture's size, with smooth edges."""

from collections.abc import Callable, Sequence
from io import BytesIO
from math import cos, radians, sin
from typing import TypeAlias

from PIL import Image, ImageDraw

from app.demo.pictures.palettes import Palette

Points: TypeAlias = Sequence[tuple[float, float]]

#: Drawn this many times larger, then averaged: that makes the edges smooth.
_SUPERSAMPLE = 3
#: Points between two given ones of a smooth outline.
_STEPS = 10
#: Enough for flat colours and their edges; more would only make the file larger.
_COLOURS = 96


class Pen:
    """Draws shapes over one another. Colours are written #rrggbb, angles in degrees clockwise from the right."""

    def __init__(self, size: int, paper: str) -> None:
        self._size = size
        self._scale = size * _SUPERSAMPLE / 100
        self._image = Image.new("RGB", (size * _SUPERSAMPLE, size * _SUPERSAMPLE), paper)
        self._draw = ImageDraw.Draw(self._image)

    def png(self) -> bytes:
        """The picture as it is now."""
        small = self._image.reduce(_SUPERSAMPLE)
        # Median cut looks at every pixel; the colours of a flat drawing are all there in a quarter of the size.
        palette = small.reduce(2).quantize(_COLOURS, method=Image.Quantize.MEDIANCUT)
        out = BytesIO()
        small.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG")
        return out.getvalue()

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: str, radius: float = 0) -> None:
        """Draw a rectangle, its corners rounded by `radius`."""
        self._draw.rounded_rectangle(self._at(x0, y0, x1, y1), radius * self._scale, fill=colour)

    def oval(self, x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
        """Draw an ellipse that fills the rectangle."""
        self._draw.ellipse(self._at(x0, y0, x1, y1), fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """Draw a circle around a point."""
        self.oval(x - radius, y - radius, x + radius, y + radius, colour)

    def ring(self, x: float, y: float, radius: float, width: float, colour: str) -> None:
        """Draw a circle's outline; `width` lies inside the radius."""
        self._draw.ellipse(
            self._at(x - radius, y - radius, x + radius, y + radius),
            outline=colour,
            width=round(width * self._scale),
        )

    def slice(self, x: float, y: float, radius: float, start: float, end: float, colour: str) -> None:
        """Draw a piece of a cake from one angle to the other."""
        self._draw.pieslice(self._at(x - radius, y - radius, x + radius, y + radius), start, end, fill=colour)

    def half(self, x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
        """Draw the lower half of an ellipse whose flat side is at y0 and whose belly reaches y1."""
        self._draw.chord(self._at(x0, 2 * y0 - y1, x1, y1), 0, 180, fill=colour)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, width: float, colour: str) -> None:
        """Draw a stroke along a circle, round at both ends; `width` lies inside the radius."""
        self._draw.arc(
            self._at(x - radius, y - radius, x + radius, y + radius),
            start,
            end,
            fill=colour,
            width=round(width * self._scale),
        )
        for angle in (start, end):
            middle = radius - width / 2
            self.disc(x + middle * cos(radians(angle)), y + middle * sin(radians(angle)), width / 2, colour)

    def line(self, points: Points, width: float, colour: str) -> None:
        """Draw a stroke through the points, round at ends and corners."""
        placed = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(placed, fill=colour, width=round(width * self._scale), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def polygon(self, points: Points, colour: str) -> None:
        """Draw a shape with straight sides."""
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=colour)

    def blob(self, points: Points, colour: str) -> None:
        """Draw a shape whose smooth outline passes through all the points."""
        self.polygon(_smooth(points), colour)

    def leaf(self, x: float, y: float, length: float, angle: float, colour: str) -> None:
        """Draw a leaf that grows from a point in a direction."""
        ahead, aside = (cos(radians(angle)), sin(radians(angle))), (-sin(radians(angle)), cos(radians(angle)))
        outline = ((0.0, 0.0), (0.3, 0.2), (0.65, 0.2), (1.0, 0.0), (0.65, -0.2), (0.3, -0.2))
        self.blob(
            [
                (x + length * (a * ahead[0] + b * aside[0]), y + length * (a * ahead[1] + b * aside[1]))
                for a, b in outline
            ],
            colour,
        )

    def _at(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        return x0 * self._scale, y0 * self._scale, x1 * self._scale, y1 * self._scale


#: Draws one object in the colours of a picture.
Motif: TypeAlias = Callable[[Pen, Palette], None]


def _smooth(points: Points) -> list[tuple[float, float]]:
    """A closed Catmull-Rom curve through the points."""
    count = len(points)
    return [
        (
            _between([points[(i + k) % count][0] for k in range(4)], step / _STEPS),
            _between([points[(i + k) % count][1] for k in range(4)], step / _STEPS),
        )
        for i in range(count)
        for step in range(_STEPS)
    ]


def _between(p: Sequence[float], t: float) -> float:
    """The curve's value on its way from p[1] to p[2]."""
    return 0.5 * (
        2 * p[1]
        + (p[2] - p[0]) * t
        + (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * t**2
        + (3 * p[1] - p[0] - 3 * p[2] + p[3]) * t**3
    )
