"""What people do at the desk: see what waits, finish it with a word, send a failed refund again."""

from typing import Any

import pytest

from app.accounts.models import Role
from app.audit_log import queries as audit_log
from app.core.ids import new_id, to_public
from app.desk import actions, queries
from app.desk.models import DeskItem, Matter
from app.media import actions as media
from app.media.models import Upload
from app.media.states import Verdict
from app.payments import actions as payments
from app.payments.models import Refund, RefundReason, RefundStatus
from tests.conftest import Api
from tests.factories.accounts import a_token, a_user, staff
from tests.factories.group_buying import a_group
from tests.factories.media import an_upload
from tests.factories.rows import everything

pytestmark = pytest.mark.usefixtures("database")

_FIELDS = "__typename ... on DeskItem { id resolution resolvedAt version } ... on UserError { code }"


async def _support() -> str:
    return await a_token(await staff(Role.SUPPORT, username="support"))


async def _do(api: Api, verb: str, given: dict[str, Any], token: str) -> dict[str, Any]:
    return dict(await api.mutate(verb, given, _FIELDS, token=token))


async def _an_item(subject: str = "tx-1", matter: Matter = Matter.UNKNOWN_PAYMENT) -> DeskItem:
    await actions.put(matter=matter, subject=subject, detail={"amount_fen": 1990})
    return await DeskItem.get(subject=subject)


async def test_an_item_is_finished_once_with_a_word_of_what_was_done(api: Api) -> None:
    token, item = await _support(), await _an_item()
    given = {"id": to_public("desk", item.id), "note": "已电话核实并退款", "expectedVersion": 1}
    done = await _do(api, "resolveDeskItem", given, token)
    assert (done["resolution"], done["version"]) == ("已电话核实并退款", 2)
    assert await queries.open_items() == []
    before = await everything()
    for version in (1, 2):
        assert (await _do(api, "resolveDeskItem", given | {"expectedVersion": version}, token))["code"] == "STALE"
    missing = given | {"id": to_public("desk", new_id())}
    assert (await _do(api, "resolveDeskItem", missing, token))["code"] == "DESK_ITEM_NOT_FOUND"
    assert await everything() == before
    (entry,) = await audit_log.page(limit=9, verb="desk.")
    assert (entry.verb, entry.target_id, entry.reason) == ("desk.resolve", item.id, "已电话核实并退款")


async def test_a_failed_refund_is_sent_again_from_the_desk(api: Api) -> None:
    token, group = await _support(), await a_group()
    await payments.promise_refund(order=group.orders[0], reason=RefundReason.LEFT)
    number = (await Refund.get()).out_refund_no
    await payments.record_refund_failed(out_refund_no=number, error="USER_ACCOUNT_ABNORMAL")
    item = await DeskItem.get(matter=Matter.REFUND_FAILED)
    await _do(api, "retryRefund", {"id": to_public("desk", item.id)}, token)
    assert (await Refund.get()).status is RefundStatus.WAITING
    assert len(await queries.open_items()) == 1
    other = await _an_item()
    before = await everything()
    by_hand = {"id": to_public("desk", item.id), "note": "已处理", "expectedVersion": 1}
    assert (await _do(api, "resolveDeskItem", by_hand, token))["code"] == "ENDS_BY_ITSELF"
    assert (await _do(api, "retryRefund", {"id": to_public("desk", item.id)}, token))["code"] == "NOTHING_TO_RETRY"
    assert (await _do(api, "retryRefund", {"id": to_public("desk", other.id)}, token))["code"] == "NOTHING_TO_RETRY"
    assert await everything() == before
    assert [each.verb for each in await audit_log.page(limit=9, verb="refund.")] == ["refund.retry"]


_DESK = """query($after: String, $isOpen: Boolean, $matter: DeskMatter) { staff {
  desk(first: 2, after: $after, isOpen: $isOpen, matter: $matter) {
    edges { node { matter subject detail { name value } } } pageInfo { hasNextPage endCursor } } } }"""


async def test_what_waits_is_listed_the_oldest_first(api: Api) -> None:
    token = await _support()
    for number in range(3):
        await _an_item(f"tx-{number}")
    await _an_item("r", Matter.REFUND_FAILED)
    seen, after = [], None
    for _ in range(2):
        listed = (await api(_DESK, {"after": after, "isOpen": True}, token=token))["data"]["staff"]["desk"]
        seen += [edge["node"]["subject"] for edge in listed["edges"]]
        after = listed["pageInfo"]["endCursor"]
    assert seen == ["tx-0", "tx-1", "tx-2", "r"]
    assert listed["edges"][0]["node"]["detail"] == [{"name": "amount_fen", "value": "1990"}]
    await actions.resolve(matter=Matter.REFUND_FAILED, subject="r")
    done = await api(_DESK, {"isOpen": False}, token=token)
    assert [edge["node"]["subject"] for edge in done["data"]["staff"]["desk"]["edges"]] == ["r"]
    of_refunds = await api(_DESK, {"matter": "REFUND_FAILED", "isOpen": None}, token=token)
    assert len(of_refunds["data"]["staff"]["desk"]["edges"]) == 1


async def _a_picture_to_review() -> tuple[Upload, DeskItem]:
    upload = await an_upload((await a_user()).id, verdict=Verdict.WAITING)
    assert await media.decide(upload=upload.id, verdict=Verdict.REVIEW)
    return upload, await DeskItem.get(subject=str(upload.id))


@pytest.mark.parametrize(("passes", "verdict"), [(True, Verdict.PASSED), (False, Verdict.REJECTED)])
async def test_a_picture_that_wechat_cannot_judge_is_decided_by_a_person(
    api: Api, passes: bool, verdict: Verdict
) -> None:
    token, (upload, item) = await _support(), await _a_picture_to_review()
    seen = await api("{ staff { desk(first: 5) { edges { node { matter pictureUrl version } } } } }", token=token)
    (edge,) = seen["data"]["staff"]["desk"]["edges"]
    assert f"/media/{upload.path}?until=" in edge["node"]["pictureUrl"]
    given = {"id": to_public("desk", item.id), "passes": passes, "reason": "看过", "expectedVersion": 1}
    done = await _do(api, "decidePicture", given, token)
    assert (done["resolution"], done["version"], bool(done["resolvedAt"])) == ("看过", 2, True)
    assert (await Upload.get(id=upload.id)).verdict is verdict
    before = await everything()
    for version in (1, 2):
        assert (await _do(api, "decidePicture", given | {"expectedVersion": version}, token))["code"] == "STALE"
    assert await everything() == before
    (entry,) = await audit_log.page(limit=9, verb="picture.")
    assert (entry.verb, entry.target_id, entry.reason) == ("picture.decide", item.id, "看过")


async def test_a_picture_does_not_leave_the_desk_undecided_and_nothing_else_is_one(api: Api) -> None:
    token, (_, item), other = await _support(), await _a_picture_to_review(), await _an_item()
    before = await everything()
    given = {"id": to_public("desk", item.id), "note": "算了", "expectedVersion": 1}
    assert (await _do(api, "resolveDeskItem", given, token))["code"] == "ENDS_BY_ITSELF"
    wrong = {"id": to_public("desk", other.id), "passes": True, "reason": "看过", "expectedVersion": 1}
    assert (await _do(api, "decidePicture", wrong, token))["code"] == "DESK_ITEM_NOT_FOUND"
    assert await everything() == before
