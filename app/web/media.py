"""`/media/…`: pictures out.

A picture's path carries a version or a hash, so what stands under it never changes and may be kept for ever.
"""

import asyncio
import os
import stat
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from app.core.settings import settings

#: Nothing else is given out, whatever lies in the folder: a browser must never be told to run it.
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}

_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    # Landing pages may have a domain of their own.
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def routes() -> list[Route]:
    """The door."""
    return [Route("/media/{path:path}", _picture, methods=["GET"])]


async def _picture(request: Request) -> Response:
    path: str = request.path_params["path"]
    found = await asyncio.to_thread(file_at, path)
    if found is None:
        return JSONResponse({"code": "NOT_FOUND", "message": "There is no such picture."}, status_code=404)
    file, status = found
    answer = FileResponse(file, media_type=TYPES[file.suffix], headers=_HEADERS, stat_result=status)
    if answer.headers["etag"] in _known_to(request):
        kept = ("etag", "last-modified", "cache-control")
        return Response(status_code=304, headers={name: answer.headers[name] for name in kept})
    return answer


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
