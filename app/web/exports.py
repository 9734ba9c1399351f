"""`/exports/…`: what is kept about a person, given once to who has the address."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.core.ids import ExportId
from app.personal import flows, queries

_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'attachment; filename="pintuan.json"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
}


def routes() -> list[Route]:
    """The door."""
    return [Route("/exports/{sealed}", _fetch, methods=["GET"])]


async def _fetch(request: Request) -> Response:
    export = _read(request.path_params["sealed"])
    # A HEAD, which link previews send, must not use the address up.
    content = await flows.fetch_export(export) if export and request.method == "GET" else None
    if content is None:
        message = "There is nothing here, or it was fetched."
        return JSONResponse({"code": "NOT_FOUND", "message": message}, status_code=404)
    return Response(content, media_type="application/json", headers=_HEADERS)


def _read(sealed: str) -> ExportId | None:
    name, _, seal = sealed.partition(".")
    try:
        export = ExportId(UUID(hex=name))
    except ValueError:
        return None
    return export if queries.is_sealed(export, seal) else None
