"""What customers are asked to agree to. Pure.

A wording that was ever shown stays here, for consents name its version; a new one gets the next number.
"""

from collections.abc import Mapping

from app.core.words import say

_WORDINGS: Mapping[int, str] = {
    1: "I agree that this story is shown in the shop, its communities and on cards that members share, with my masked "
    "nickname, its pictures and the mark of a verified purchase. I can withdraw at any time; it then disappears "
    "everywhere at once. I am not paid for it.",
}

#: The wording in force.
NEWEST = max(_WORDINGS)


def wording(version: int, locale: str) -> str:
    """A wording in the words of this locale; KeyError for a version that never was."""
    return say(locale, _WORDINGS[version])
