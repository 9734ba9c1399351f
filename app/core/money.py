"""Money: an integer number of fen (1/100 yuan), everywhere."""

from typing import NewType

Fen = NewType("Fen", int)

CURRENCY = "CNY"

#: The largest amount that a JSON number carries exactly.
MAX_FEN = 2**53 - 1


def display(amount: int) -> str:
    """An amount for people, such as ¥19.90."""
    sign = "-" if amount < 0 else ""
    yuan, fen = divmod(abs(amount), 100)
    return f"{sign}¥{yuan}.{fen:02d}"
