"""Why something stands in a feed, for people."""

from collections.abc import Mapping

from app.core.words import say
from app.feed.states import Why

_WORDS: Mapping[Why, str] = {
    Why.LIVE_NOW: "Live now",
    Why.KNOWN: "Somebody you know is in this group",
    Why.FOLLOWED: "From somebody you follow",
    Why.POPULAR: "Many like this",
    Why.NEW: "New here",
    Why.STORY: "A customer's story",
    Why.OPEN_GROUP: "A group that you can join now",
    Why.ELSEWHERE: "From another community",
    Why.NEWEST: "The newest first",
}


def words(why: Why, locale: str) -> str:
    """The reason in the reader's language."""
    return say(locale, _WORDS[why])
