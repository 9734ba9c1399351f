"""What hosts and staff do with live rooms."""

from datetime import datetime, timedelta
from typing import Annotated, NoReturn

import strawberry
from graphql import GraphQLError

from app.accounts.models import Role
from app.core.errors import TargetNotFound
from app.core.ids import DanmakuId, LiveRoomId, ProductId, UploadId, UserId
from app.live import flows, queries, rules
from app.live.actions import running, talking
from app.live.actions.running import Edit
from app.media.errors import UploadInvalid
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_id, read_key, read_text
from schema.live.mutations.watching import as_it_is, read_room
from schema.live.types import LiveControl, LiveRoom
from schema.refusals import Refusal, refusing

_LONGEST_TITLE = 60
_LONGEST_REASON = 500
_MOST_LINES = 100
#: Nobody plans further ahead, and a start that is long over is a mistake of the date.
_FURTHEST = timedelta(days=365)
_JUST_NOW = timedelta(hours=1)


@strawberry.input
class ScheduleLiveInput:
    """A room to be."""

    title: str
    starts_at: datetime
    client_id: str
    product_ids: list[strawberry.ID] | None = None


@strawberry.input
class StartLiveInput:
    """Which room to start."""

    room_id: strawberry.ID


@strawberry.input
class EndLiveInput:
    """Which room to end."""

    room_id: strawberry.ID


@strawberry.input
class ExplainProductInput:
    """Which product to show."""

    room_id: strawberry.ID
    product_id: strawberry.ID


@strawberry.input
class PutProductAwayInput:
    """In which room nothing is to be shown any more."""

    room_id: strawberry.ID


@strawberry.input
class EditLiveInput:
    """What of a room is to change; null leaves it as it is."""

    room_id: strawberry.ID
    expected_version: int
    title: str | None = None
    starts_at: datetime | None = None
    product_ids: list[strawberry.ID] | None = None
    slow_mode_seconds: int | None = None
    cover_upload_id: strawberry.ID | None = strawberry.field(
        default=None, description="Purpose COVER, her own; shown once it has passed its check."
    )


@strawberry.input
class PauseLiveInput:
    """Which room to pause, and why."""

    room_id: strawberry.ID
    expected_version: int
    reason: str | None = None


@strawberry.input
class ResumeLiveInput:
    """Which room to let go on."""

    room_id: strawberry.ID
    expected_version: int


@strawberry.input
class CancelLiveInput:
    """Which room will not take place, and why."""

    room_id: strawberry.ID
    expected_version: int
    reason: str | None = None


@strawberry.input
class RemoveDanmakuInput:
    """Which lines of a room to remove, and why."""

    room_id: strawberry.ID
    ids: list[strawberry.ID]
    reason: str | None = None


ScheduleLiveResult = Annotated[LiveRoom | Refusal, strawberry.union("ScheduleLiveResult")]
StartLiveResult = Annotated[LiveRoom | Refusal, strawberry.union("StartLiveResult")]
EndLiveResult = Annotated[LiveRoom | Refusal, strawberry.union("EndLiveResult")]
ExplainProductResult = Annotated[LiveRoom | Refusal, strawberry.union("ExplainProductResult")]
LiveControlResult = Annotated[LiveControl | Refusal, strawberry.union("LiveControlResult")]


