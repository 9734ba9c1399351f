"""What people do in live rooms."""

from typing import Annotated

import strawberry

from app.core.errors import TargetNotFound
from app.core.ids import LiveRoomId
from app.live import queries
from app.live.actions import reminding
from app.live.actions.change import KIND
from schema.context import Info
from schema.inputs import read_id
from schema.live.types import LiveReminder, LiveRoom
from schema.refusals import Refusal, refusing


@strawberry.input
class RemindMeOfLiveInput:
    """Which room to be told of."""

    room_id: strawberry.ID
    remind: bool = True


RemindMeOfLiveResult = Annotated[LiveReminder | Refusal, strawberry.union("RemindMeOfLiveResult")]


@strawberry.type
class WatchingMutation:
    """What people do in live rooms."""

    @strawberry.mutation(description="The same answer however often it is sent.")
    @refusing
    async def remind_me_of_live(
        self,
        info: Info,
        input: RemindMeOfLiveInput,  # noqa: A002 - the API's word
    ) -> RemindMeOfLiveResult | None:
        """Ask to be told when a room starts, or no longer."""
        user = info.context.must_be_signed_in().user
        room = read_room(input.room_id)
        await reminding.remind(user=user, room=room, wanted=input.remind)
        return LiveReminder(room=await as_it_is(room), remind=input.remind)


def read_room(text: str) -> LiveRoomId:
    """The room that an id names. TargetNotFound where it names another kind of thing."""
    room = read_id(KIND, text, "input.roomId")
    if room is None:
        raise TargetNotFound
    return LiveRoomId(room)


async def as_it_is(room: LiveRoomId) -> LiveRoom:
    """A room as it is now. TargetNotFound."""
    row = await queries.room(room)
    if row is None:
        raise TargetNotFound
    return LiveRoom.of(row)
