"""A picture is made anew: what can be decoded comes through, and nothing else."""

import struct
import zipfile
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.media.errors import UploadInvalid
from app.media.pictures import redraw
from tests.factories.media import a_picture


def _redrawn(content: bytes, longest: int = 2048) -> Image.Image:
    drawn = redraw(BytesIO(content), longest=longest)
    picture = Image.open(BytesIO(drawn.content))
    picture.load()
    assert (picture.format, picture.size) == ("JPEG", (drawn.width, drawn.height))
    return picture


def _zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.txt", "evil")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_kind_that_phones_send_becomes_a_jpeg(kind: str) -> None:
    assert _redrawn(a_picture(kind)).size == (60, 40)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        _zip(),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n" + b"<script>alert(1)</script>",
        b"\xff\xd8\xff" + bytes(100),
        a_picture()[:-40],
        a_picture("BMP"),
        a_picture("TIFF"),
    ],
    ids=["nothing", "zip", "svg", "html", "pdf", "png and html", "jpeg and nothing", "cut off", "bmp", "tiff"],
)
def test_what_is_no_picture_of_ours_is_refused(content: bytes) -> None:
    with pytest.raises(UploadInvalid):
        redraw(BytesIO(content), longest=2048)


def test_a_second_file_behind_the_picture_does_not_come_through() -> None:
    drawn = redraw(BytesIO(a_picture() + _zip()), longest=2048)
    assert not zipfile.is_zipfile(BytesIO(drawn.content))


def _exif(**tags: Any) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[int(tag[1:])] = value
    return exif


def test_the_place_and_the_camera_do_not_come_through() -> None:
    exif = _exif(_271="A camera")
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (22.0, 32.0, 1.0)
    given = a_picture("JPEG", exif=exif, comment=b"secret comment")
    assert b"A camera" in given
    assert b"secret comment" in given
    picture = _redrawn(given)
    assert dict(picture.getexif()) == {}
    assert not set(picture.info) & {"exif", "comment", "icc_profile", "xmp"}


def test_a_picture_taken_sideways_stands_upright() -> None:
    sideways = Image.new("RGB", (60, 40), "white")
    sideways.paste("red", (0, 0, 60, 10))
    out = BytesIO()
    sideways.save(out, "JPEG", exif=_exif(_274=6))
    picture = _redrawn(out.getvalue())
    assert picture.size == (40, 60)
    right_edge = picture.getpixel((38, 30))
    assert isinstance(right_edge, tuple)
    assert right_edge[0] > 200
    assert right_edge[1] < 100


def test_of_an_animation_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (30, 30), colour) for colour in ("red", "green", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    picture = _redrawn(out.getvalue())
    assert getattr(picture, "n_frames", 1) == 1
    first = picture.getpixel((15, 15))
    assert isinstance(first, tuple)
    assert first[0] > 200


def test_what_could_be_seen_through_stands_on_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert _redrawn(out.getvalue()).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "1", "P", "CMYK", "I;16"])
def test_every_kind_of_colours_is_understood(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (9, 9)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert _redrawn(out.getvalue()).mode == "RGB"


def test_a_picture_of_one_pixel_is_a_picture() -> None:
    assert _redrawn(a_picture(size=(1, 1))).size == (1, 1)


def test_a_large_picture_becomes_as_large_as_is_shown() -> None:
    assert _redrawn(a_picture("JPEG", size=(3000, 1500)), longest=512).size == (512, 256)


def _claims_to_be(width: int, height: int) -> bytes:
    """A PNG of some bytes that would unfold into as many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (8000, 8000), (25_000, 10)])
def test_a_bomb_is_refused_before_it_is_unfolded(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    def unfold(*_: object, **__: object) -> None:
        raise AssertionError("it was unfolded")

    monkeypatch.setattr("app.media.pictures.ImageOps.exif_transpose", unfold)
    with pytest.raises(UploadInvalid):
        redraw(BytesIO(_claims_to_be(*size)), longest=2048)


def test_a_text_in_a_png_that_unfolds_without_end_is_refused() -> None:
    text = b"zTXt"
    body = b"Comment\x00\x00" + zlib.compress(bytes(80_000_000), 9)
    chunk = struct.pack(">I", len(body)) + text + body + struct.pack(">I", zlib.crc32(text + body))
    whole = a_picture()
    with pytest.raises(UploadInvalid):
        redraw(BytesIO(whole[:33] + chunk + whole[33:]), longest=2048)
