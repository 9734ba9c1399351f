"""Asking the API about deals and groups."""

from typing import Any

from schema.scalars import public_id
from tests.conftest import Api
from tests.factories.group_buying import MadeDeal

#: What opens by its id, with one field that only its own kind has.
NODE = """
  query($id: ID!) { node(id: $id) { __typename id
    ... on Order { status } ... on Sku { price { fen } } ... on Product { title } } }
"""


async def deals(api: Api, *, first: int = 10, after: str | None = None) -> dict[str, Any]:
    """A page of the deals that run."""
    return dict(await api.outcome("Deals", {"first": first, "after": after}))


async def deal_page(api: Api, deal: MadeDeal) -> dict[str, Any]:
    """The page of a deal, with its first ten groups."""
    return dict(await api.outcome("DealPage", {"id": public_id("deal", deal.id), "groups": 10}))


async def group_page(api: Api, code: str) -> dict[str, Any]:
    """The page of a group."""
    return dict(await api.outcome("GroupPage", {"code": code}))
