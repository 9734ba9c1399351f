"""A picture made anew from its pixels.

What a file is called or says of itself counts for nothing: only what can be decoded does. Nothing but pixels comes
through: no place, no camera, no second file behind the first. Takes a processor for a moment: call it in a thread.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from app.media.errors import UploadInvalid

#: Decoders that strangers' bytes may reach.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
#: Decoded, a pixel takes four bytes. Phones of today take 12 to 50 million and send fewer.
MOST_PIXELS = 50_000_000
LONGEST_SIDE_READ = 20_000
QUALITY = 85


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A JPEG of ours: the one format that WeChat checks, every phone shows and that stays small."""

    content: bytes = field(repr=False)
    width: int
    height: int


def redraw(file: IO[bytes], *, longest: int) -> Redrawn:
    """The picture in a file: upright, on white, `longest` pixels at most, of an animation the first frame.

    UploadInvalid where it is none that we know, is broken, or would unfold into too much.
    """
    try:
        with Image.open(file, formats=_FORMATS) as given:
            # The header's size, before anything is unfolded.
            width, height = given.size
            if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE_READ:
                raise UploadInvalid
            # A large JPEG is unfolded at a half, a quarter or an eighth of its size.
            given.draft("RGB", (longest, longest))
            drawn = _on_white(ImageOps.exif_transpose(given))
    except (
        UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning, OSError, ValueError,
        SyntaxError, EOFError, TypeError, KeyError, IndexError, OverflowError, MemoryError, ZeroDivisionError,
    ) as error:  # fmt: skip
        raise UploadInvalid from error
    drawn.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    # The encoder would write a comment, a profile or a place that still hangs on it.
    drawn.info.clear()
    out = BytesIO()
    drawn.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Redrawn(content=out.getvalue(), width=drawn.width, height=drawn.height)


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    seen = picture.convert("RGBA")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white
