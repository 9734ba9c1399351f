"""What things are worth in a feed, and what people are told about it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.ids import new_id
from app.feed import queries, rules, wording
from app.feed.rules import Candidate
from app.feed.states import ItemKind, Why

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _item(kind: ItemKind = ItemKind.POST, *, hours: float = 1, **how: Any) -> Candidate:
    return Candidate(kind=kind, id=new_id(), at=NOW - timedelta(hours=hours), **how)


def test_the_file_in_force_says_everything() -> None:
    ranking = queries.ranking()
    assert ranking.version >= 1
    assert set(ranking.points) == {*ItemKind, "FOLLOWED", "KNOWN", "REACTION", "COMMENT"}
    assert set(ranking.half_life_hours) == set(ItemKind)
    assert 0 < ranking.elsewhere < 1


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (_item(hours=1), _item(hours=2)),
        (_item(reactions=3), _item()),
        (_item(comments=1), _item()),
        (_item(followed=True), _item(reactions=8)),
        (_item(ItemKind.GROUP, known=True), _item(ItemKind.GROUP)),
        (_item(), _item(elsewhere=True)),
        (_item(ItemKind.LIVE_ROOM), _item()),
        (_item(hours=-1), _item(hours=1)),
    ],
)
def test_what_is_worth_more_comes_first(more: Candidate, less: Candidate) -> None:
    order = rules.ranked([less, more], queries.ranking(), NOW)
    assert [each.id for each in order] == [more.id, less.id]


def test_a_half_life_halves() -> None:
    ranking = queries.ranking()
    day = ranking.half_life_hours[ItemKind.POST]
    young, old = _item(hours=0), _item(hours=day)
    assert rules.worth(young, ranking, NOW) == pytest.approx(2 * rules.worth(old, ranking, NOW))


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (_item(ItemKind.LIVE_ROOM, followed=True), Why.LIVE_NOW), (_item(ItemKind.GROUP, known=True), Why.KNOWN),
        (_item(ItemKind.GROUP), Why.OPEN_GROUP), (_item(ItemKind.STORY), Why.STORY), (_item(), Why.NEW),
        (_item(reactions=31), Why.POPULAR), (_item(followed=True, reactions=31), Why.FOLLOWED),
        (_item(elsewhere=True, reactions=31), Why.ELSEWHERE),
    ],
)  # fmt: skip
def test_people_are_told_why(item: Candidate, why: Why) -> None:
    assert rules.reason(item, queries.ranking()) is why


def test_who_is_not_chosen_for_has_the_newest_first_and_others_communities_last() -> None:
    old, new, other = _item(hours=9, reactions=99, followed=True), _item(hours=2), _item(hours=1, elsewhere=True)
    order = rules.by_time([other, old, new])
    assert [(each.id, each.why) for each in order] == [
        (new.id, Why.NEWEST), (old.id, Why.NEWEST), (other.id, Why.ELSEWHERE)
    ]  # fmt: skip


def test_every_reason_is_said_in_both_languages() -> None:
    for why in Why:
        assert wording.words(why, "zh-CN") != wording.words(why, "en")
