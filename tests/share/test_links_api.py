from datetime import timedelta
from typing import Any

import pytest

from app.accounts.models import Identity, User
from app.accounts.tokens import Grant
from app.community.actions import posting
from app.core import clock
from app.core.ids import from_public, new_id, to_public
from app.core.settings import settings
from app.group_buying.models import Deal
from app.wechat import signatures
from app.wechat.sandbox.keys import APP_ID
from share import links
from share.models import ShareForm, ShareLink, Touch, Visitor
from share.queries import Link
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user, a_token, a_user
from tests.factories.community import a_community, a_post
from tests.factories.group_buying import a_group
from tests.factories.live import a_room
from tests.factories.share import a_link, a_thing, withdraw
from tests.factories.stories import a_published

pytestmark = pytest.mark.usefixtures("database")

IV = "r7BXXKkLb8qrSNn05n0qiA=="


async def _create(api: Api, grant: Grant, target: str, form: str = "CARD") -> dict[str, Any]:
    return dict(await api.outcome("CreateShareLink", {"targetId": target, "form": form}, token=grant.access_token))


async def test_a_link_says_everything_that_a_mini_app_shares_with(api: Api) -> None:
    ann, tea = await a_signed_in_user(), a_thing("龙井茶 250g")
    link = await _create(api, ann, tea.public_id)
    code, origin = link["code"], settings().public_origin
    assert link == {
        "__typename": "ShareLink",
        "code": code,
        "path": f"/pages/toy?id={tea.public_id}&s={code}",
        "query": f"id={tea.public_id}&s={code}",
        "url": f"{settings().landing_base}/s/{code}",
        "posterUrl": f"{origin}/s/{code}/poster.png",
        "miniProgramCodeUrl": f"{origin}/s/{code}/code.png",
        "title": "龙井茶 250g",
        "imageUrl": f"{origin}/media/products/tea.png",
        "squareImageUrl": f"{origin}/media/products/tea.png",
        "updatable": None,
        "expiresAt": None,
    }
    assert await _create(api, ann, tea.public_id) == link
    assert (await ShareLink.get()).inviter_id == ann.user


