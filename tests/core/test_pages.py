"""Pages of a list: nothing twice, nothing left out, also where many entries are of one moment."""

from datetime import timedelta

import pytest

from app.core import clock, db
from app.core.models import FactRow

pytestmark = pytest.mark.usefixtures("database")


async def _five_facts() -> list[FactRow]:
    """Facts in the order of their moment and id; three are of one moment."""
    now = await clock.now()
    moments = [now + timedelta(seconds=each) for each in (0, 1, 1, 1, 2)]
    made = [await FactRow.create(name="Toy", version=1, payload="{}", recorded_at=at) for at in moments]
    return sorted(made, key=lambda fact: (fact.recorded_at, fact.id))


async def test_the_newest_come_first_and_each_page_goes_on_behind_the_last() -> None:
    facts = await _five_facts()
    seen: list[FactRow] = []
    while page := await db.newest_first(
        FactRow.all(), "recorded_at", limit=2, before=(seen[-1].recorded_at, seen[-1].id) if seen else None
    ):
        seen += page
    assert [each.id for each in seen] == [each.id for each in reversed(facts)]


async def test_the_oldest_come_first_and_each_page_goes_on_behind_the_last() -> None:
    facts = await _five_facts()
    seen: list[FactRow] = []
    while page := await db.oldest_first(
        FactRow.all(), "recorded_at", limit=2, after=(seen[-1].recorded_at, seen[-1].id) if seen else None
    ):
        seen += page
    assert [each.id for each in seen] == [each.id for each in facts]
