"""How the filter reads a text, and who may decide what."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import ahocorasick

from app.core.ids import UserId
from app.moderation.errors import SecondPersonNeeded, TextTooLong
from app.moderation.states import Severity, Why

#: How long an item is one moderator's to look at before others may take it.
CLAIM = timedelta(minutes=10)
LONGEST_REPORT_NOTE = 500
LONGEST_APPEAL = 1000
#: As the filter knows a word; folding may make one longer than people wrote it.
LONGEST_WORD = 64

#: Letters of other scripts that look like Latin ones, after folding to small letters.
_LOOKALIKES = str.maketrans("авекмнорстухіјѕԁɡӏοαερτυνκιıℓ", "abekmhopctyxijsdgloaeptuvkiil")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the filter, as people wrote it."""

    word: str
    severity: Severity


def fit(text: str, *, longest: int) -> str:
    """A text without surrounding space; TextTooLong beyond so many characters."""
    text = text.strip()
    if len(text) > longest:
        raise TextTooLong
    return text


def fold(text: str) -> str:
    """A text as the filter reads it: one width, one case, no accents, nothing invisible, Latin for what looks Latin."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    visible = "".join(each for each in decomposed if unicodedata.category(each) not in {"Mn", "Me", "Cf", "Cc", "Co"})
    return unicodedata.normalize("NFKC", visible).casefold().translate(_LOOKALIKES)


def read_words(listed: str) -> list[Word]:
    """The words of a list as `words.txt` has it."""
    words: list[Word] = []
    severity = Severity.REVIEW
    for line in map(str.strip, listed.splitlines()):
        if line.startswith("["):
            severity = Severity(line.strip("[]"))
        elif line and not line.startswith("#"):
            words.append(Word(line, severity))
    return words


class Filter:
    """Finds words in texts; made once for many texts."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._automaton = ahocorasick.Automaton()
        known: dict[str, Severity] = {}
        for each in words:
            squeezed = squeeze(each.word)
            # Where a word is listed twice the stricter one counts.
            if squeezed and known.get(squeezed) is not Severity.REJECT:
                known[squeezed] = each.severity
        for squeezed, severity in known.items():
            self._automaton.add_word(squeezed, (len(squeezed), severity))
        self._is_empty = not known
        if known:
            self._automaton.make_automaton()

    def look(self, text: str) -> Severity | None:
        """The worst that the filter knows in a text; None for nothing.

        Letters with something put between them, such as 刷·单, are found too, but only a person can tell a trick
        from two sentences that meet: what would be rejected is reviewed then.
        """
        if self._is_empty:
            return None
        folded = fold(text)
        squeezed, places = _squeeze(folded)
        worst: Severity | None = None
        for end, (length, severity) in self._automaton.iter(squeezed):
            first, last = places[end - length + 1], places[end]
            if not _stands_alone(folded, first, last):
                continue
            if severity is Severity.REJECT and _is_written_together(folded[first : last + 1]):
                return Severity.REJECT
            worst = Severity.REVIEW
        return worst


def squeeze(word: str) -> str:
    """A word as the filter knows it: one spelling for all; empty for what has no letters."""
    return _squeeze(fold(word))[0]


def is_word(word: str) -> bool:
    """Whether the filter can look for it."""
    return 0 < len(squeeze(word)) <= LONGEST_WORD


def _squeeze(folded: str) -> tuple[str, Sequence[int]]:
    """Letters and digits alone, and where in the text each stands."""
    kept = [(place, each) for place, each in enumerate(folded) if each.isalnum()]
    return "".join(each for _, each in kept), [place for place, _ in kept]


def _stands_alone(folded: str, first: int, last: int) -> bool:
    """Whether what begins or ends with a Latin letter is a whole word there: `casino`, but not in `occasinos`."""
    before, after = folded[first - 1 : first] if first else "", folded[last + 1 : last + 2]
    return not (_is_latin(folded[first]) and _is_latin(before)) and not (_is_latin(folded[last]) and _is_latin(after))


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _is_written_together(found: str) -> bool:
    """Whether nothing but the spaces between Latin words stands between the letters."""
    return all(each.isalnum() for each in found) or (found.isascii() and all(map(str.isalpha, found.split(" "))))


def waited(why: Sequence[str]) -> bool:
    """Whether nobody could read a thing before it was decided on: it is in the queue for more than reports."""
    return any(each != Why.REPORTED for each in why)


def refuse_same_person(by: UserId, *others: UserId | None) -> None:
    """SecondPersonNeeded where who decides wrote it, or decided before."""
    if by in others:
        raise SecondPersonNeeded
