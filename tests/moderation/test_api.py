"""Moderation through the API: anybody reports, moderators decide, authors appeal."""

from typing import Any

import pytest

from app.accounts.actions import profile_of
from app.accounts.models import Role
from app.core import clock
from app.core.ids import new_id, to_public
from app.core.targets import Target
from app.moderation.models import ModerationItem
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token, a_user, staff
from tests.factories.moderation import a_note, a_queued_note
from tests.factories.rows import everything

_QUEUE = """query($first: Int!, $after: String, $status: ModerationStatus! = OPEN, $kind: String) { staff {
  moderationQueue(first: $first, after: $after, status: $status, kind: $kind) {
    edges { cursor node { id targetId kind why status text textWhenQueued imageUrls reportCount version reason
      reports { reason note } author { id nickname blockedAt removals mutes { id } }
      claimedBy { nickname } decidedBy { nickname } appeal { id text status version } } }
    pageInfo { hasNextPage endCursor } } } }"""
_DECIDE = """mutation($input: DecideModerationInput!) { decideModeration(input: $input) {
  __typename ... on ModerationItem { id status version reason decidedBy { nickname } } ... on UserError { code } } }"""
_REMOVALS = """{ viewer { removals(first: 10) { edges { node {
  id targetId text reason wasRestored appeal { id text status reason item { id } } } } } } }"""
_APPEAL = """mutation($id: ID!, $text: String!) { appealModeration(input: { removalId: $id, text: $text }) {
  __typename ... on Appeal { id text status item { id } } ... on UserError { code } } }"""
_DECIDE_APPEAL = """mutation($input: DecideAppealInput!) { decideAppeal(input: $input) {
  __typename ... on Appeal { status reason item { status } } ... on UserError { code } } }"""
_MUTE = """mutation($input: MutePersonInput!) { mutePerson(input: $input) {
  __typename ... on Mute { id until version communityId by { nickname } person { id mutes { id } } }
  ... on UserError { code } } }"""
_UNMUTE = """mutation($input: UnmutePersonInput!) { unmutePerson(input: $input) {
  __typename ... on Mute { liftedAt version } ... on UserError { code } } }"""
_BLOCK = """mutation($input: BlockPersonInput!) { blockPerson(input: $input) {
  __typename ... on ModeratedPerson { id blockedAt } ... on UserError { code } } }"""
_UNBLOCK = _BLOCK.replace("blockPerson", "unblockPerson")
_ADD = """mutation($word: String!) { addFilterWord(input: { word: $word, severity: REJECT }) {
  __typename ... on FilterWord { id word severity version } ... on UserError { code } } }"""
_REMOVE = """mutation($input: RemoveFilterWordInput!) { removeFilterWord(input: $input) {
  __typename ... on FilterWord { removedAt version } ... on UserError { code } } }"""
_PERSON = "query($id: ID!) { staff { moderatedPerson(id: $id) { id } } }"
_NODE = "query($id: ID!) { node(id: $id) { __typename id } }"


async def _moderator(name: str = "manager", *roles: Role) -> str:
    return await a_token(await staff(*(roles or (Role.COMMUNITY_MANAGER,)), username=name, nickname=name))


async def test_a_report_is_one_per_person_and_lands_in_the_queue(api: Api) -> None:
    author, ann = await a_user("店铺小号"), await a_user()
    note = a_note(author.id, "加我领红包")
    token = await a_token(ann.id)
    given = {"targetId": note.public_id, "reason": "FRAUD", "note": "骗人的"}
    received = await api.outcome("Report", given, token=token)
    assert received["__typename"] == "ReportReceived"
    assert await api.outcome("Report", given, token=token) == received
    assert (await api.outcome(_NODE, {"id": received["id"]}, token=token))["__typename"] == "ReportReceived"
    assert await api.outcome(_NODE, {"id": received["id"]}, token=await a_token(author.id)) is None
    (edge,) = (await api.outcome(_QUEUE, {"first": 10}, token=await _moderator()))["moderationQueue"]["edges"]
    node = edge["node"]
    assert (node["why"], node["text"], node["reportCount"]) == (["REPORTED"], "加我领红包", 1)
    assert node["reports"] == [{"reason": "FRAUD", "note": "骗人的"}]
    assert node["author"]["nickname"] == "店铺小号"


