"""`/media/…`: pictures out.

A picture's path carries a version or a hash, so what stands under it never changes and may be kept for ever. What
people have handed in stands below `uploads/` and may be withdrawn: it is kept for minutes, and a story's is asked for
each time, for a story that is taken back is gone within a second. Until WeChat has passed it, a picture is shown only
to who comes with a signed address, and nobody may keep it.
"""

import asyncio
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from app.core import clock
from app.core.settings import settings
from app.media import queries, rules, store
from app.media.models import Upload
from app.media.states import UploadPurpose

#: Nothing else is given out, whatever lies in the folder: a browser must never be told to run it.
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}

_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    # Landing pages may have a domain of their own.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


_HEADERS_OF_UPLOADS = {**_HEADERS, "Cache-Control": "public, max-age=600"}
#: Kept, but never shown before we have said that it is still there: that is a 304 without the picture.
_HEADERS_OF_STORIES = {**_HEADERS, "Cache-Control": "public, no-cache"}
_HEADERS_OF_FEW = {**_HEADERS, "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}


def routes() -> list[Route]:
    """The door."""
    return [Route("/media/{path:path}", _picture, methods=["GET"])]


async def _picture(request: Request) -> Response:
    path: str = request.path_params["path"]
    if path.startswith(queries.FOLDER):
        return await _upload(request, path)
    found = await asyncio.to_thread(file_at, path)
    if found is None:
        return _nothing()
    file, status = found
    answer = FileResponse(file, media_type=TYPES[file.suffix], headers=_HEADERS, stat_result=status)
    if answer.headers["etag"] in _known_to(request):
        kept = ("etag", "last-modified", "cache-control")
        return Response(status_code=304, headers={name: answer.headers[name] for name in kept})
    return answer


async def _upload(request: Request, path: str) -> Response:
    # Asked each time: what is withdrawn is gone at once.
    upload = await queries.at_path(path)
    if upload is None:
        return _nothing(_HEADERS_OF_FEW)
    if rules.is_public(upload.status, upload.verdict):
        headers = _HEADERS_OF_STORIES if upload.purpose is UploadPurpose.STORY else _HEADERS_OF_UPLOADS
    elif await _may_see(request, upload, path):
        headers = _HEADERS_OF_FEW
    else:
        return _nothing(_HEADERS_OF_FEW)
    tag = f'"{upload.digest}"'
    if tag in _known_to(request):
        return Response(status_code=304, headers={"ETag": tag, "Cache-Control": headers["Cache-Control"]})
    content = await store.get(path)
    if content is None:
        return _nothing(_HEADERS_OF_FEW)
    return Response(content, media_type="image/jpeg", headers={**headers, "ETag": tag})


async def _may_see(request: Request, upload: Upload, path: str) -> bool:
    until, seal = request.query_params.get("until", ""), request.query_params.get("seal", "")
    shown = rules.is_shown_to_few(upload.status, upload.verdict)
    return shown and queries.is_signed(path, until=until, seal=seal, now=await clock.now())


def _nothing(headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(
        {"code": "NOT_FOUND", "message": "There is no such picture."},
        status_code=404,
        headers=headers,
    )


def file_at(path: str) -> tuple[Path, os.stat_result] | None:
    """The picture at a path below the media folder; None where there is none. Blocks while the disk is read.

    Nothing outside the folder is ever found, nor anything through a symbolic link.
    """
    parts = path.split("/")
    if any(part.startswith(".") or not part or not part.isprintable() for part in parts):
        return None
    try:
        root = (settings().data_dir / "media").resolve()
        file = root.joinpath(*parts)
        # A link anywhere on the way makes the two differ.
        if file.resolve(strict=True) != file or file.suffix not in TYPES:
            return None
        status = file.stat()
    except (OSError, ValueError):
        return None
    return (file, status) if stat.S_ISREG(status.st_mode) else None


def _known_to(request: Request) -> list[str]:
    told = request.headers.get("if-none-match", "")
    return [tag.strip().removeprefix("W/") for tag in told.split(",")]
