"""A fan: she reads a community before anybody knows her, and joins the group that she finds in her own feed."""

from typing import Any

from tests.journeys.community import a_community, attached_to, in_her_feed, joins_community, tells
from tests.journeys.installation import Installation
from tests.journeys.people import Phone, a_phone, ask, new_key, post
from tests.journeys.processes import until
from tests.journeys.running import Server
from tests.journeys.sockets import Sockets, brought, shows
from tests.journeys.story import Opened, offer_deal, opened_group, paid

TEXT, REPLY = "刚开的团，还差一个人，一起吗？", "还差一个吗？我来"


async def _tells_of(group: Opened, community: str) -> str:
    """The leader tells the community of her group; her post's id."""
    page = (await group.leader.ask("GroupPage", code=group.code))["group"]
    return await tells(group.leader, community, TEXT, page["id"])


async def _read_by_anybody(server: Server, community: str, wanted: str) -> dict[str, Any]:
    """The post in the community's feed, as somebody without an account reads it."""

    async def stands_there() -> list[dict[str, Any]]:
        asked = {"communityId": community, "first": 50}
        found = (await ask(server, "CommunityFeed", asked))["community"]
        return [each for each in found["feed"]["edges"] if each["node"].get("id") == wanted]

    (edge,) = await until(stands_there, "the post stands in the community's feed")
    assert (edge["node"]["__typename"], edge["node"]["text"]) == ("Post", TEXT)
    assert edge["why"], edge
    return dict(edge["node"])


async def _takes_part(fan: Phone, seen: dict[str, Any], reader: Phone) -> None:
    """She follows who wrote the post, likes it and comments, and its author reads that."""
    author = seen["author"]
    followed = await fan.do("Follow", profileId=author["id"], follow=True)
    assert (followed["profile"]["id"], followed["following"]) == (author["id"], True), followed
    for _ in range(2):
        liked = await fan.do("React", targetId=seen["id"], reaction="LIKE")
        assert liked == {"__typename": "Post", "id": seen["id"], "reactionCount": 1}
    given = {"targetId": seen["id"], "text": REPLY, "clientId": new_key()}
    said = await fan.do("Comment", **given)
    assert (said["__typename"], said["text"]) == ("PostComment", REPLY), said
    assert await fan.do("Comment", **given) == said

    async def is_read() -> list[dict[str, Any]]:
        page = (await reader.ask("PostPage", id=seen["id"], first=10))["post"]
        return [edge["node"] for edge in page["comments"]["edges"]]

    (comment,) = await until(is_read, "the author reads the comment")
    assert (comment["id"], comment["text"]) == (said["id"], REPLY)


async def test_a_fan_joins_the_group_that_she_found_in_her_feed(shop: Installation, sockets: Sockets) -> None:
    here, there = shop.servers[0], shop.servers[-1]
    community = await a_community(shop)
    group = await opened_group(shop, await offer_deal(size=2), here)
    ann = group.leader
    assert await joins_community(ann, community) == 1
    told = await _tells_of(group, community)

    # Nobody knows her yet: she reads, and that is all.
    seen = await _read_by_anybody(there, community, told)
    assert (seen["reactionCount"], seen["commentCount"]) == (0, 0)
    refused = (await post(there.http, "JoinCommunity", {"communityId": community})).json()
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", refused

    fan = await a_phone(shop, "fan", there)
    early = await fan.do("Comment", targetId=told, text=REPLY, clientId=new_key())
    assert early["code"] == "NOT_A_MEMBER", early
    assert await joins_community(fan, community) == 2
    about = await attached_to(fan, told)
    assert about["community"] == {"id": community}
    attached = about["attachment"]
    assert attached == {"__typename": "Group", "id": attached["id"], "code": group.code, "status": "FORMING"}
    await _takes_part(fan, seen, ann)
    again = await _read_by_anybody(here, community, told)
    assert (again["reactionCount"], again["commentCount"]) == (1, 1)

    feed = await in_her_feed(fan)
    found = feed[attached["id"]]
    assert (found["node"]["code"], found["node"]["seatsLeft"]) == (group.code, 1)
    assert (found["why"], feed[told]["why"]) == ("来自你关注的人", "来自你关注的人")

    # Each hears at the server that the other asks.
    watching = fan.follow(sockets, found["node"]["code"], here)
    inboxes = [ann.hear(sockets, there), fan.hear(sockets, here)]
    await watching.until(shows(status="FORMING", seatsLeft=1))
    for each in inboxes:
        await each.until(brought())
    joined = await fan.join(found["node"]["code"])
    assert joined["__typename"] == "CheckoutStarted", joined
    await paid(fan, joined)
    await watching.until(lambda heard: heard.is_complete)
    assert watching.kinds[-1] == "COMPLETED"
    assert watching.never_went_back()
    await inboxes[0].until(brought("SEAT_TAKEN", "GROUP_COMPLETED"))
    await inboxes[1].until(brought("GROUP_COMPLETED"))
    for phone, order in ((ann, group.order), (fan, joined["order"]["id"])):
        assert (await phone.order(order))["status"] == "TO_SHIP"

    # What nobody can join any more stands in no feed.
    assert attached["id"] not in await in_her_feed(fan)
    assert told in await in_her_feed(fan)