async def test_a_report_that_cannot_be_taken_is_refused_and_changes_nothing(api: Api) -> None:
    token = await a_token((await a_user()).id)
    note = a_note((await a_user()).id)
    before = await everything()
    gone = {"targetId": Target("testnote", new_id()).public_id, "reason": "SPAM"}
    assert (await api.outcome("Report", gone, token=token))["code"] == "TARGET_NOT_FOUND"
    long = {"targetId": note.public_id, "reason": "SPAM", "note": "长" * 501}
    assert (await api.outcome("Report", long, token=token))["code"] == "TEXT_TOO_LONG"
    assert await api.error_code("Report", {"targetId": "x", "reason": "SPAM"}, token=token) == "BAD_USER_INPUT"
    assert await api.error_code("Report", {"targetId": note.public_id, "reason": "SPAM"}) == "UNAUTHENTICATED"
    assert await everything() == before


async def test_the_queue_pages_from_who_waits_longest_and_by_kind(api: Api) -> None:
    author = (await a_user()).id
    items = [to_public("moderation", (await a_queued_note(author))[1]) for _ in range(5)]
    token = await _moderator()
    seen, after = [], None
    for _ in range(3):
        found = await api.outcome(_QUEUE, {"first": 2, "after": after, "kind": "testnote"}, token=token)
        seen += [edge["node"]["id"] for edge in found["moderationQueue"]["edges"]]
        after = found["moderationQueue"]["pageInfo"]["endCursor"]
    assert seen == items
    other = await api.outcome(_QUEUE, {"first": 2, "kind": "post"}, token=token)
    assert other["moderationQueue"]["edges"] == []


async def test_a_removal_an_appeal_and_its_end_seen_from_both_sides(api: Api) -> None:
    author = (await a_user()).id
    target, item = await a_queued_note(author, text="加微信看看")
    hers, first, second = await a_token(author), await _moderator(), await _moderator("second")
    decided = {"id": to_public("moderation", item), "expectedVersion": 1, "decision": "REMOVE", "reason": "导流"}
    assert (await api.outcome(_DECIDE, {"input": decided | {"expectedVersion": 9}}, token=first))["code"] == "STALE"
    assert await api.error_code(_DECIDE, {"input": decided | {"reason": " "}}, token=first) == "BAD_USER_INPUT"
    done = await api.outcome(_DECIDE, {"input": decided}, token=first)
    assert (done["status"], done["decidedBy"]) == ("REMOVED", {"nickname": "manager"})

    (edge,) = (await api.outcome(_REMOVALS, token=hers))["removals"]["edges"]
    removal = edge["node"]
    assert (removal["targetId"], removal["text"], removal["reason"]) == (target.public_id, "加微信看看", "导流")
    assert removal["appeal"] is None
    appeal = await api.outcome(_APPEAL, {"id": removal["id"], "text": "只是问问"}, token=hers)
    assert (appeal["status"], appeal["item"]) == ("OPEN", None)
    assert (await api.outcome(_APPEAL, {"id": removal["id"], "text": "只是问问"}, token=first))[
        "code"
    ] == "TARGET_NOT_FOUND"
    assert (await api(_APPEAL, {"id": removal["id"], "text": "长" * 1001}, token=hers))["data"]["appealModeration"][
        "code"
    ] == "TEXT_TOO_LONG"

    given = {"input": {"id": appeal["id"], "expectedVersion": 1, "restore": True, "reason": "误判"}}
    before = await everything()
    assert (await api.outcome(_DECIDE_APPEAL, given, token=first))["code"] == "SECOND_PERSON_NEEDED"
    assert await everything() == before
    granted = await api.outcome(_DECIDE_APPEAL, given, token=second)
    assert granted == {
        "__typename": "Appeal", "status": "OVERTURNED", "reason": "误判", "item": {"status": "RESTORED"},
    }  # fmt: skip
    (edge,) = (await api.outcome(_REMOVALS, token=hers))["removals"]["edges"]
    assert edge["node"]["wasRestored"]


async def test_an_item_can_be_claimed_and_opened(api: Api) -> None:
    _, item = await a_queued_note((await a_user()).id)
    token = await _moderator()
    claim = """mutation($id: ID!) { claimModeration(input: { id: $id, expectedVersion: 1 }) {
      ... on ModerationItem { claimedBy { nickname } claimedUntil } ... on UserError { code } } }"""
    public = to_public("moderation", item)
    assert (await api.outcome(claim, {"id": public}, token=token))["claimedBy"] == {"nickname": "manager"}
    opened = await api.outcome(
        "query($id: ID!) { staff { moderationItem(id: $id) { id } } }", {"id": public}, token=token
    )
    assert opened["moderationItem"] == {"id": public}
    assert (await api.outcome(_NODE, {"id": public}, token=token))["__typename"] == "ModerationItem"
    refused = await api.outcome(claim, {"id": public}, token=await _moderator("second"))
    assert refused["code"] == "STALE"


