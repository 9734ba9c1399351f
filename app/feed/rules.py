"""The ranking, over values."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2
from uuid import UUID

from app.feed.states import ItemKind, Why

#: What one edition is chosen from, the newest of each.
MOST_POSTS = 120
MOST_FOLLOWED_POSTS = 40
MOST_ELSEWHERE = 30
MOST_STORIES = 20
MOST_GROUPS = 20
MOST_ROOMS = 10
#: Where her communities have fewer posts, others' fill the page.
FEW_POSTS = 10
#: People whom somebody follows or knows, at most.
MOST_PEOPLE = 200

#: A community's edition serves everybody for so long, unless somebody posts there.
EDITION_SHARED = timedelta(seconds=15)
#: Later pages can be asked for so long after the first.
EDITION_KEPT = timedelta(hours=2)
#: Editions that one person has at a time.
MOST_EDITIONS = 10

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What things are worth."""

    version: int
    points: Mapping[str, float]
    half_life_hours: Mapping[str, float]
    elsewhere: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something that may stand in a feed."""

    kind: ItemKind
    id: UUID
    #: Since when it is there to be read, joined or watched.
    at: datetime
    reactions: int = 0
    comments: int = 0
    followed: bool = False
    known: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Something at its place in an edition."""

    kind: ItemKind
    id: UUID
    why: Why


def read_ranking(text: str) -> Ranking:
    """The ranking that a file describes."""
    read = tomllib.loads(text)
    return Ranking(read["version"], read["points"], read["half_life_hours"], read["elsewhere"]["share"])


def worth(item: Candidate, ranking: Ranking, now: datetime) -> float:
    """What something is worth at a moment."""
    points = ranking.points[item.kind] + _echo(item, ranking)
    points += ranking.points["FOLLOWED"] * item.followed + ranking.points["KNOWN"] * item.known
    age = max(now - item.at, timedelta()) / _HOUR
    kept = ranking.elsewhere if item.elsewhere else 1.0
    return float(points * kept * 0.5 ** (age / ranking.half_life_hours[item.kind]))


def _echo(item: Candidate, ranking: Ranking) -> float:
    return ranking.points["REACTION"] * log2(1 + item.reactions) + ranking.points["COMMENT"] * log2(1 + item.comments)


def reason(item: Candidate, ranking: Ranking) -> Why:
    """What people are told about why something stands where it does."""
    if item.kind is ItemKind.LIVE_ROOM:
        return Why.LIVE_NOW
    if item.known:
        return Why.KNOWN
    if item.followed:
        return Why.FOLLOWED
    if item.elsewhere:
        return Why.ELSEWHERE
    if item.kind is ItemKind.POST:
        return Why.POPULAR if _echo(item, ranking) > ranking.points[ItemKind.POST] else Why.NEW
    return Why.STORY if item.kind is ItemKind.STORY else Why.OPEN_GROUP


def ranked(items: Iterable[Candidate], ranking: Ranking, now: datetime) -> list[Entry]:
    """The order in which things are shown: what is worth most first, of what is worth the same the newest."""
    order = sorted(items, key=lambda each: (worth(each, ranking, now), each.at, each.id), reverse=True)
    return [Entry(each.kind, each.id, reason(each, ranking)) for each in order]


def by_time(items: Iterable[Candidate]) -> list[Entry]:
    """The order for who does not want to be chosen for: the newest first."""
    order = sorted(items, key=lambda each: (not each.elsewhere, each.at, each.id), reverse=True)
    return [Entry(each.kind, each.id, Why.ELSEWHERE if each.elsewhere else Why.NEWEST) for each in order]
