"""Pictures out, and nothing but pictures."""

from pathlib import Path

import httpx2
import pytest

from app.core.settings import settings
from app.web import media
from tests.web.conftest import asking

PICTURE = b"\x89PNG\r\n" + bytes(200_000)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The media folder, with something outside it that nobody must see."""
    monkeypatch.setattr(settings(), "data_dir", tmp_path)
    (tmp_path / "media/folder.png").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = tmp_path / "media"
    (folder / "products/v1").mkdir(parents=True)
    for name in ("tea.png", "tea.jpg", "tea.jpeg", "tea.webp", "tea.svg", "tea.html", "tea", ".hidden.png", "茶.png"):
        (folder / "products/v1" / name).write_bytes(PICTURE)
    return folder


async def _ask(path: str, method: str = "GET", **headers: str) -> httpx2.Response:
    async with asking(media.routes()) as client:
        return await client.request(
            method, f"/media/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()}
        )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("tea.png", "image/png"),
        ("tea.jpg", "image/jpeg"),
        ("tea.jpeg", "image/jpeg"),
        ("tea.webp", "image/webp"),
        ("%E8%8C%B6.png", "image/png"),
    ],
)
async def test_a_picture_is_given_with_its_type_and_kept_for_ever(name: str, mime: str) -> None:
    answer = await _ask(f"products/v1/{name}")
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == mime
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("folder")
async def test_a_head_says_how_large_it_is() -> None:
    answer = await _ask("products/v1/tea.png", "HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PICTURE))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("told", ["{}", "W/{}", '"other", {}'])
async def test_who_has_it_is_not_given_it_again(told: str) -> None:
    etag = (await _ask("products/v1/tea.png")).headers["etag"]
    answer = await _ask("products/v1/tea.png", if_none_match=told.format(etag))
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert (await _ask("products/v1/tea.png", if_none_match='"other"')).status_code == 200


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "path",
    [
        "",
        "products",
        "products/v1",
        "products/v1/",
        "products/v1/none.png",
        "folder.png",
        "products/v1/tea.svg",
        "products/v1/tea.html",
        "products/v1/tea",
        "products/v1/.hidden.png",
        "products//v1/tea.png",
        "../secret.png",
        "%2e%2e/secret.png",
        "products/%2e%2e/%2e%2e/secret.png",
        "products/..%2f..%2fsecret.png",
        "..%5csecret.png",
        "%2fetc%2fpasswd",
        "/etc/passwd",
        "products/v1/tea.png%00",
        "products/v1/tea.png%00.png",
        "products/v1/" + "a" * 300 + ".png",
        "a/" * 3_000 + "a.png",
    ],
)
async def test_nothing_else_is_found(path: str) -> None:
    answer = await _ask(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


@pytest.mark.parametrize("path", ["../secret.png", "a/../../secret.png", "/secret.png", "./products/v1/tea.png", ".."])
def test_no_spelling_leads_out_of_the_folder(folder: Path, path: str) -> None:
    assert media.file_at(path) is None
    assert media.file_at("products/v1/tea.png") is not None
    assert folder.exists()


async def test_no_symbolic_link_is_followed(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    (folder / "inside.png").symlink_to(folder / "products/v1/tea.png")
    (folder / "folder").symlink_to(folder.parent)
    for path in ("link.png", "inside.png", "folder/secret.png"):
        assert (await _ask(path)).status_code == 404


@pytest.fixture
def linked_folder(folder: Path) -> None:
    folder.symlink_to(folder.rename(folder.with_name("elsewhere")))


@pytest.mark.usefixtures("linked_folder")
async def test_the_media_folder_itself_may_be_a_link() -> None:
    assert (await _ask("products/v1/tea.png")).status_code == 200


@pytest.mark.usefixtures("folder")
async def test_what_is_not_found_is_said_in_json() -> None:
    answer = await _ask("none.png")
    assert answer.json() == {"code": "NOT_FOUND", "message": "There is no such picture."}
    assert "cache-control" not in answer.headers


@pytest.mark.usefixtures("folder")
async def test_nothing_is_put_there() -> None:
    assert (await _ask("products/v1/tea.png", "POST")).status_code == 405