async def test_a_mute_is_seen_with_the_person_and_lifted_with_its_version(api: Api) -> None:
    person = to_public("person", (await a_user()).id)
    token = await _moderator()
    muted = await api.outcome(_MUTE, {"input": {"personId": person, "reason": "刷屏"}}, token=token)
    assert (muted["until"], muted["communityId"], muted["by"]) == (None, None, {"nickname": "manager"})
    assert muted["person"]["mutes"] == [{"id": muted["id"]}]
    stale = {"input": {"muteId": muted["id"], "expectedVersion": 5}}
    assert (await api.outcome(_UNMUTE, stale, token=token))["code"] == "STALE"
    right = {"input": {"muteId": muted["id"], "expectedVersion": muted["version"]}}
    assert (await api.outcome(_UNMUTE, right, token=token))["liftedAt"] is not None
    nobody = {"input": {"personId": to_public("person", new_id()), "reason": "刷屏"}}
    assert (await api.outcome(_MUTE, nobody, token=token))["code"] == "TARGET_NOT_FOUND"
    elsewhere = {"input": {"personId": person, "communityId": to_public("deal", new_id()), "reason": "刷屏"}}
    assert (await api.outcome(_MUTE, elsewhere, token=token))["code"] == "TARGET_NOT_FOUND"


async def test_a_mute_that_would_have_ended_or_is_nowhere_is_refused_and_the_one_in_place_stays(api: Api) -> None:
    person, token = to_public("person", (await a_user()).id), await _moderator()
    given = {"personId": person, "reason": "刷屏"}
    await api(_MUTE, {"input": given}, token=token)
    before = await everything()
    over = {"input": given | {"until": (await clock.now()).isoformat()}}
    assert await api.error_code(_MUTE, over, token=token) == "BAD_USER_INPUT"
    nowhere = {"input": given | {"communityId": to_public("community", new_id())}}
    assert (await api.outcome(_MUTE, nowhere, token=token))["code"] == "TARGET_NOT_FOUND"
    assert await everything() == before


async def test_who_is_blocked_is_signed_out_and_cannot_sign_in(api: Api, wechat: WeChat) -> None:
    hers = await api.sign_in(wechat, "ann")
    me = (await api.outcome("{ viewer { user { id } } }", token=hers))["user"]["id"]
    support = await _moderator("support", Role.SUPPORT)
    # As an order, a group or a seat names its buyer.
    given = {"input": {"personId": me, "reason": "诈骗"}}
    assert (await api.outcome(_BLOCK, given, token=support))["blockedAt"] is not None
    assert await api.error_code("{ viewer { user { id } } }", token=hers) == "UNAUTHENTICATED"
    again = await api.outcome("SignIn", {"code": await wechat.login_code("ann")})
    assert again["code"] == "ACCOUNT_BLOCKED"
    assert (await api.outcome(_UNBLOCK, given, token=support))["blockedAt"] is None
    await api.sign_in(wechat, "ann")


async def test_an_author_is_found_and_muted_by_what_her_posts_show_of_her(api: Api) -> None:
    ann, token = await a_user(), await _moderator()
    profile = to_public("profile", await profile_of(ann.id))
    opened = (await api.outcome(_PERSON, {"id": profile}, token=token))["moderatedPerson"]
    assert opened["id"] == to_public("person", ann.id)
    muted = await api.outcome(_MUTE, {"input": {"personId": profile, "reason": "刷屏"}}, token=token)
    assert muted["person"]["mutes"] == [{"id": muted["id"]}]
    nobody = {"input": {"personId": to_public("profile", new_id()), "reason": "刷屏"}}
    assert (await api.outcome(_MUTE, nobody, token=token))["code"] == "TARGET_NOT_FOUND"


async def test_a_mute_ends_in_a_moment_to_come(api: Api) -> None:
    ann, token = await a_user(), await _moderator()
    before = await everything()
    given = {"personId": to_public("person", ann.id), "reason": "刷屏", "until": "2020-01-01T00:00:00Z"}
    refused = await api(_MUTE, {"input": given}, token=token)
    assert refused["errors"][0]["extensions"]["fields"][0]["path"] == ["input", "until"]
    assert await everything() == before