@strawberry.type
class HostingMutation:
    """What hosts and staff do with live rooms."""

    @strawberry.mutation(description="Hosts only. The same clientId gives the same room.")
    @refusing
    async def schedule_live(self, info: Info, input: ScheduleLiveInput) -> ScheduleLiveResult | None:  # noqa: A002 - the API's word
        """Announce a room."""
        host = info.context.must_have(Role.HOST).user
        room = await flows.schedule(
            host=host,
            title=read_text(input.title, "input.title", _LONGEST_TITLE, shortest=1),
            starts_at=await _read_start(info, input.starts_at),
            products=_read_products(input.product_ids or []),
            client_id=read_key(input.client_id, "input.clientId"),
        )
        return await as_it_is(room)

    @strawberry.mutation(description="The room's host only. Tells everyone who asked or follows, once.")
    @refusing
    async def start_live(self, info: Info, input: StartLiveInput) -> StartLiveResult | None:  # noqa: A002 - the API's word
        """Go live."""
        host, room = await _as_host(info, input.room_id)
        await running.start(room, by=host)
        return await as_it_is(room)

    @strawberry.mutation(description="The room's host only.")
    @refusing
    async def end_live(self, info: Info, input: EndLiveInput) -> EndLiveResult | None:  # noqa: A002 - the API's word
        """End a room for good."""
        host, room = await _as_host(info, input.room_id)
        await running.end(room, by=host)
        return await as_it_is(room)

    @strawberry.mutation(description="The room's host only.")
    @refusing
    async def explain_product(
        self,
        info: Info,
        input: ExplainProductInput,  # noqa: A002 - the API's word
    ) -> ExplainProductResult | None:
        """Show a product of the shelf."""
        host, room = await _as_host(info, input.room_id)
        (product,) = _read_products([input.product_id], "input.productId")
        await running.explain(room, by=host, product=product)
        return await as_it_is(room)

    @strawberry.mutation(description="The room's host only.")
    @refusing
    async def put_product_away(
        self,
        info: Info,
        input: PutProductAwayInput,  # noqa: A002 - the API's word
    ) -> ExplainProductResult | None:
        """Show no product any more."""
        host, room = await _as_host(info, input.room_id)
        await running.explain(room, by=host, product=None)
        return await as_it_is(room)

    @strawberry.mutation(description="The room's host, or COMMUNITY_MANAGER. The start only before it has started.")
    @refusing
    async def edit_live(self, info: Info, input: EditLiveInput) -> LiveControlResult | None:  # noqa: A002 - the API's word
        """Change a room."""
        by, _, room = await _in_control(info, input.room_id)
        await flows.edit(room, by=by, expected_version=input.expected_version, wanted=await _read_edit(info, input))
        return await _control(room)

    @strawberry.mutation(
        description="The room's host, or COMMUNITY_MANAGER: then only staff can let the room go on (PAUSED_BY_STAFF)."
    )
    @refusing
    async def pause_live(self, info: Info, input: PauseLiveInput) -> LiveControlResult | None:  # noqa: A002 - the API's word
        """Pause a room."""
        by, as_staff, room = await _in_control(info, input.room_id)
        await running.pause(
            room, by=by, as_staff=as_staff, expected_version=input.expected_version, reason=_read_reason(input.reason)
        )
        return await _control(room)

    @strawberry.mutation(description="The room's host, or COMMUNITY_MANAGER.")
    @refusing
    async def resume_live(self, info: Info, input: ResumeLiveInput) -> LiveControlResult | None:  # noqa: A002 - the API's word
        """Let a room go on."""
        by, as_staff, room = await _in_control(info, input.room_id)
        await running.resume(room, by=by, as_staff=as_staff, expected_version=input.expected_version)
        return await _control(room)

    @strawberry.mutation(description="The room's host, or COMMUNITY_MANAGER; only before it has started.")
    @refusing
    async def cancel_live(self, info: Info, input: CancelLiveInput) -> LiveControlResult | None:  # noqa: A002 - the API's word
        """Cancel a room."""
        by, _, room = await _in_control(info, input.room_id)
        await running.cancel(room, by=by, expected_version=input.expected_version, reason=_read_reason(input.reason))
        return await _control(room)

    @strawberry.mutation(
        description="The room's host, or COMMUNITY_MANAGER. Takes lines off the screens and out of the replay; "
        "a repeat changes nothing."
    )
    @refusing
    async def remove_danmaku(
        self,
        info: Info,
        input: RemoveDanmakuInput,  # noqa: A002 - the API's word
    ) -> LiveControlResult | None:
        """Remove lines."""
        by, _, room = await _in_control(info, input.room_id)
        if len(input.ids) > _MOST_LINES:
            bad_input("input.ids", "100 lines at most are removed at once.")
        lines = [read_id("danmaku", each, "input.ids") for each in input.ids]
        await talking.remove(
            room, lines=[DanmakuId(each) for each in lines if each], by=by, reason=_read_reason(input.reason)
        )
        return await _control(room)


async def _as_host(info: Info, room_id: str) -> tuple[UserId, LiveRoomId]:
    """Who asks and which room, if it is her own; else FORBIDDEN. TargetNotFound."""
    asker = info.context.must_have(Role.HOST)
    room = read_room(room_id)
    if await _host_of(room) != asker.user:
        _forbidden()
    return asker.user, room


async def _in_control(info: Info, room_id: str) -> tuple[UserId, bool, LiveRoomId]:
    """Who asks, whether she does so as staff and not as the room's host, and which room. TargetNotFound."""
    asker = info.context.must_have(Role.HOST, Role.COMMUNITY_MANAGER)
    room = read_room(room_id)
    if info.context.has_any(Role.COMMUNITY_MANAGER):
        return asker.user, True, room
    if await _host_of(room) != asker.user:
        _forbidden()
    return asker.user, False, room


async def _host_of(room: LiveRoomId) -> UserId:
    # A room never changes its host, so this holds when the action begins.
    row = await queries.room(room)
    if row is None:
        raise TargetNotFound
    return row.host_id


def _forbidden() -> NoReturn:
    raise GraphQLError("This is another host's room.", extensions={"code": "FORBIDDEN"})


async def _control(room: LiveRoomId) -> LiveControl:
    row = await queries.room(room)
    if row is None:
        raise TargetNotFound
    return LiveControl.of(row)


async def _read_edit(info: Info, given: EditLiveInput) -> Edit:
    slow = given.slow_mode_seconds
    if slow is not None and not 0 <= slow <= rules.SLOWEST_MODE.total_seconds():
        bad_input("input.slowModeSeconds", "Slow mode is 0 to 300 seconds.")
    return Edit(
        title=None if given.title is None else read_text(given.title, "input.title", _LONGEST_TITLE, shortest=1),
        starts_at=None if given.starts_at is None else await _read_start(info, given.starts_at),
        products=None if given.product_ids is None else _read_products(given.product_ids),
        slow_mode=None if slow is None else timedelta(seconds=slow),
        cover=None if given.cover_upload_id is None else _read_upload(given.cover_upload_id),
    )


def _read_upload(text: str) -> UploadId:
    return UploadId(must_read_id("upload", text, "input.coverUploadId", UploadInvalid))


async def _read_start(info: Info, at: datetime) -> datetime:
    now = await info.context.now()
    if not now - _JUST_NOW <= at <= now + _FURTHEST:
        bad_input("input.startsAt", "A room starts now or within a year.")
    return at


def _read_products(ids: list[strawberry.ID], path: str = "input.productIds") -> list[ProductId]:
    if len(ids) > rules.MOST_PRODUCTS:
        bad_input(path, "A room shows 100 products at most.")
    found = [read_id("product", each, path) for each in ids]
    if None in found:
        raise TargetNotFound
    return list(dict.fromkeys(ProductId(each) for each in found if each))


def _read_reason(text: str | None) -> str | None:
    return read_text(text, "input.reason", _LONGEST_REASON) or None if text is not None else None
