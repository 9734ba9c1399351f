"""Export and deletion: everything that is kept, once; and then as little as may be."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from tortoise import Tortoise

from app import keeping
from app.accounts import actions, rules
from app.accounts.models import Address, Identity, Role, User
from app.core.db.connections import TORTOISE_APP
from app.media import store
from app.media.models import Upload
from app.media.states import UploadStatus
from app.personal import jobs, queries
from app.personal import rules as personal
from app.personal.models import DataExport
from app.web import exports
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_session, an_address, staff
from tests.factories.media import an_upload
from tests.factories.orders import a_bought, receives, settles, ships
from tests.factories.rows import everything
from tests.web.conftest import asking

Work = Callable[[], Awaitable[None]]


async def _signed_in(api: Api, wechat: WeChat) -> tuple[str, User]:
    token = await api.sign_in(wechat, "ann")
    return token, await User.all().order_by("-created_at").first() or User()


async def _fetch(url: str, method: str = "GET") -> httpx2.Response:
    async with asking(exports.routes()) as client:
        return await client.request(method, url.removeprefix("http://127.0.0.1:8000"))


async def _export(api: Api, token: str) -> dict[str, Any]:
    return dict(await api.outcome("ExportMyData", {"idempotencyKey": "k"}, token=token))


async def test_everything_kept_about_me_comes_as_a_file_once(api: Api, wechat: WeChat) -> None:
    token, ann = await _signed_in(api, wechat)
    await an_address(ann.id)
    first = await _export(api, token)
    assert (first["status"], first["url"], first["expiresAt"]) == ("PREPARING", None, None)
    assert await jobs.make_exports() == 1
    ready = await _export(api, token)
    assert (ready["status"], ready["id"]) == ("READY", first["id"])
    assert (await _fetch(ready["url"], "HEAD")).status_code == 404
    answer = await _fetch(ready["url"])
    kept = json.loads(answer.content)
    assert kept["addresses"][0]["detail"]
    assert kept["identities"][0]["openid"]
    assert "session_key" not in kept["identities"][0]
    assert set(kept) == set(keeping.READERS) | {"made_at"}
    assert answer.headers["cache-control"] == "private, no-store"
    assert (await _fetch(ready["url"])).status_code == 404
    assert (await _export(api, token))["status"] == "FETCHED"
    assert await store.get(queries.key_of((await DataExport.all())[0].id)) is None


async def test_what_she_bought_and_what_became_of_it_is_in_her_file_and_nobody_elses(api: Api, wechat: WeChat) -> None:
    bought = await a_bought()
    await ships(bought)
    token = await api.sign_in(wechat, bought.buyer.name)
    await _export(api, token)
    await jobs.make_exports()
    kept = json.loads((await _fetch((await _export(api, token))["url"])).content)
    for table in ("order_lines", "order_events", "shipments"):
        assert {row["order_id"] for row in kept[table]} == {str(bought.id)}
    (line,) = kept["order_lines"]
    assert (line["quantity"], line["unit_price_fen"]) == (1, 1990)
    assert [event["status"] for event in kept["order_events"]][-1] == "SHIPPED"
    assert kept["shipments"][0]["tracking_number"] == "SF1234567890"


async def test_a_file_that_nobody_fetches_is_forgotten(api: Api, wechat: WeChat) -> None:
    token, _ = await _signed_in(api, wechat)
    await _export(api, token)
    await jobs.make_exports()
    url = (await _export(api, token))["url"]
    await wechat.move_clock(personal.EXPORT_KEPT.total_seconds() + 1)
    assert (await _fetch(url)).status_code == 404
    assert await jobs.forget_exports() == 1
    assert await store.get(queries.key_of((await DataExport.all())[0].id)) is None


@pytest.mark.parametrize("path", ["/exports/x", "/exports/", f"/exports/{'0' * 32}.{'0' * 32}"])
async def test_an_address_that_is_not_ours_gives_nothing(wechat: WeChat, path: str) -> None:
    assert (await _fetch(path)).status_code == 404


async def test_an_export_is_opened_by_its_owner_alone(api: Api, wechat: WeChat) -> None:
    token, _ = await _signed_in(api, wechat)
    export = (await _export(api, token))["id"]
    assert (await api("NodeById", {"id": export}, token=token))["data"]["node"]["__typename"] == "DataExport"
    bob = await api.sign_in(wechat, "bob")
    assert (await api("NodeById", {"id": export}, token=bob))["data"]["node"] is None


async def test_every_table_that_names_a_person_is_exported_or_says_why_not(database: None) -> None:
    named = {"user_id", "author_id", "reporter_id", "inviter_id", "buyer_id", "opener_id", "leader_id", "host_id"}
    named |= {"owner_id", "customer_id", "follower_id", "member_id", "added_by", "asked_by", "muted_by", "decided_by"}
    tables = {
        model._meta.db_table
        for model in Tortoise.apps[TORTOISE_APP].values()
        if named & set(model._meta.fields_map) and model._meta.db_table != "users"
    }
    known = set(keeping.READERS) | set(keeping.NOT_EXPORTED)
    assert tables - known == set(), "say in app/keeping.py how a person's rows are read, or why they are not"
    every = {model._meta.db_table for model in Tortoise.apps[TORTOISE_APP].values()}
    assert known - every == set(), "app/keeping.py names tables that are not there"
    assert set(keeping.READERS) & set(keeping.NOT_EXPORTED) == set()


async def _delete(api: Api, token: str, key: str = "k") -> str:
    return str((await api.outcome("DeleteAccount", {"idempotencyKey": key}, token=token))["finalAt"])


async def test_the_same_key_and_another_give_the_same_end(api: Api, wechat: WeChat) -> None:
    token, ann = await _signed_in(api, wechat)
    final_at = await _delete(api, token)
    await wechat.move_clock(300)
    assert await _delete(api, token) == final_at
    assert await _delete(api, token, "another") == final_at
    row = await User.get(id=ann.id)
    assert row.deletes_at is not None
    assert rules.DELETION_WAITS.days == 15
    assert row.deletes_at.isoformat() == final_at


async def test_who_thinks_better_of_it_stays(api: Api, wechat: WeChat, do_all_work: Work) -> None:
    token, ann = await _signed_in(api, wechat)
    first = await _delete(api, token)
    answer = await api("CancelAccountDeletion", token=token)
    assert answer["data"]["cancelAccountDeletion"]["user"]["id"]
    assert await _delete(api, token) == first
    assert (await User.get(id=ann.id)).deletes_at is None
    await wechat.move_clock(rules.DELETION_WAITS.total_seconds() + 1)
    assert await jobs.finish_deletions() == 0
    assert await Identity.filter(user_id=ann.id).count() == 1


async def test_who_works_here_is_let_go_before_she_can_be_forgotten(api: Api) -> None:
    admin, lin = await staff(Role.ADMIN), await staff(Role.SUPPORT, username="lin")
    token = (await a_session(lin)).access_token
    before = await everything()
    answer = await api("DeleteAccount", {"idempotencyKey": "k"}, token=token)
    assert answer["data"]["deleteAccount"]["code"] == "WORKS_HERE"
    assert await everything() == before
    await actions.disable_staff(by=admin, user=lin, reason="离职", expected_version=1)
    assert await _delete(api, (await a_session(lin)).access_token)


async def test_at_the_end_nothing_says_who_she_was_and_the_same_openid_begins_anew(api: Api, wechat: WeChat) -> None:
    token, ann = await _signed_in(api, wechat)
    await an_address(ann.id)
    await User.filter(id=ann.id).update(phone="13812341234", nickname="小明", avatar_path="uploads/a.jpg")
    upload = await an_upload(ann.id)
    openid = (await Identity.get(user_id=ann.id)).openid
    await _delete(api, token)
    assert (await api("{ viewer { user { nickname } } }", token=token))["data"]["viewer"]["user"]["nickname"] == "小明"
    await wechat.move_clock(rules.DELETION_WAITS.total_seconds() + 1)
    assert await jobs.finish_deletions() == 1
    assert await jobs.finish_deletions() == 0
    row = await User.get(id=ann.id)
    assert (row.nickname, row.phone, row.avatar_path) == (rules.NOBODYS_NAME, None, None)
    assert row.deleted_at is not None
    assert await Address.filter(user_id=ann.id).count() == 0
    assert (await Upload.get(id=upload.id)).status is UploadStatus.DETACHED
    stored = await everything()
    del stored["idempotency_keys"]
    assert not [name for name, rows in stored.items() if openid in str(rows) or "13812341234" in str(rows)]
    anew = await api.sign_in(wechat, "ann")
    mine = await api("{ viewer { user { id } } }", token=anew)
    assert mine["data"]["viewer"] is not None
    assert await Identity.filter(openid=openid).exclude(user_id=ann.id).count() == 1


async def test_who_still_has_an_order_open_is_signed_out_and_forgotten_when_it_is_over(
    api: Api, wechat: WeChat
) -> None:
    bought = await a_bought()
    ann = bought.buyer
    await _delete(api, await api.sign_in(wechat, ann.name))
    await wechat.move_clock(rules.DELETION_WAITS.total_seconds() + 1)
    assert await jobs.finish_deletions() == 0
    assert await Identity.filter(user_id=ann.id).count() == 1
    answer = await api("SignIn", {"code": await wechat.login_code(ann.name)})
    assert answer["data"]["signIn"]["code"] == "ACCOUNT_BLOCKED"
    await ships(bought)
    await receives(bought)
    await settles(bought)
    assert await jobs.finish_deletions() == 1
    assert await Identity.filter(user_id=ann.id).count() == 0
    assert (await bought.now()).user_id == ann.id
