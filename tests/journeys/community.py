"""A community of fans: opened by a manager, joined, written to, and read."""

from typing import Any

from app.accounts.models import Role
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_clerk, new_key

_CREATE = """mutation($input: CreateCommunityInput!) {
  createCommunity(input: $input) { __typename ... on Community { id name } ... on UserError { code } } }"""
#: The contract's page of a post does not ask what the post is about.
_ATTACHMENT = """query($id: ID!) { post(id: $id) { community { id } attachment {
  __typename ... on Group { id code status } ... on Story { id } } } }"""


async def a_community(shop: Installation) -> str:
    """A community that a manager opens; its id."""
    manager = await a_clerk(shop, Role.COMMUNITY_MANAGER)
    given = {"name": f"茶友会 {new_key()[:8]}", "kind": "THEME", "about": "聊茶", "idempotencyKey": new_key()}
    made = (await manager.query(_CREATE, input=given))["createCommunity"]
    assert (made["__typename"], made["name"]) == ("Community", given["name"]), made
    return str(made["id"])


async def joins_community(phone: Phone, community: str) -> int:
    """She joins; how many members it has then."""
    joined = await phone.do("JoinCommunity", communityId=community)
    assert (joined["__typename"], joined["id"]) == ("Community", community), joined
    return int(joined["memberCount"])


async def tells(phone: Phone, community: str, text: str, about: str) -> str:
    """A member tells a community of something; her post's id."""
    given = {"communityId": community, "text": text, "attachmentId": about, "clientId": new_key()}
    made = await phone.do("CreatePost", input=given)
    assert made["__typename"] == "Post", made
    assert await phone.do("CreatePost", input=given) == made
    return str(made["id"])


async def attached_to(phone: Phone, post: str) -> dict[str, Any]:
    """The community that a post stands in, and what the post is about: null where that is gone."""
    return dict((await phone.query(_ATTACHMENT, id=post))["post"])


async def in_her_feed(phone: Phone) -> dict[str, dict[str, Any]]:
    """What stands in her own feed, by its id, page by page."""
    found: dict[str, dict[str, Any]] = {}
    after = None
    while True:
        feed = (await phone.ask("MyFeed", communityId=None, first=20, after=after))["viewer"]["feed"]
        found |= {each["node"]["id"]: each for each in feed["edges"]}
        if not feed["pageInfo"]["hasNextPage"]:
            return found
        after = feed["pageInfo"]["endCursor"]
