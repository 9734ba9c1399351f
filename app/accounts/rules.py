"""What accounts decides, over values."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import Enum, auto

#: Phones send ten requests at once, each with the same refresh token.
REPEATS_WITHIN = timedelta(seconds=30)
#: A session that nobody has refreshed for so long is over.
REFRESH_LIFE = timedelta(days=90)

#: A session that is over is kept for so long, for whoever asks who was signed in.
SESSIONS_KEPT = timedelta(days=30)

#: From one address.
FAILURES_BEFORE_LOCK = 5
#: From all addresses together that have never had the right password: a crowd of them guesses no faster.
FAILURES_OF_STRANGERS = 50
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)

#: Characters of a member of staff's password.
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256

ADDRESSES_AT_MOST = 50

#: Who asks to be deleted may think better of it for so long.
DELETION_WAITS = timedelta(days=15)
#: What stands where a deleted person was named.
NOBODYS_NAME = "已注销"

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
#: With its area code; wx.chooseAddress gives such numbers too.
_LANDLINE = re.compile(r"0[1-9]\d{8,10}", re.ASCII)
_ABROAD = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_WRITTEN_BETWEEN_DIGITS = re.compile(r"[\s()（）-]")
_SHORTEST_SHOWN_AT_BOTH_ENDS = 10

_ZERO_WIDTH_JOINER = "\u200d"
_HIDDEN = "*"


class Use(Enum):
    """What using a refresh token comes to."""

    #: It is the newest: its successor takes its place.
    ROTATE = auto()
    #: A repeat, soon and before the successor was used: the same successor once more.
    REPEAT = auto()
    #: Somebody else has it, or it is too old: the session ends.
    END = auto()


def use_of_refresh_token(*, presented: int, newest: int, rotated_at: datetime, now: datetime) -> Use:
    """What to do when token number `presented` of a session is used whose newest is number `newest`."""
    since = now - rotated_at
    if presented == newest and since <= REFRESH_LIFE:
        return Use.ROTATE
    if presented == newest - 1 and since <= REPEATS_WITHIN:
        return Use.REPEAT
    return Use.END


#: Addresses from which nobody has tried for so long are forgotten.
ADDRESSES_KEPT = timedelta(days=180)


def locked_for(failures: int, allowed: int = FAILURES_BEFORE_LOCK) -> timedelta | None:
    """How long no password is tried after so many wrong ones in a row; None for not at all."""
    if failures < allowed:
        return None
    # Bounded before it is multiplied: 2 to the power of a stubborn attacker is no timedelta.
    times = 1 << min(failures - allowed, 20)
    return min(FIRST_LOCK * times, LONGEST_LOCK)


def network(address: str) -> str:
    """What stands for an address where guesses are counted: an IPv6 household has 2^64 of them, and is one."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped is None:
        return str(ipaddress.IPv6Network((read, 64), strict=False))
    return str(read)


def spelled(username: str) -> str:
    """A username as it is kept: whoever signs in as Admin means admin."""
    return username.strip().casefold()


def mask(nickname: str) -> str:
    """A nickname as the public sees it: 小明 is 小*, 小大明 is 小*明; its length does not show."""
    letters = list(_letters(nickname.strip()))
    match letters:
        case [first, _]:
            return first + _HIDDEN
        case [first, _, *_, last]:
            return first + _HIDDEN + last
        case _:
            return _HIDDEN


def read_phone(text: str) -> str | None:
    """A phone number as it is kept: the mainland's without prefix, others with `+` and country; None if it is none."""
    digits = _WRITTEN_BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    digits = digits.removeprefix("+86")
    known = _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) or _ABROAD.fullmatch(digits)
    return digits if known else None


def mask_phone(phone: str) -> str:
    """A phone number as it is shown, such as 138****1234."""
    if len(phone) < _SHORTEST_SHOWN_AT_BOTH_ENDS:
        return f"****{phone[-2:]}"
    return f"{phone[:3]}****{phone[-4:]}"


def region(province: str, city: str, district: str) -> str:
    """Province, city and district in one line; a municipality, which is its own province, once."""
    return " ".join(dict.fromkeys(part for part in (province, city, district) if part))


def _letters(text: str) -> Iterator[str]:
    """What a reader takes for one letter each: an emoji with its skin, sex and family is one."""
    letter = ""
    for character in text:
        if letter and not _continues(letter, character):
            yield letter
            letter = ""
        letter += character
    if letter:
        yield letter


def _continues(letter: str, character: str) -> bool:
    is_joined = _ZERO_WIDTH_JOINER in (letter[-1], character)
    is_flag = len(letter) == 1 and _is_half_a_flag(letter) and _is_half_a_flag(character)
    return is_joined or is_flag or _is_mark(character)


def _is_mark(character: str) -> bool:
    """Accents, variation selectors, keycaps; skin tones; the letters that spell a region's flag."""
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_half_a_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
