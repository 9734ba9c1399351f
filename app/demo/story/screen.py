"""What the story is written on. Chinese characters take two columns of a terminal, and lines are broken by that."""

import io
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TextIO

#: Narrower terminals get a name before each line instead of a column per phone.
WIDE: Final = 108
#: Wider lines are hard to read.
WIDEST: Final = 150
#: Room for the time before each line, such as "+12.34 s".
_MARGIN: Final = 9
#: Narrower than this a line is broken wherever it must be.
_NARROWEST: Final = 12

_BOLD: Final = 1
_DIM: Final = 2
_RED: Final = 31

_WORD: Final = re.compile(r"\s*\S+\s*")
#: What a long word may be broken into: one Chinese character with the punctuation that may not begin a line, or
#: what stands between Chinese.
_PIECE: Final = re.compile(r"[⺀-\uffff][，。、：；！？）」]*\s*|[^⺀-\uffff]+")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone. `colour` is an ANSI colour's number."""

    chinese: str
    english: str
    colour: int
    #: The name of a member of staff, by which the demo shop knows her for ever; empty for everybody else.
    staff: str = ""

    @property
    def name(self) -> str:
        """As the story calls her."""
        return f"{self.chinese} {self.english}"


@dataclass(slots=True)
class Screen:
    """Writes the story as it happens; times are seconds since the screen was made."""

    out: TextIO
    width: int = 80
    colours: bool = False
    #: Seconds between two things that people do, for whoever reads along.
    pause: float = 0
    _cast: Sequence[Person] = ()
    _last: str = "begin"
    _scenes: int = 0
    _started: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the story began."""
        return time.monotonic() - self._started

    def title(self, text: str, below: str) -> None:
        """The story's name, and a line below it."""
        self._lines("", self._painted(f"  {text}", _BOLD), *(f"  {line}" for line in wrap(below, self.width - 2)))

    def scene(self, title: str, lead: str, cast: Sequence[Person]) -> None:
        """Begin a scene; `lead` says in a sentence or two what it is about."""
        self._cast = cast
        self._scenes += 1
        title = f"{self._scenes}  {title}"
        self._lines("", *(self._painted(f"  {line}", _BOLD) for line in wrap(title, self.width - 2)))
        self._lines(*(self._painted(f"  {line}", _DIM) for line in wrap(lead, self.width - 2)), "")
        if self._has_columns:
            self._row("", [self._painted(_padded(each.name, self._column), each.colour, _BOLD) for each in cast])

    def see(self, who: Person, text: str, *, pushed: bool = False) -> None:
        """What happens on somebody's phone now; `pushed` is what came by itself."""
        when = f"+{self.elapsed:.2f} s"
        styles = (who.colour,) if pushed else ()
        if self._has_columns:
            self._see_in_column(who, text, when, styles)
        else:
            self._see_by_name(who, text, when, styles)

    def tell(self, text: str, *, copy: str = "", below: str = "") -> None:
        """What no phone shows, across the page; `copy`, to be copied, is not broken however narrow the page is."""
        indent = " " * (_MARGIN + 2)
        room = self.width - len(indent)
        lines = [*wrap(text, room), *([copy] if copy else []), *(wrap(below, room) if below else [])]
        self._lines("", *(self._painted(indent + line, _DIM) for line in lines), "")

    def end(self, text: str, *, well: bool) -> None:
        """The last word."""
        style = _BOLD if well else _RED
        self._lines("", *(self._painted(f"  {line}", style) for line in wrap(text, self.width - 2)), "")

    @property
    def _has_columns(self) -> bool:
        return self.width >= WIDE

    @property
    def _column(self) -> int:
        return (self.width - _MARGIN) // max(1, len(self._cast)) - 3

    def _see_in_column(self, who: Person, text: str, when: str, styles: Sequence[int]) -> None:
        place = self._cast.index(who)
        for i, line in enumerate(_hanging(text, self._column)):
            cells = [" " * self._column] * len(self._cast)
            cells[place] = self._painted(_padded(line, self._column), *styles)
            self._row("" if i else when, cells)

    def _see_by_name(self, who: Person, text: str, when: str, styles: Sequence[int]) -> None:
        names = [each.name if self.width >= 2 * _MARGIN + 42 else each.english for each in self._cast]
        room = max(width_of(name) for name in names)
        name = names[self._cast.index(who)]
        before = when.rjust(_MARGIN) + "  " + self._painted(_padded(name, room), who.colour, _BOLD) + "  "
        margin = _MARGIN + room + 4
        for i, line in enumerate(_hanging(text, self.width - margin)):
            self._lines((" " * margin if i else before) + self._painted(line, *styles))

    def _row(self, when: str, cells: Sequence[str]) -> None:
        bar = self._painted("│", _DIM)
        self._lines(when.rjust(_MARGIN) + "".join(f" {bar} {cell}" for cell in cells))

    def _painted(self, text: str, *styles: int) -> str:
        if not self.colours or not styles:
            return text
        return f"\x1b[{';'.join(map(str, styles))}m{text}\x1b[0m"

    def _lines(self, *lines: str) -> None:
        """Write lines; of empty ones that meet, one is enough."""
        for line in lines:
            if line or self._last:
                self.out.write(f"{line.rstrip()}\n")
            self._last = line
        self.out.flush()


def screen_for(out: TextIO) -> Screen:
    """A screen that fits where it is written: no colours and no pauses where nobody watches.

    https://no-color.org is heeded.
    """
    if isinstance(out, io.TextIOWrapper):
        # A terminal without Chinese shows question marks; the story goes on.
        out.reconfigure(errors="replace")
    watched = out.isatty()
    width = min(shutil.get_terminal_size().columns, WIDEST)
    return Screen(out, width, colours=watched and not os.environ.get("NO_COLOR"), pause=0.4 if watched else 0)


def width_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, broken between words, and inside of long Chinese ones."""
    width = max(width, _NARROWEST)
    lines = [""]
    for piece in _pieces(text, width):
        if lines[-1] and width_of(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _hanging(text: str, width: int) -> list[str]:
    first, *others = wrap(text, width - 2)
    return [first, *(f"  {line}" for line in others)]


def _pieces(text: str, width: int) -> Iterator[str]:
    for word in _WORD.findall(text):
        is_long = width_of(word.strip()) > width // 2
        for piece in _PIECE.findall(word) if is_long else [word]:
            rest = piece
            while width_of(rest.strip()) > width:
                yield rest[: width // 2]
                rest = rest[width // 2 :]
            yield rest


def _padded(text: str, width: int) -> str:
    return text + " " * (width - width_of(text))
