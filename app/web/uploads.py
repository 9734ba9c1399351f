"""`/uploads/{ticket}`: one picture in, as `wx.uploadFile` posts it.

The file is read in pieces, to the disk once it is larger than small; what is too large is refused at the first byte
too many, and the connection closed. A repeat of the same POST gives the same answer.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core import clock, ids
from app.core.ids import UploadId
from app.core.words import best_locale, say
from app.media import flows, queries, rules
from app.media.errors import UploadInvalid
from app.media.models import Upload
from app.media.states import UploadStatus
from app.web.forms import FormBrokenError, FormTooLargeError, PictureForm

#: The form around the file: its fields and borders.
LARGEST_FORM = rules.LARGEST_UPLOAD + 64 * 1024
#: Slow phones have so long; who sends nothing for longer holds nothing up.
READ_WITHIN_S = 60.0
#: Each holds up to ten megabytes of a disk.
READ_AT_ONCE = 32

_HEADERS = {"Cache-Control": "no-store"}


def routes() -> list[Route]:
    """The door."""
    turns = asyncio.Semaphore(READ_AT_ONCE)

    async def receive(request: Request) -> Response:
        try:
            async with asyncio.timeout(READ_WITHIN_S), turns:
                taken = await _receive(request)
        except TimeoutError:
            return _refused(request, 408)
        except _RefusedError as refused:
            return _refused(request, refused.status)
        return JSONResponse({"id": ids.to_public("upload", taken.id)}, headers=_HEADERS)

    return [Route("/uploads/{ticket}", receive, methods=["POST"])]


class _RefusedError(Exception):
    """Nothing is taken in; the status says why."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


async def _receive(request: Request) -> Upload:
    upload = await _ticket(request.path_params["ticket"])
    if _announced(request) > LARGEST_FORM:
        raise _RefusedError(413)
    try:
        async with _read(request) as form:
            if not queries.is_form_of(upload.id, form.fields):
                raise _RefusedError(403)
            return await flows.take_in(upload=upload.id, file=form.file)
    except FormTooLargeError as error:
        raise _RefusedError(413) from error
    except (FormBrokenError, ClientDisconnect) as error:
        raise _RefusedError(400) from error
    except UploadInvalid as error:
        known = await queries.upload(upload.id)
        raise _RefusedError(409 if known and known.status is not UploadStatus.TICKET else 422) from error


async def _ticket(text: str) -> Upload:
    try:
        kind, named = ids.from_public(text)
    except ids.MalformedIdError:
        raise _RefusedError(404) from None
    upload = await queries.upload(UploadId(named)) if kind == "upload" else None
    if upload is None:
        raise _RefusedError(404)
    if upload.status is UploadStatus.TICKET and upload.expires_at and upload.expires_at <= await clock.now():
        raise _RefusedError(410)
    return upload


def _announced(request: Request) -> int:
    told = request.headers.get("content-length", "0")
    return int(told) if told.isascii() and told.isdigit() else 0


@asynccontextmanager
async def _read(request: Request) -> AsyncIterator[PictureForm]:
    with PictureForm(request.headers.get("content-type", ""), largest=rules.LARGEST_UPLOAD) as form:
        read = 0
        async for piece in request.stream():
            read += len(piece)
            if read > LARGEST_FORM:
                raise FormTooLargeError
            form.feed(piece)
        form.end()
        yield form


def _refused(request: Request, status: int) -> Response:
    locale = best_locale(request.headers.get("accept-language"))
    # Part of the body may be unread: the next request on this connection would begin in the middle of it.
    return JSONResponse(
        {"code": UploadInvalid.code, "message": say(locale, UploadInvalid().message)},
        status_code=status,
        headers={**_HEADERS, "Connection": "close"},
    )
