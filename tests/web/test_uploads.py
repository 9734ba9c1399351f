"""One picture in, on one ticket; and out again for who may see it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from app.core import db
from app.core.ids import UploadId, from_public, new_id
from app.core.targets import Target
from app.media import actions, flows, jobs, queries, rules, store
from app.media.actions import decide, hear_verdict
from app.media.models import Upload
from app.media.states import UploadPurpose, UploadStatus, Verdict
from app.web import media, uploads
from tests.conftest import Api, WeChat
from tests.factories.accounts import staff
from tests.factories.media import a_picture
from tests.factories.rows import everything
from tests.web.conftest import asking

ORIGIN = "http://127.0.0.1:8000"
FILE = a_picture()


async def _ticket(api: Api, token: str, purpose: str = "POST") -> dict[str, Any]:
    given = {"purpose": purpose, "bytes": len(FILE), "mime": "image/png"}
    return dict(await api.outcome("CreateUpload", given, token=token))


async def _post(ticket: dict[str, Any], file: bytes = FILE, **changes: Any) -> httpx2.Response:
    form = {each["name"]: each["value"] for each in ticket["formData"]}
    async with asking(uploads.routes()) as client:
        return await client.post(
            ticket["url"].removeprefix(ORIGIN),
            **({"data": form, "files": {ticket["fileField"]: ("a.png", file, "image/png")}} | changes),
        )


async def _upload(ticket: dict[str, Any]) -> Upload:
    return await Upload.get(id=from_public(ticket["id"])[1])


async def _see(path: str, **headers: str) -> httpx2.Response:
    async with asking(media.routes()) as client:
        return await client.get(f"/media/{path}", headers=headers)


@pytest.fixture
async def ann(api: Api, wechat: WeChat) -> str:
    return await api.sign_in(wechat, "ann")


async def test_a_picture_comes_in_on_its_ticket_and_a_repeat_gives_the_same_answer(api: Api, ann: str) -> None:
    ticket = await _ticket(api, ann)
    answer = await _post(ticket)
    assert (answer.status_code, answer.json()) == (200, {"id": ticket["id"]})
    before = await everything()
    again = await _post(ticket)
    assert (again.status_code, again.json()) == (200, {"id": ticket["id"]})
    assert await everything() == before
    upload = await _upload(ticket)
    assert (upload.status, upload.width, upload.height) == (UploadStatus.STORED, 60, 40)
    assert (await store.get(str(upload.path)) or b"").startswith(b"\xff\xd8")


async def test_two_posts_at_once_are_one_picture(api: Api, ann: str) -> None:
    ticket = await _ticket(api, ann)
    answers = await asyncio.gather(*[_post(ticket) for _ in range(4)])
    assert {each.status_code for each in answers} == {200}
    assert await store.get(str((await _upload(ticket)).path)) is not None


@pytest.mark.parametrize(
    ("bytes_", "mime"), [(0, "image/png"), (rules.LARGEST_UPLOAD + 1, "image/png"), (1, "image/svg+xml"), (1, "")]
)
async def test_a_ticket_for_what_is_not_taken_is_refused_and_changes_nothing(
    api: Api, ann: str, bytes_: int, mime: str
) -> None:
    before = await everything()
    answer = await api("CreateUpload", {"purpose": "POST", "bytes": bytes_, "mime": mime}, token=ann)
    assert answer["data"]["createUpload"]["code"] == "UPLOAD_INVALID"
    assert await everything() == before


async def test_another_file_on_a_used_ticket_is_refused_and_changes_nothing(api: Api, ann: str) -> None:
    ticket = await _ticket(api, ann)
    await _post(ticket)
    before = await everything()
    answer = await _post(ticket, a_picture(colour="red"))
    assert (answer.status_code, answer.json()["code"]) == (409, "UPLOAD_INVALID")
    assert await everything() == before


@pytest.mark.parametrize("file", [b"PK\x03\x04" + bytes(100), b"<svg/>", b"<html></html>", b""])
async def test_what_is_no_picture_is_refused_whatever_it_is_called(api: Api, ann: str, file: bytes) -> None:
    ticket = await _ticket(api, ann)
    before = await everything()
    assert (await _post(ticket, file)).status_code == 422
    assert await everything() == before
    assert (await _post(ticket)).status_code == 200


async def test_a_ticket_lives_for_a_quarter_of_an_hour(api: Api, wechat: WeChat, ann: str) -> None:
    ticket = await _ticket(api, ann)
    await wechat.move_clock(rules.TICKET_LIFE.total_seconds() + 1)
    assert (await _post(ticket)).status_code == 410
    assert (await _upload(ticket)).status is UploadStatus.TICKET


async def test_the_address_alone_lets_nobody_in(api: Api, ann: str) -> None:
    ticket, other = await _ticket(api, ann), await _ticket(api, ann)
    assert (await _post(ticket, data={})).status_code == 403
    assert (await _post(ticket | {"formData": other["formData"]})).status_code == 403
    assert (await _upload(ticket)).status is UploadStatus.TICKET


async def test_a_ticket_is_opened_by_who_asked_for_it_alone(api: Api, wechat: WeChat, ann: str) -> None:
    ticket = await _ticket(api, ann)
    bob = await api.sign_in(wechat, "bob")
    assert (await api("NodeById", {"id": ticket["id"]}, token=ann))["data"]["node"]["__typename"] == "UploadTicket"
    assert (await api("NodeById", {"id": ticket["id"]}, token=bob))["data"]["node"] is None


@pytest.mark.parametrize("ticket", ["nonsense", "order_" + "A" * 22, "upload_" + "A" * 22])
async def test_a_ticket_that_was_never_given_is_none(wechat: WeChat, ticket: str) -> None:
    async with asking(uploads.routes()) as client:
        assert (await client.post(f"/uploads/{ticket}", files={"file": FILE})).status_code == 404


async def test_forty_megabytes_are_refused_without_reading_on(api: Api, ann: str) -> None:
    ticket = await _ticket(api, ann)
    read = 0

    async def forty_megabytes() -> AsyncIterator[bytes]:
        nonlocal read
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        for _ in range(40):
            read += 1
            yield bytes(1024 * 1024)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    async with asking(uploads.routes()) as client:
        answer = await client.post(ticket["url"].removeprefix(ORIGIN), content=forty_megabytes(), headers=headers)
        assert (answer.status_code, answer.headers["connection"]) == (413, "close")
        announced = {**headers, "content-length": str(40 * 1024 * 1024)}
        refused = await client.post(ticket["url"].removeprefix(ORIGIN), content=b"", headers=announced)
        assert refused.status_code == 413
    assert read <= 12
    assert (await _upload(ticket)).status is UploadStatus.TICKET


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b"nonsense", "multipart/form-data; boundary=b"),
        (b"--b\r\n", "multipart/form-data; boundary=b"),
        (b'--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n1\r\n--b--\r\n', "multipart/form-data; boundary=b"),
        (FILE, "image/png"),
        (FILE, "multipart/form-data"),
        (b"{}", ""),
    ],
)
async def test_what_is_no_form_is_refused(api: Api, ann: str, content: bytes, kind: str) -> None:
    ticket = await _ticket(api, ann)
    async with asking(uploads.routes()) as client:
        answer = await client.post(ticket["url"].removeprefix(ORIGIN), content=content, headers={"content-type": kind})
    assert answer.status_code == 400


async def test_a_form_of_endless_fields_is_refused(api: Api, ann: str) -> None:
    ticket = await _ticket(api, ann)
    assert (await _post(ticket, data={f"f{each}": "x" for each in range(50)})).status_code == 413
    assert (await _post(ticket, data={"f": "x" * 5000})).status_code == 413


async def _hung(upload: Upload, verdict: Verdict) -> Target:
    target = Target("post", new_id())
    async with db.transaction():
        await actions.attach(owner=upload.user_id, uploads=[upload.id], purpose=UploadPurpose.POST, target=target)
    if verdict is not Verdict.WAITING:
        await decide(upload=upload.id, verdict=verdict)
    return target


async def test_before_it_is_passed_a_picture_is_shown_by_a_short_lived_address_alone(
    api: Api, wechat: WeChat, ann: str
) -> None:
    ticket = await _ticket(api, ann)
    await _post(ticket)
    upload = await _upload(ticket)
    await _hung(upload, Verdict.WAITING)
    path = str(upload.path)
    now = (await Upload.get(id=upload.id)).created_at
    signed = queries.signed_address(path, now)
    assert (await _see(path)).status_code == 404
    shown = await _see(signed)
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "private, no-store")
    for forged in (signed[:-1] + "0" * 2, signed.replace("until=", "until=9"), f"{path}?until=x&seal=y"):
        assert (await _see(forged)).status_code == 404
    await wechat.move_clock(2 * rules.ADDRESS_STEP_S + 1)
    assert (await _see(signed)).status_code == 404


async def test_once_passed_everybody_sees_it_and_once_withdrawn_nobody(api: Api, ann: str) -> None:
    ticket = await _ticket(api, ann)
    await _post(ticket)
    upload = await _upload(ticket)
    target = await _hung(upload, Verdict.PASSED)
    path = str(upload.path)
    shown = await _see(path)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["cache-control"] == "public, max-age=600"
    assert (await _see(path, **{"if-none-match": shown.headers["etag"]})).status_code == 304
    assert await flows.read(path) == shown.content
    async with db.transaction():
        await actions.detach(target)
    signed = queries.signed_address(path, upload.created_at)
    assert {(await _see(each)).status_code for each in (path, signed)} == {404}
    assert await flows.read(path) is None


async def test_what_was_rejected_nobody_sees(api: Api, ann: str) -> None:
    ticket = await _ticket(api, ann)
    await _post(ticket)
    upload = await _upload(ticket)
    await _hung(upload, Verdict.REJECTED)
    signed = queries.signed_address(str(upload.path), upload.created_at)
    assert {(await _see(each)).status_code for each in (str(upload.path), signed)} == {404}


async def test_wechat_is_asked_at_an_address_that_it_can_open(api: Api, wechat: WeChat, ann: str) -> None:
    ticket = await _ticket(api, ann)
    await _post(ticket)
    assert await jobs.check_pictures() == 1
    assert await jobs.check_pictures() == 0
    (asked,) = (await wechat.sent())["media_checks"]
    assert (await _see(asked["media_url"].removeprefix(f"{ORIGIN}/media/"))).status_code == 200
    await hear_verdict(trace_id=asked["trace_id"], verdict=Verdict.PASSED)
    assert (await _upload(ticket)).verdict is Verdict.PASSED


async def test_where_wechat_gives_no_verdict_a_person_must(api: Api, wechat: WeChat, ann: str) -> None:
    ticket = await _ticket(api, ann)
    await _post(ticket)
    upload = await _upload(ticket)
    await wechat.faults(system_busy=1)
    await flows.check(upload.id)
    assert (await _upload(ticket)).verdict is Verdict.WAITING
    await Upload.filter(id=upload.id).update(check_attempts=rules.CHECKS_AT_MOST + 1)
    await flows.check(upload.id)
    assert (await _upload(ticket)).verdict is Verdict.REVIEW


async def test_pictures_of_staff_who_never_came_through_wechat_are_the_shops_own(wechat: WeChat) -> None:
    boss = await staff()
    ticket = await actions.create_ticket(user=boss, purpose=UploadPurpose.PRODUCT, size=1, mime="image/png")
    await actions.store_picture(upload=UploadId(ticket.id), digest="d", path="uploads/x.jpg", width=1, height=1)
    await jobs.check_pictures()
    assert (await Upload.get(id=ticket.id)).verdict is Verdict.PASSED
