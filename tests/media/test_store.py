"""Where pictures lie: a folder of this machine, or a bucket that speaks S3's protocol."""

import re
import socket
from collections.abc import AsyncIterator

import pytest
from obstore.exceptions import BaseError
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.core.settings import settings
from app.media import store
from tests.wechat.conftest import served

Bucket = dict[str, bytes]


def _bucket(kept: Bucket) -> Starlette:
    """As much of S3 as keeps whole files."""

    async def file(request: Request) -> Response:
        key = request.path_params["key"]
        if request.method == "PUT":
            kept[key] = await request.body()
            return Response(headers={"ETag": '"1"'})
        return Response(kept[key], headers={"ETag": '"1"'}) if key in kept else Response(status_code=404)

    async def delete(request: Request) -> Response:
        named = re.findall(r"<Key>(.*?)</Key>", (await request.body()).decode())
        for key in named:
            kept.pop(key, None)
        gone = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in named)
        return Response(f"<DeleteResult>{gone}</DeleteResult>", media_type="application/xml")

    return Starlette(
        routes=[
            Route("/pictures", delete, methods=["POST"]),
            Route("/pictures/{key:path}", file, methods=["GET", "PUT"]),
        ]
    )


@pytest.fixture
async def bucket(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bucket]:
    """What lies in the bucket that the settings name."""
    kept: Bucket = {}
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{bound.getsockname()[1]}"
        options = f"endpoint={endpoint},region=here,access_key_id=a,secret_access_key=b"
        monkeypatch.setattr(settings(), "media_store", "s3://pictures/shop")
        monkeypatch.setattr(settings(), "media_store_options", SecretStr(options))
        async with served(_bucket(kept), bound):
            yield kept


async def _is_kept_replaced_and_forgotten() -> None:
    assert await store.get("a/b.jpg") is None
    await store.put("a/b.jpg", b"one")
    await store.put("a/b.jpg", b"two")
    assert await store.get("a/b.jpg") == b"two"
    for _ in range(2):
        await store.delete("a/b.jpg")
    assert await store.get("a/b.jpg") is None


async def test_files_lie_in_the_data_folder_by_default() -> None:
    assert settings().media_store == ""
    await store.put("a/c.jpg", b"here")
    assert (settings().data_dir / "files/a/c.jpg").read_bytes() == b"here"
    await _is_kept_replaced_and_forgotten()


async def test_files_lie_in_a_bucket_where_the_settings_name_one(bucket: Bucket) -> None:
    await store.put("a/c.jpg", b"there")
    assert bucket == {"shop/a/c.jpg": b"there"}
    await _is_kept_replaced_and_forgotten()
    assert bucket == {"shop/a/c.jpg": b"there"}


def test_a_setting_that_the_store_does_not_know_is_told_when_a_process_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "media_store", "s3://pictures")
    monkeypatch.setattr(settings(), "media_store_options", SecretStr("regoin=here"))
    with pytest.raises(BaseError, match="regoin"):
        store.open_now()
