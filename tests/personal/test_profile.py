"""Profile, phone and settings, through the contract's documents."""

import pytest

from app.accounts.models import User
from app.core import db
from app.core.ids import new_id, to_public
from app.core.targets import Target
from app.media import actions as media
from app.media.models import Upload
from app.media.states import UploadPurpose, Verdict
from app.moderation import ports as moderation
from app.moderation.models import ModerationItem
from app.moderation.states import Decision
from app.notifications import actions as notifications
from app.notifications.models import Message, MessageConsent, MessagePurpose, Notification, NotificationKind
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_session, a_user
from tests.factories.media import an_upload
from tests.factories.rows import everything


async def _ours() -> dict[str, list[str]]:
    """Everything but WeChat's own token, which each question to WeChat may renew."""
    return {name: rows for name, rows in (await everything()).items() if name != "access_tokens"}


async def _signed_in(api: Api, wechat: WeChat, name: str = "ann") -> tuple[str, User]:
    token = await api.sign_in(wechat, name)
    return token, await User.all().order_by("-created_at").first() or User()


async def test_a_new_name_is_shown_at_once(api: Api, wechat: WeChat) -> None:
    token, ann = await _signed_in(api, wechat)
    answer = await api("UpdateProfile", {"nickname": " 小红 "}, token=token)
    assert answer["data"]["updateProfile"] == {
        "__typename": "Viewer",
        "user": {"id": to_public("user", ann.id), "nickname": "小红", "avatarUrl": None},
    }


async def test_a_name_that_may_not_be_is_refused_and_changes_nothing(api: Api, wechat: WeChat) -> None:
    token, _ = await _signed_in(api, wechat)
    before = await _ours()
    answer = await api("UpdateProfile", {"nickname": "sandbox-risky"}, token=token)
    assert answer["data"]["updateProfile"]["code"] == "TEXT_REJECTED"
    assert await _ours() == before


@pytest.mark.parametrize("nickname", ["", "  ", "x" * 33, "a\nb"])
async def test_a_name_that_is_none_is_malformed(api: Api, wechat: WeChat, nickname: str) -> None:
    token, _ = await _signed_in(api, wechat)
    answer = await api("UpdateProfile", {"nickname": nickname}, token=token)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(("decision", "name"), [(Decision.APPROVE, "sandbox-review"), (Decision.REMOVE, "old")])
async def test_a_doubtful_name_is_hers_alone_until_somebody_has_looked(
    api: Api, wechat: WeChat, decision: Decision, name: str
) -> None:
    token, ann = await _signed_in(api, wechat)
    await User.filter(id=ann.id).update(nickname="old")
    answer = await api("UpdateProfile", {"nickname": "sandbox-review"}, token=token)
    assert answer["data"]["updateProfile"]["user"]["nickname"] == "sandbox-review"
    assert (await User.get(id=ann.id)).nickname == "old"
    assert await ModerationItem.filter(target_kind="user", target_id=ann.id).count() == 1
    async with db.transaction():
        await moderation.of("user").decided(ann.id, decision, "looked at")
    row = await User.get(id=ann.id)
    assert (row.nickname, row.next_nickname) == (name, None)


async def test_a_new_picture_is_hers_alone_until_it_is_passed(api: Api, wechat: WeChat) -> None:
    token, ann = await _signed_in(api, wechat)
    old = await an_upload(ann.id, UploadPurpose.AVATAR)
    new = await an_upload(ann.id, UploadPurpose.AVATAR, verdict=Verdict.WAITING)
    first = await api("UpdateProfile", {"avatarUploadId": to_public("upload", old.id)}, token=token)
    assert first["data"]["updateProfile"]["user"]["avatarUrl"].endswith(f"/media/{old.path}")
    second = await api("UpdateProfile", {"avatarUploadId": to_public("upload", new.id)}, token=token)
    assert f"/media/{new.path}?until=" in second["data"]["updateProfile"]["user"]["avatarUrl"]
    assert (await User.get(id=ann.id)).avatar_path == old.path


@pytest.mark.parametrize(("verdict", "shown"), [(Verdict.PASSED, "new"), (Verdict.REJECTED, "old")])
async def test_a_passed_picture_takes_the_place_of_the_one_before(
    api: Api, wechat: WeChat, do_all_work: object, verdict: Verdict, shown: str
) -> None:
    token, ann = await _signed_in(api, wechat)
    uploads = {"old": await an_upload(ann.id, UploadPurpose.AVATAR)}
    uploads["new"] = await an_upload(ann.id, UploadPurpose.AVATAR, verdict=Verdict.WAITING)
    for each in uploads.values():
        await api("UpdateProfile", {"avatarUploadId": to_public("upload", each.id)}, token=token)
    await media.decide(upload=uploads["new"].id, verdict=verdict)
    assert callable(do_all_work)
    await do_all_work()
    row = await User.get(id=ann.id)
    assert (row.avatar_path, row.next_avatar_path) == (uploads[shown].path, None)
    hung = await Upload.filter(target_id=ann.id, status="ATTACHED", verdict=Verdict.PASSED)
    assert [each.id for each in hung] == [uploads[shown].id]