async def test_only_an_admin_decides_about_staff(api: Api) -> None:
    host = await staff(Role.HOST, username="host")
    given = {"input": {"personId": to_public("person", host), "reason": "离职"}}
    support = await _moderator("support", Role.SUPPORT)
    for whose in ("person", "user"):
        named = {"input": {"personId": to_public(whose, host), "reason": "离职"}}
        assert await api.error_code(_BLOCK, named, token=support) == "FORBIDDEN"
    assert (await api.outcome(_BLOCK, given, token=await _moderator("admin", Role.ADMIN)))["blockedAt"] is not None


async def test_the_filter_s_words_are_added_once_listed_and_removed(api: Api) -> None:
    token = await _moderator()
    added = await api.outcome(_ADD, {"word": "隔壁老店"}, token=token)
    assert (added["word"], added["severity"], added["version"]) == ("隔壁老店", "REJECT", 1)
    before = await everything()
    assert (await api.outcome(_ADD, {"word": "隔壁 老店"}, token=token))["code"] == "WORD_EXISTS"
    assert await everything() == before
    assert await api.error_code(_ADD, {"word": "！！"}, token=token) == "BAD_USER_INPUT"
    listing = "{ staff { filterWords(first: 10) { edges { node { id word } } } } }"
    listed = (await api.outcome(listing, token=token))["filterWords"]["edges"]
    assert listed == [{"node": {"id": added["id"], "word": "隔壁老店"}}]
    stale = {"input": {"id": added["id"], "expectedVersion": 4}}
    assert (await api.outcome(_REMOVE, stale, token=token))["code"] == "STALE"
    right = {"input": {"id": added["id"], "expectedVersion": 1}}
    assert (await api.outcome(_REMOVE, right, token=token))["removedAt"] is not None
    assert (await api.outcome(listing, token=token))["filterWords"]["edges"] == []


_STAFF_MUTATIONS: list[tuple[str, dict[str, Any]]] = [
    (_DECIDE, {"id": "moderation_x", "expectedVersion": 1, "decision": "APPROVE"}),
    (_DECIDE_APPEAL, {"id": "appeal_x", "expectedVersion": 1, "restore": True, "reason": "x"}),
    (_MUTE, {"personId": "person_x", "reason": "x"}),
    (_UNMUTE, {"muteId": "mute_x", "expectedVersion": 1}),
    (_BLOCK, {"personId": "person_x", "reason": "x"}),
    (_UNBLOCK, {"personId": "person_x", "reason": "x"}),
    (_REMOVE, {"id": "filterword_x", "expectedVersion": 1}),
]


@pytest.mark.parametrize(("document", "given"), _STAFF_MUTATIONS)
async def test_what_moderators_do_is_forbidden_to_others(api: Api, document: str, given: dict[str, Any]) -> None:
    marketer = await _moderator("marketer", Role.MARKETER)
    for token in (marketer, await a_token((await a_user()).id)):
        assert await api.error_code(document, {"input": given}, token=token) == "FORBIDDEN"


@pytest.mark.parametrize(
    "fields", ["moderationQueue(first: 1) { edges { cursor } }", "appeals(first: 1) { edges { cursor } }",
               "filterWords(first: 1) { edges { cursor } }"],
)  # fmt: skip
async def test_what_moderators_read_is_forbidden_to_other_staff(api: Api, fields: str) -> None:
    document = f"{{ staff {{ {fields} }} }}"
    assert await api.error_code(document, token=await _moderator("marketer", Role.MARKETER)) == "FORBIDDEN"
    assert await api.outcome(document, token=await a_token((await a_user()).id)) is None
    assert "errors" not in await api(document, token=await _moderator())


async def test_what_is_for_moderators_opens_for_nobody_else(api: Api) -> None:
    author = (await a_user()).id
    _, item = await a_queued_note(author)
    hers, moderator = await a_token(author), await _moderator()
    added = (await api.outcome(_ADD, {"word": "隔壁老店"}, token=moderator))["id"]
    muted = {"input": {"personId": to_public("person", author), "reason": "x"}}
    mute = (await api.outcome(_MUTE, muted, token=moderator))["id"]
    for opaque in (to_public("moderation", item), to_public("person", author), mute, added):
        assert await api.outcome(_NODE, {"id": opaque}, token=hers) is None
        assert (await api.outcome(_NODE, {"id": opaque}, token=moderator))["id"] == opaque
    assert await api.outcome(_NODE, {"id": to_public("removal", item)}, token=hers) is None
    await ModerationItem.filter(id=item).update(status="REMOVED", decided_at=await clock.now())
    assert (await api.outcome(_NODE, {"id": to_public("removal", item)}, token=hers))["__typename"] == "Removal"
    assert await api.outcome(_NODE, {"id": to_public("removal", item)}, token=moderator) is None
