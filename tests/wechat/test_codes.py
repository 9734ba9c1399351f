import io
import socket
from pathlib import Path
from typing import Any

import httpx2
import pytest
import segno
from PIL import Image

from app.wechat.client import Picture
from app.wechat.errors import WeChatRefused
from app.wechat.sandbox.drawing import SIDE, Drawing, address, draw

from .asking import token_of
from .conftest import Town, a_town


def says(picture: bytes, what: str) -> bool:
    """Whether the picture shows the QR code of this text, module by module."""
    matrix = segno.make_qr(what, error="m").matrix
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    shown = white.convert("L")
    side = int(shown.width * SIDE)
    corner, size = (shown.width - side) // 2, len(matrix)
    return all(
        (int(shown.getpixel((corner + int((x + 0.5) * side / size), corner + int((y + 0.5) * side / size)))) < 128)  # type: ignore[arg-type]  # a grey pixel is a number
        == bool(matrix[y][x])
        for y in range(size)
        for x in range(size)
    )


async def test_a_code_is_a_picture_that_carries_its_scene(town: Town) -> None:
    picture = await town.mini.mini_program_code("S23456789AB", "pages/deal/deal")
    assert picture.mime == "image/jpeg"
    assert Image.open(io.BytesIO(picture.content)).size == (430, 430)
    assert says(picture.content, address("pages/deal/deal", "S23456789AB"))
    assert not says(picture.content, address("pages/deal/deal", "S23456789AC"))


@pytest.mark.parametrize("width", [280, 430, 1280])
@pytest.mark.parametrize("transparent", [False, True])
def test_a_code_is_readable_at_every_width(width: int, *, transparent: bool) -> None:
    drawing = Drawing(address("pages/deal/deal", "x" * 32), width, transparent)
    picture = draw(drawing)
    assert Image.open(io.BytesIO(picture)).format == ("PNG" if transparent else "JPEG")
    assert says(picture, drawing.address)


@pytest.mark.parametrize("scene", ["", "x" * 33, "a%20b", "拼团", "a b", "a\n"])
async def test_a_scene_that_wechat_does_not_take_is_refused_with_json(town: Town, scene: str) -> None:
    with pytest.raises(WeChatRefused) as refused:
        await town.mini.mini_program_code(scene, "pages/deal/deal")
    assert refused.value.code == "40169"


async def test_every_character_that_wechat_allows_in_a_scene_is_taken(town: Town) -> None:
    picture: Picture = await town.mini.mini_program_code("!#$&'()*+,/:;=?@-._~aZ09", "pages/deal/deal")
    assert picture.content.startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"width": 279}, "40189"),
        ({"width": 1281}, "40189"),
        ({"env_version": "beta"}, "40097"),
        ({"page": "/pages/deal/deal"}, "41030"),
        ({"page": "pages/deal/deal?x=1"}, "41030"),
    ],
)
async def test_a_code_asked_for_wrongly_is_refused_by_number(town: Town, changed: dict[str, Any], errcode: str) -> None:
    with pytest.raises(WeChatRefused) as refused:
        await town.mini.mini_program_code(**({"scene": "s", "page": "pages/deal/deal"} | changed))
    assert refused.value.code == errcode


async def test_a_page_must_be_released_unless_nobody_asks(folder: Path, listening: socket.socket) -> None:
    async with a_town(folder, listening, pages=frozenset({"pages/deal/deal"})) as town:
        await town.mini.mini_program_code("s", "pages/deal/deal")
        with pytest.raises(WeChatRefused) as refused:
            await town.mini.mini_program_code("s", "pages/new/new")
        assert refused.value.code == "41030"
        await town.mini.mini_program_code("s", "pages/new/new", check_path=False)


async def test_only_known_templates_with_exactly_their_keys_are_sent(folder: Path, listening: socket.socket) -> None:
    templates = {"T1": frozenset({"thing1", "amount2"})}
    async with a_town(folder, listening, templates=templates) as town:
        await town.play("consent", template_ids=["T1", "T2"], **{"as": "ann"})
        openid = (await town.mini.login("dev:ann")).openid

        async def outcome(template_id: str, **data: str) -> str:
            try:
                await town.mini.send_subscribe_message(openid, template_id, page="p", data=data)
            except WeChatRefused as refused:
                return refused.code
            return "sent"

        assert await outcome("T2", thing1="x") == "40037"
        assert await outcome("T1", thing1="x") == "47003"
        assert await outcome("T1", thing1="x", amount2="¥1", thing3="y") == "47003"
        assert await outcome("T1", thing1="x", amount2="¥1") == "sent"


async def test_a_refused_code_is_json_and_no_picture(town: Town) -> None:
    reply: httpx2.Response = await town.phone.post(
        "/wxa/getwxacodeunlimit", params=await token_of(town), json={"scene": "%"}
    )
    assert reply.headers["content-type"].startswith("application/json")
    assert reply.json()["errcode"] == 40169
