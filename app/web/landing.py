"""`/s/{code}`: a share link on the open web, with its poster and its mini-program code.

Made when asked for and kept by nobody, so that what is withdrawn is gone at once. Looking at any of them is no
touch: the mini-app records one when it is opened through the link. No word of reward stands on them.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeGuard
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.accounts.rules import network
from app.core.allowance import Allowance
from app.core.log import logger
from app.core.settings import settings
from app.core.words import best_locale
from app.media import flows as media
from app.media import queries
from app.web.codes import CodePictures, qr_code
from app.web.media import file_at
from app.web.shown import Opened, open_link
from app.web.together import Together
from app.wechat.client import Picture
from app.wechat.errors import WeChatBusy, WeChatError, WeChatRefused
from share import flows, rules, targets
from share import queries as share
from share.landing import LandingPage, NothingShown, headers, render, status_code
from share.landing.texts import texts
from share.landing.words import language_of
from share.posters import Poster, draw_poster
from share.queries import Link
from share.rules import ShareLinkStatus

log = logger("web")

Door = Callable[[Request], Awaitable[Response]]

#: Drawing takes a processor for a tenth of a second; more at once would make everybody else wait.
DRAWN_AT_ONCE = 2
#: Pictures that one address may ask for in a minute. Each costs a processor or a call to WeChat; a chat group behind
#: one address looks at a few.
PICTURES_PER_MINUTE = 60
#: How long a page waits for WeChat's URL link; one that comes later stands on the next page.
URL_LINK_WITHIN_S = 1.0
#: How long one may wait for one's turn to have a poster drawn.
TURN_WITHIN_S = 5.0

_RETRY_AFTER = {"Retry-After": "5"}
_NEVER_STALE = {"Cache-Control": "no-store"}
#: A code says only which link it is.
_KEPT_FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}


def routes(pictures: Allowance) -> list[Route]:
    """The three doors of a share link; `pictures` is how many pictures one address may ask for."""
    doors = _Doors()
    return [
        Route("/s/{code}", doors.page),
        Route("/s/{code}/poster.png", _limited(pictures, doors.poster)),
        Route("/s/{code}/code.png", _limited(pictures, doors.code)),
    ]


def _limited(pictures: Allowance, door: Door) -> Door:
    async def asked(request: Request) -> Response:
        address = network(request.client.host if request.client else "")
        wait_ms = await pictures.take(f"pictures:{address}", 1)
        if wait_ms is not None:
            said = PlainTextResponse("Too many pictures.", status_code=429, headers=dict(_NEVER_STALE))
            said.headers["Retry-After"] = str(math.ceil(wait_ms / 1000))
            return said
        return await door(request)

    return asked


def _landing_page(request: Request, opened: Opened, open_url: str | None = None) -> LandingPage:
    address = _address(request.path_params["code"])
    shows_something = not isinstance(opened.shows, NothingShown)
    return LandingPage(
        url=address,
        now=opened.now,
        shows=opened.shows,
        inviter=opened.inviter,
        open_url=open_url,
        code_picture_url=f"{address}/code.png" if _is_active(opened.link) else None,
        poster_url=f"{address}/poster.png?lang={language_of(_locale(request))}" if shows_something else None,
    )


def _is_active(link: Link | None) -> TypeGuard[Link]:
    """Whether a code of it leads into the mini-app, were it only to be told there that the thing is withdrawn."""
    return link is not None and link.status is ShareLinkStatus.ACTIVE


class _Doors:
    """The doors, with what they share: codes that are kept, URL links that are being made, and turns at drawing."""

    def __init__(self) -> None:
        self._url_links: Together[str | None] = Together()
        self._codes = CodePictures()
        self._turns = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def page(self, request: Request) -> Response:
        """The link's page, as things are now."""
        if not settings().has_landing_pages:
            return PlainTextResponse("There are no pages here.", status_code=404)
        opened = await open_link(request.path_params["code"])
        page = _landing_page(request, opened, await self._open_url(opened))
        locale = _locale(request)
        return Response(render(page, locale), status_code=status_code(page), headers=headers(page, locale))

    async def _open_url(self, opened: Opened) -> str | None:
        """The address that opens the mini-app from here; None where there is none at once: the code leads there."""
        link = opened.link
        if not _is_active(link) or isinstance(opened.shows, NothingShown):
            return None
        kept = await share.url_link(link.id)
        if not kept.is_due:
            return kept.address
        try:
            made = await self._url_links.ask(link.id, lambda: flows.make_url_link(link), within_s=URL_LINK_WITHIN_S)
        except TimeoutError:
            made = None
        except Exception:
            # Whatever keeps it from being made, the page is worth showing without.
            log.exception("landing.no_url_link", link=str(link.id))
            made = None
        return made or kept.address

    async def code(self, request: Request) -> Response:
        """The link's mini-program code, as WeChat draws it."""
        opened = await open_link(request.path_params["code"])
        if not _is_active(opened.link):
            return _nothing(request, opened)
        try:
            picture = await self._code_of(opened.link)
        except WeChatBusy:
            return _later()
        except WeChatRefused:
            return PlainTextResponse("WeChat gives no code for it", status_code=502)
        return Response(picture.content, media_type=picture.mime, headers=_KEPT_FOR_AN_HOUR)

    async def poster(self, request: Request) -> Response:
        """The link's poster, as things are when it is drawn."""
        opened = await open_link(request.path_params["code"])
        if not _is_active(opened.link) or isinstance(opened.shows, NothingShown):
            return _nothing(request, opened)
        code = await self._code_or_address(opened.link)
        if code is None:
            return _later()
        try:
            async with self._turn():
                return await _drawn(request, code)
        except TimeoutError:
            return _later()

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with asyncio.timeout(TURN_WITHIN_S):
            await self._turns.acquire()
        try:
            yield
        finally:
            self._turns.release()

    async def _code_of(self, link: Link) -> Picture:
        thing = await targets.read(link.target)
        path = thing.path if thing else rules.PATH_TO_NOTHING
        try:
            return await self._codes.get(scene=link.code, page=path.partition("?")[0].lstrip("/"))
        except WeChatRefused as error:
            # Such as a page that the released mini-program lacks: nothing here mends it.
            log.warning("landing.code_refused", code=error.code, page=path.partition("?")[0])
            raise

    async def _code_or_address(self, link: Link) -> bytes | None:
        """The code for a poster; without WeChat a QR code of the landing page, and None where there is none."""
        try:
            return (await self._code_of(link)).content
        except WeChatError:
            return qr_code(_address(link.code)) if settings().has_landing_pages else None