async def test_moments_and_shops_without_landing_pages_get_no_page_on_the_open_web(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, tea = await a_signed_in_user(), a_thing()
    assert (await _create(api, ann, tea.public_id, "MOMENTS"))["url"] is None
    monkeypatch.setattr(settings(), "landing_pages", False)
    assert (await _create(api, ann, tea.public_id, "LINK"))["url"] is None
    monkeypatch.setattr(settings(), "landing_pages", True)
    monkeypatch.setattr(settings(), "env", "production")
    assert (await _create(api, ann, tea.public_id, "LINK"))["url"] is None
    monkeypatch.setattr(settings(), "landing_origin", "https://pages.example/")
    assert (await _create(api, ann, tea.public_id, "LINK"))["url"].startswith("https://pages.example/s/S")


async def test_what_cannot_be_shared_is_refused(api: Api) -> None:
    ann = await a_signed_in_user()
    a_thing()
    for target, code in [
        (to_public("toy", new_id()), "TARGET_NOT_FOUND"),
        (to_public("address", new_id()), "TARGET_NOT_SHAREABLE"),
        (a_thing(is_shareable=False).public_id, "TARGET_NOT_SHAREABLE"),
    ]:
        assert (await _create(api, ann, target))["code"] == code
    variables = {"targetId": "nonsense", "form": "CARD"}
    assert await api.error_code("CreateShareLink", variables, token=ann.access_token) == "BAD_USER_INPUT"
    assert await api.error_code("CreateShareLink", variables) == "UNAUTHENTICATED"
    assert await ShareLink.all().count() == 0


async def _a_link_of(nickname: str) -> Link:
    return await a_link((await a_user(nickname)).id)


async def test_anybody_may_ask_what_a_code_stands_for(api: Api) -> None:
    tea = a_thing(expires_at=await clock.now() + timedelta(hours=1))
    link = await a_link((await a_user("小大明")).id, tea)

    async def seen(code: str = link.code) -> Any:
        return (await api("ShareLinkTarget", {"code": code}))["data"]["shareLink"]

    asked = {"code": link.code, "inviter": {"nickname": "小*明", "avatarUrl": None}, "target": None}
    assert await seen() == asked | {"status": "ACTIVE"}
    await clock.move(3601)
    assert await seen() == asked | {"status": "EXPIRED"}
    await links.revoke(inviter=link.inviter, code=link.code)
    assert await seen() == asked | {"status": "REVOKED"}
    assert await seen("S23456789AB") is None
    assert await seen("nonsense") is None


async def test_whatever_is_shared_is_opened_and_read_by_nobody_in_particular(api: Api) -> None:
    ann, group = await a_signed_in_user(), await a_group()
    deal = await Deal.get(id=group.deal.id)
    things = {
        "Group": (to_public("group", group.id), f"/pages/group?g={group.code}&s="),
        "Deal": (to_public("deal", deal.id), f"/pages/deal?id={to_public('deal', deal.id)}&s="),
        "Product": (
            to_public("product", deal.product_id),
            f"/pages/product?id={to_public('product', deal.product_id)}&s=",
        ),
    }
    others = {
        "Story": (await a_published()).public_id,
        "LiveRoom": (await a_room()).public_id,
        "Post": posting.target((await a_post(await a_community())).id).public_id,
    }
    things |= {
        typename: (public, f"/pages/{public.partition('_')[0]}?id={public}&s=") for typename, public in others.items()
    }
    for typename, (public, path) in things.items():
        link = await _create(api, ann, public)
        assert link["path"] == path + link["code"]
        opened = (await api("OpenShareLink", {"code": link["code"]}))["data"]["openShareLink"]["link"]["target"]
        assert (opened["__typename"], opened["id"]) == (typename, public)
        assert opened.get("code") == (group.code if typename == "Group" else None)


async def test_a_link_whose_thing_is_gone_says_so(api: Api) -> None:
    tea = a_thing()
    link = await a_link((await a_user()).id, tea)
    withdraw(tea)
    document = "query($code: String!) { shareLink(code: $code) { title path imageUrl target { __typename } } }"
    answer = await api(document, {"code": link.code}, locale="en")
    assert answer["data"]["shareLink"] == {
        "title": "It is no longer there.",
        "path": f"/pages/index?s={link.code}",
        "imageUrl": None,
        "target": None,
    }


async def _open(api: Api, link: Link, token: str | None = None, **variables: Any) -> dict[str, Any]:
    return dict(await api.outcome("OpenShareLink", {"code": link.code, **variables}, token=token))


async def test_anybody_may_open_a_link_and_keeps_her_visitors_id(api: Api) -> None:
    link = await _a_link_of("小大明")
    opened = await _open(api, link, entryScene=1007)
    assert opened["__typename"] == "ShareTouch"
    assert opened["link"]["inviter"] == {"nickname": "小*明", "avatarUrl": None}
    kind, visitor = from_public(opened["visitorId"])
    touch = await Touch.get()
    assert (kind, visitor, 1007) == ("visitor", touch.visitor_id, touch.entry_scene)
    again = await _open(api, await _a_link_of("小明"), visitorId=opened["visitorId"])
    assert again["visitorId"] == opened["visitorId"]


@pytest.mark.parametrize(
    "visitor", ["", "nonsense", "é_", pytest.param(to_public("visitor", new_id()), id="of nobody")]
)
async def test_a_visitors_id_that_is_not_ours_is_replaced(api: Api, visitor: str) -> None:
    opened = await _open(api, await _a_link_of("小明"), visitorId=visitor)
    assert opened["visitorId"] != visitor
    assert await Visitor.filter(id=from_public(opened["visitorId"])[1]).exists()


async def test_who_is_signed_in_opens_as_herself(api: Api) -> None:
    link, bob = await _a_link_of("小明"), await a_signed_in_user()
    opened = await _open(api, link, bob.access_token)
    assert (await Visitor.get()).user_id == bob.user
    assert (await _open(api, link, bob.access_token))["visitorId"] == opened["visitorId"]
    assert await Touch.all().count() == 1


@pytest.mark.usefixtures("wechat")
@pytest.mark.parametrize("spelling", ["opengid", "openGId"])
async def test_the_chat_group_is_read_with_the_signed_in_callers_key(api: Api, spelling: str) -> None:
    link, bob = await _a_link_of("小明"), await a_signed_in_user()
    key = (await Identity.get(user_id=bob.user)).session_key
    sealed = signatures.encrypt_user_data(key, {spelling: "tGroup", "watermark": {"appid": APP_ID}}, iv=IV)
    await _open(api, link, bob.access_token, groupInfo={"encryptedData": sealed, "iv": IV})
    assert (await Touch.get()).chat_group == "tGroup"


@pytest.mark.usefixtures("wechat")
async def test_group_info_that_cannot_be_read_is_left_out(api: Api) -> None:
    user = await a_user()
    token = await a_token(user.id)
    key = (await Identity.get(user_id=user.id)).session_key
    others = signatures.encrypt_user_data(key, {"opengid": "g", "watermark": {"appid": "another app"}}, iv=IV)
    endless = signatures.encrypt_user_data(key, {"opengid": "g" * 65, "watermark": {"appid": APP_ID}}, iv=IV)
    good = signatures.encrypt_user_data(key, {"opengid": "g", "watermark": {"appid": APP_ID}}, iv=IV)
    given = [(others, token), (endless, token), ("nonsense", token), (good, None)]
    for number, (sealed, signed_by) in enumerate(given, start=1):
        opened = await _open(api, await _a_link_of("小明"), signed_by, groupInfo={"encryptedData": sealed, "iv": IV})
        assert opened["__typename"] == "ShareTouch"
        assert await Touch.all().count() == number
    assert {each.chat_group for each in await Touch.all()} == {None}


async def test_a_link_that_does_not_open_says_why(api: Api) -> None:
    ann = await a_user()
    expiring = await a_link(ann.id, a_thing(expires_at=await clock.now() + timedelta(seconds=9)))
    revoked = await links.revoke(inviter=ann.id, code=(await a_link(ann.id)).code)
    await clock.move(10)
    codes = {"SHARE_LINK_EXPIRED": expiring.code, "SHARE_LINK_REVOKED": revoked.code, "SHARE_LINK_NOT_FOUND": "x"}
    for refusal, code in codes.items():
        answer = await api("OpenShareLink", {"code": code})
        assert answer["data"]["openShareLink"]["code"] == refusal
    assert [await Visitor.all().count(), await Touch.all().count()] == [0, 0]


async def test_its_owner_takes_a_link_back_and_nobody_else(api: Api) -> None:
    ann, eve = await a_signed_in_user(), await a_signed_in_user()
    link = await a_link(ann.user)
    refused = await api("RevokeShareLink", {"code": link.code}, token=eve.access_token)
    assert refused["data"]["revokeShareLink"]["code"] == "SHARE_LINK_NOT_FOUND"
    assert await api.error_code("RevokeShareLink", {"code": link.code}) == "UNAUTHENTICATED"
    assert (await ShareLink.get()).revoked_at is None
    for _ in range(2):
        revoked = await api("RevokeShareLink", {"code": link.code}, token=ann.access_token)
        assert revoked["data"]["revokeShareLink"] == {
            "__typename": "ShareLink",
            "code": link.code,
            "status": "REVOKED",
        }


async def test_every_form_of_sharing_is_a_link_of_its_own(api: Api) -> None:
    ann, tea = await a_signed_in_user(), a_thing()
    made = [(await _create(api, ann, tea.public_id, form))["code"] for form in ShareForm]
    assert len(set(made)) == len(ShareForm)
    assert await User.all().count() == 1
