"""A community, and who belongs to it."""

from app.accounts.models import Role
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_clerk, new_key

_CREATE = """mutation($input: CreateCommunityInput!) {
  createCommunity(input: $input) { __typename ... on Community { id name } ... on UserError { code } } }"""


async def a_community(shop: Installation) -> str:
    """A community that a manager opens; its id."""
    manager = await a_clerk(shop, Role.COMMUNITY_MANAGER)
    given = {"name": f"茶友会 {new_key()[:8]}", "kind": "THEME", "about": "聊茶", "idempotencyKey": new_key()}
    made = (await manager.query(_CREATE, input=given))["createCommunity"]
    assert (made["__typename"], made["name"]) == ("Community", given["name"]), made
    return str(made["id"])


async def joins_community(phone: Phone, community: str) -> int:
    """She joins; how many belong to it then."""
    joined = await phone.do("JoinCommunity", communityId=community)
    assert (joined["__typename"], joined["id"]) == ("Community", community), joined
    return int(joined["memberCount"])
