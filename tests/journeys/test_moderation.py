"""A post is reported, removed with a reason, and brought back by a second person upon its author's appeal."""

from typing import Any

from app.accounts.models import Role
from tests.journeys.community import a_community, joins_community
from tests.journeys.installation import Installation
from tests.journeys.people import Clerk, Phone, a_clerk, a_phone, ask, new_key
from tests.journeys.processes import until
from tests.journeys.running import Server
from tests.journeys.sockets import Sockets, brought

TEXT = "回购三次，还是这款最香"
REMOVED, RESTORED = "含有推广内容", "只是分享，没有推广"

_QUEUE = """query($status: ModerationStatus!) { staff { moderationQueue(first: 100, status: $status, kind: "post") {
  edges { node { id targetId version why text reportCount reports { reason note } decidedBy { id } reason } } } } }"""
_DECIDE = """mutation($input: DecideModerationInput!) { decideModeration(input: $input) {
  __typename ... on ModerationItem { status } ... on UserError { code } } }"""
_REMOVALS = """{ viewer { removals(first: 5) { edges { node {
  id targetId text reason wasRestored appeal { status reason } } } } } }"""
_APPEAL = """mutation($input: AppealModerationInput!) { appealModeration(input: $input) {
  __typename ... on Appeal { id status } ... on UserError { code } } }"""
_DECIDE_APPEAL = """mutation($input: DecideAppealInput!) { decideAppeal(input: $input) {
  __typename ... on Appeal { status } ... on UserError { code } } }"""
_TRAIL = """query($id: ID!) { staff { auditLog(first: 9, targetId: $id) {
  edges { node { verb reason by { id } } } } } }"""


async def _in_queue(manager: Clerk, post: str, status: str = "OPEN") -> dict[str, Any] | None:
    edges = (await manager.query(_QUEUE, status=status))["staff"]["moderationQueue"]["edges"]
    return next((dict(each["node"]) for each in edges if each["node"]["targetId"] == post), None)


async def _is_read(server: Server, post: str, community: str) -> bool:
    """Whether somebody without an account reads the post, by its id and in the feed: both or neither."""
    page = (await ask(server, "PostPage", {"id": post, "first": 1}))["post"]
    feed = (await ask(server, "CommunityFeed", {"communityId": community, "first": 50}))["community"]["feed"]
    is_in_feed = post in [each["node"].get("id") for each in feed["edges"]]
    assert (page is not None) is is_in_feed
    return is_in_feed


async def _posts(author: Phone, community: str, reader: Server) -> str:
    await joins_community(author, community)
    given = {"communityId": community, "text": TEXT, "clientId": new_key()}
    post = str((await author.do("CreatePost", input=given))["id"])
    await until(lambda: _is_read(reader, post, community), "the post is read")
    return post


async def _reported(phones: list[Phone], post: str) -> None:
    for phone in phones:
        given = {"targetId": post, "reason": "SPAM", "note": f"{phone.name} 觉得是广告"}
        received = await phone.do("Report", **given)
        assert received["__typename"] == "ReportReceived", received
        assert await phone.do("Report", **given) == received


async def _removed(manager: Clerk, post: str) -> None:
    item = await _in_queue(manager, post)
    assert item, "what was reported is in the queue"
    assert (item["why"], item["text"], item["reportCount"]) == (["REPORTED"], TEXT, 2)
    assert [each["reason"] for each in item["reports"]] == ["SPAM", "SPAM"]
    given = {"id": item["id"], "expectedVersion": item["version"], "decision": "REMOVE", "reason": REMOVED}
    decided = await manager.query(_DECIDE, input=given)
    assert decided["decideModeration"] == {"__typename": "ModerationItem", "status": "REMOVED"}
    assert (await manager.query(_DECIDE, input=given))["decideModeration"]["code"] == "STALE"
    assert await _in_queue(manager, post) is None


async def test_a_removal_is_appealed_against_and_a_second_person_brings_the_post_back(
    shop: Installation, sockets: Sockets
) -> None:
    here, there = shop.servers[0], shop.servers[-1]
    community = await a_community(shop)
    ann, bob, cai = [await a_phone(shop, name, here) for name in ("ann", "bob", "cai")]
    first, second = [await a_clerk(shop, Role.COMMUNITY_MANAGER, server=there) for _ in range(2)]
    post = await _posts(ann, community, there)
    inbox = ann.hear(sockets, there)
    await inbox.until(brought())

    await _reported([bob, cai], post)
    assert await _is_read(there, post, community), "a report alone removes nothing"
    await _removed(first, post)
    assert not await _is_read(here, post, community)
    await inbox.until(brought("MODERATION_DECIDED"))
    (told,) = await ann.inbox()
    assert REMOVED in told["body"]

    (edge,) = (await ann.query(_REMOVALS))["viewer"]["removals"]["edges"]
    removal = edge["node"]
    assert (removal["targetId"], removal["text"], removal["reason"]) == (post, TEXT, REMOVED)
    assert inbox.frames[-1]["notification"]["target"] == {"__typename": "Removal", "id": removal["id"]}
    plea = {"removalId": removal["id"], "text": "我只是喜欢这款茶"}
    assert (await bob.query(_APPEAL, input=plea))["appealModeration"]["code"] == "TARGET_NOT_FOUND"
    appeal = (await ann.query(_APPEAL, input=plea))["appealModeration"]
    assert (await ann.query(_APPEAL, input=plea))["appealModeration"] == appeal

    answer = {"id": appeal["id"], "expectedVersion": 1, "restore": True, "reason": RESTORED}
    refused = (await first.query(_DECIDE_APPEAL, input=answer))["decideAppeal"]
    assert refused["code"] == "SECOND_PERSON_NEEDED", refused
    assert not await _is_read(here, post, community)
    granted = (await second.query(_DECIDE_APPEAL, input=answer))["decideAppeal"]
    assert granted == {"__typename": "Appeal", "status": "OVERTURNED"}
    assert await _is_read(here, post, community)
    await inbox.until(brought("MODERATION_DECIDED", "APPEAL_DECIDED"))

    (edge,) = (await ann.query(_REMOVALS))["viewer"]["removals"]["edges"]
    assert (edge["node"]["wasRestored"], edge["node"]["appeal"]) == (True, {"status": "OVERTURNED", "reason": RESTORED})
    await shop.all_is_done()
    assert [each["kind"] for each in await ann.inbox()] == ["MODERATION_DECIDED", "APPEAL_DECIDED"]
    assert RESTORED in (await ann.inbox())[1]["body"]
    assert [await phone.inbox() for phone in (bob, cai)] == [[], []]
    await _is_on_record(shop, first, post)


async def _is_on_record(shop: Installation, first: Clerk, post: str) -> None:
    """The log has both decisions with their reasons, and that two people made them."""
    admin = await a_clerk(shop, Role.ADMIN)
    edges = (await admin.query(_TRAIL, id=post))["staff"]["auditLog"]["edges"]
    assert [(each["node"]["verb"], each["node"]["reason"]) for each in edges] == [
        ("moderation.decide_appeal", RESTORED),
        ("moderation.decide", REMOVED),
    ]
    by_whom = [each["node"]["by"]["id"] for each in edges]
    item = await _in_queue(first, post, "RESTORED")
    assert item is not None
    assert (by_whom[1], item["reason"]) == (item["decidedBy"]["id"], REMOVED)
    assert by_whom[0] != by_whom[1]
