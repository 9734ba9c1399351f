"""Hanging pictures on things, and taking them down."""

import pytest

from app.core import clock, db
from app.core.ids import UploadId, new_id
from app.core.models import FactRow
from app.core.targets import Target
from app.media import actions, jobs, queries, rules, store
from app.media.errors import PictureRejected, UploadInvalid
from app.media.models import HeardVerdict, Upload
from app.media.states import UploadPurpose, UploadStatus, Verdict
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.media import an_upload
from tests.factories.rows import everything

POST = UploadPurpose.POST


def _a_post() -> Target:
    return Target("post", new_id())


async def _told() -> list[str]:
    return [each.payload for each in await FactRow.filter(name="PictureChecked")]


async def test_pictures_hang_in_the_order_they_were_given(wechat: WeChat) -> None:
    ann, post = await a_user(), _a_post()
    first, second = await an_upload(ann.id), await an_upload(ann.id)
    async with db.transaction():
        hung = await actions.attach(owner=ann.id, uploads=[second.id, first.id], purpose=POST, target=post)
    assert [each.upload for each in hung] == [second.id, first.id]
    assert hung[0].kept == {"path": second.path, "width": 60, "height": 40}
    assert (await queries.pictures_of([post, _a_post()]))[post] == hung
    assert await queries.all_passed(post)
    assert len(await _told()) == 2


@pytest.mark.parametrize(
    "wrong", ["another's", "another purpose", "nowhere", "twice", "elsewhere", "too old", "ticket"]
)
async def test_what_is_not_hers_to_hang_there_is_refused_and_changes_nothing(wechat: WeChat, wrong: str) -> None:
    ann, bob = await a_user(), await a_user()
    good = await an_upload(ann.id)
    bad = await an_upload(bob.id if wrong == "another's" else ann.id)
    uploads = [good.id, bad.id]
    match wrong:
        case "another purpose":
            await Upload.filter(id=bad.id).update(purpose=UploadPurpose.AVATAR)
        case "nowhere":
            uploads = [good.id, UploadId(new_id())]
        case "twice":
            uploads = [good.id, good.id]
        case "elsewhere":
            async with db.transaction():
                await actions.attach(owner=ann.id, uploads=[bad.id], purpose=POST, target=_a_post())
        case "too old":
            await Upload.filter(id=bad.id).update(expires_at=await clock.now())
        case "ticket":
            ticket = await actions.create_ticket(user=ann.id, purpose=POST, size=1, mime="image/png")
            uploads = [good.id, ticket.id]
    before = await everything()
    with pytest.raises(UploadInvalid):
        async with db.transaction():
            await actions.attach(owner=ann.id, uploads=uploads, purpose=POST, target=_a_post())
    assert await everything() == before


async def test_a_picture_that_was_rejected_is_refused(wechat: WeChat) -> None:
    ann = await a_user()
    risky = await an_upload(ann.id, verdict=Verdict.REJECTED)
    before = await everything()
    with pytest.raises(PictureRejected) as refused:
        async with db.transaction():
            await actions.attach(owner=ann.id, uploads=[risky.id], purpose=POST, target=_a_post())
    assert refused.value.code == "PICTURE_REJECTED"
    assert await everything() == before


async def test_what_waits_for_its_verdict_is_told_when_it_comes_and_once(wechat: WeChat) -> None:
    ann, post = await a_user(), _a_post()
    upload = await an_upload(ann.id, verdict=Verdict.WAITING)
    async with db.transaction():
        await actions.attach(owner=ann.id, uploads=[upload.id], purpose=POST, target=post)
    assert await _told() == []
    assert not await queries.all_passed(post)
    assert await actions.decide(upload=upload.id, verdict=Verdict.PASSED)
    assert not await actions.decide(upload=upload.id, verdict=Verdict.REJECTED)
    assert len(await _told()) == 1
    assert await queries.all_passed(post)


async def test_what_is_taken_down_can_be_hung_there_again_for_a_month(wechat: WeChat) -> None:
    ann, post = await a_user(), _a_post()
    kept, gone = await an_upload(ann.id), await an_upload(ann.id)
    async with db.transaction():
        await actions.attach(owner=ann.id, uploads=[kept.id, gone.id], purpose=POST, target=post)
        assert await actions.detach(post, but=[kept.id]) == 1
    assert [each.upload for each in (await queries.pictures_of([post]))[post]] == [kept.id]
    async with db.transaction():
        assert await actions.restore(post) == 1
        assert await actions.detach(post) == 2
    await wechat.move_clock(rules.KEPT_WITHDRAWN.total_seconds() + 1)
    async with db.transaction():
        assert await actions.restore(post) == 0
    assert await jobs.forget() == 2
    assert await Upload.all().count() == 0


async def test_what_hangs_nowhere_is_forgotten_with_its_file_and_what_hangs_is_kept(wechat: WeChat) -> None:
    ann = await a_user()
    unused, used = await an_upload(ann.id), await an_upload(ann.id)
    ticket = await actions.create_ticket(user=ann.id, purpose=POST, size=1, mime="image/png")
    async with db.transaction():
        await actions.attach(owner=ann.id, uploads=[used.id], purpose=POST, target=_a_post())
    for each in (unused, used):
        await store.put(str(each.path), b"picture")
    assert await jobs.forget() == 0
    await wechat.move_clock(rules.KEPT_UNUSED.total_seconds() + 1)
    assert await jobs.forget() == 2
    assert [each.id for each in await Upload.all()] == [used.id]
    assert ticket.status is UploadStatus.TICKET
    assert await store.get(str(unused.path)) is None
    assert await store.get(str(used.path)) == b"picture"


async def test_a_verdict_that_comes_before_its_name_is_known_is_joined_later(wechat: WeChat) -> None:
    ann = await a_user()
    upload = await an_upload(ann.id, verdict=Verdict.WAITING)
    await actions.hear_verdict(trace_id="t", verdict=Verdict.REJECTED)
    await actions.note_check(upload=upload.id, trace_id="t", verdict_within=rules.VERDICT_WITHIN)
    assert (await Upload.get(id=upload.id)).verdict is Verdict.REJECTED


async def test_a_verdict_that_crossed_its_name_is_joined_by_the_clock(wechat: WeChat) -> None:
    ann = await a_user()
    upload = await an_upload(ann.id, verdict=Verdict.WAITING)
    await Upload.filter(id=upload.id).update(trace_id="t")
    await HeardVerdict.create(trace_id="t", verdict=Verdict.PASSED, heard_at=await clock.now())
    assert await jobs.join_verdicts() == 1
    assert (await Upload.get(id=upload.id)).verdict is Verdict.PASSED
    assert await jobs.join_verdicts() == 0


async def test_a_person_has_only_so_much_in_hand(wechat: WeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_UNUSED", 2)
    ann = await a_user()
    for _ in range(2):
        await actions.create_ticket(user=ann.id, purpose=POST, size=1, mime="image/png")
    with pytest.raises(UploadInvalid):
        await actions.create_ticket(user=ann.id, purpose=POST, size=1, mime="image/png")
    assert await Upload.all().count() == 2