async def _drawn(request: Request, code: bytes) -> Response:
    # Read anew: the code and the turn may have taken seconds.
    opened = await open_link(request.path_params["code"])
    if isinstance(opened.shows, NothingShown):
        return _nothing(request, opened)
    poster = Poster(
        shows=opened.shows,
        now=opened.now,
        code_picture=code,
        picture=await _picture_at(opened.picture_path),
        inviter=opened.inviter.nickname if opened.inviter else None,
        locale=_locale(request),
    )
    return Response(await asyncio.to_thread(draw_poster, poster), media_type="image/png", headers=_NEVER_STALE)


async def _picture_at(path: str | None) -> bytes | None:
    if path is None:
        return None
    if path.startswith(queries.FOLDER):
        return await media.read(path)
    return await asyncio.to_thread(_file_at, path)


def _file_at(path: str) -> bytes | None:
    found = file_at(path)
    return found[0].read_bytes() if found else None


def _later() -> Response:
    return PlainTextResponse("later", status_code=503, headers=_RETRY_AFTER)


def _nothing(request: Request, opened: Opened) -> Response:
    """Why there is no picture, in words."""
    page = _landing_page(request, opened)
    said = texts(opened.shows, language_of(_locale(request)), opened.now).headline
    return PlainTextResponse(said, status_code=status_code(page), headers=_NEVER_STALE)


def _address(code: str) -> str:
    return f"{settings().landing_base}/s/{quote(code, safe='')}"


def _locale(request: Request) -> str:
    return request.query_params.get("lang") or best_locale(request.headers.get("accept-language"))