@pytest.mark.parametrize("given", ["upload_" + "A" * 22, "order"])
async def test_a_picture_that_is_none_of_hers_is_refused_and_changes_nothing(
    api: Api, wechat: WeChat, given: str
) -> None:
    token, _ = await _signed_in(api, wechat)
    before = await _ours()
    upload = to_public("order", new_id()) if given == "order" else given
    answer = await api("UpdateProfile", {"nickname": "other", "avatarUploadId": upload}, token=token)
    assert answer["data"]["updateProfile"]["code"] == "UPLOAD_INVALID"
    assert await _ours() == before


async def _phone_code(wechat: WeChat, name: str) -> str:
    return str((await wechat.play("phone", **{"as": name}))["code"])


async def test_a_phone_is_bound_and_the_same_code_again_changes_nothing(api: Api, wechat: WeChat) -> None:
    token, ann = await _signed_in(api, wechat)
    code = await _phone_code(wechat, "ann")
    for _ in range(2):
        answer = await api("BindPhone", {"code": code}, token=token)
        assert answer["data"]["bindPhone"]["__typename"] == "Viewer"
        assert "****" in answer["data"]["bindPhone"]["phoneMasked"]
    assert (await User.get(id=ann.id)).phone is not None


async def test_a_code_that_is_none_or_anothers_is_refused_and_changes_nothing(api: Api, wechat: WeChat) -> None:
    token, _ = await _signed_in(api, wechat)
    await api.sign_in(wechat, "bob")
    before = await _ours()
    for code in ("nonsense", await _phone_code(wechat, "bob")):
        answer = await api("BindPhone", {"code": code}, token=token)
        assert answer["data"]["bindPhone"]["code"] == "PHONE_CODE_INVALID"
    assert await _ours() == before


async def _tell(user: User, purpose: MessagePurpose) -> None:
    async with db.transaction():
        await notifications.tell(
            users=[user.id], kind=NotificationKind.REFUND_SENT, target=Target("order", new_id()), values={},
            purpose=purpose,
        )  # fmt: skip


async def test_settings_are_kept_and_null_leaves_them(api: Api, wechat: WeChat) -> None:
    token, _ = await _signed_in(api, wechat)
    answer = await api("UpdateSettings", {"personalisedFeed": False, "mutedPurposes": ["REFUND"]}, token=token)
    assert answer["data"]["updateSettings"] == {
        "__typename": "Viewer", "personalisedFeed": False, "mutedPurposes": ["REFUND"],
    }  # fmt: skip
    unchanged = await api("UpdateSettings", {}, token=token)
    assert unchanged == answer
    other = await api("UpdateSettings", {"mutedPurposes": []}, token=token)
    assert other["data"]["updateSettings"]["mutedPurposes"] == []


async def test_for_a_muted_purpose_no_message_is_sent_and_the_inbox_has_it_all_the_same(
    api: Api, wechat: WeChat
) -> None:
    ann = await a_user()
    for purpose in (MessagePurpose.REFUND, MessagePurpose.GROUP_RESULT):
        await MessageConsent.create(user_id=ann.id, purpose=purpose, remaining=2)
    await _tell(ann, MessagePurpose.REFUND)
    await notifications.change_settings(user=ann.id, muted=[MessagePurpose.REFUND])
    await _tell(ann, MessagePurpose.REFUND)
    await _tell(ann, MessagePurpose.GROUP_RESULT)
    waiting = await Message.filter(user_id=ann.id, status="WAITING")
    assert [each.purpose for each in waiting] == [MessagePurpose.GROUP_RESULT]
    assert await Notification.filter(user_id=ann.id).count() == 3
    assert (await MessageConsent.get(user_id=ann.id, purpose=MessagePurpose.REFUND)).remaining == 2
    grant = await a_session(ann.id)
    answer = await api("{ viewer { messageTemplates { purpose shouldAsk } } }", token=grant.access_token)
    asked = {each["purpose"]: each["shouldAsk"] for each in answer["data"]["viewer"]["messageTemplates"]}
    assert asked["REFUND"] is False
