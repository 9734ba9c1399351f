"""What pages cost: the same number of statements however much they show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tortoise.backends.base.client import BaseDBAsyncClient

from app.core.db.connections import connection
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token
from tests.factories.group_buying import (
    a_buyer,
    a_deal,
    a_group,
    buyers,
    joins,
    money_arrives,
)
from tests.group_buying.asking import deal_page, deals, group_page


@asynccontextmanager
async def _statements(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []
    kind = type(connection())

    def counted(name: str) -> None:
        original = getattr(kind, name)

        async def count(self: BaseDBAsyncClient, query: str, *values: Any) -> Any:
            sent.append(query)
            return await original(self, query, *values)

        monkeypatch.setattr(kind, name, count)

    with monkeypatch.context():
        for name in ("execute_query", "execute_query_dict"):
            counted(name)
        yield sent
    monkeypatch.undo()


async def test_a_groups_page_costs_the_same_statements_however_many_seats_are_taken(
    api: Api, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await a_deal(title=f"d{number}")
    small = await a_group(size=50, taken=2, prefix="small")
    large = await a_group(size=50, taken=30, prefix="large")
    counts = []
    for group in (small, large):
        async with _statements(monkeypatch) as sent:
            page = await group_page(api, group.code)
        assert len(page["seats"]) == (await group.now()).taken
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] <= 12, counts


async def test_lists_cost_the_same_statements_however_long_they_are(
    api: Api, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = []
    deal = await a_deal(size=5)
    ann = await a_buyer("ann")
    token = await a_token(ann.id)
    for friend in await buyers(3):
        await a_deal()
        group = await a_group(deal=deal, prefix=friend.name)
        held = await joins(ann, await group.now())
        await money_arrives(held.order)
        async with _statements(monkeypatch) as sent:
            await deals(api)
            await deal_page(api, deal)
            await api.data("MyOrders", {"first": 10}, token=token)
        counts.append(len(sent))
    assert len(set(counts)) == 1, counts
