"""What people do in live rooms."""

from typing import Annotated

import strawberry

from app.core.errors import TargetNotFound
from app.core.ids import LiveRoomId
from app.live import flows, queries, rules
from app.live.actions import counting, reminding
from app.live.actions.change import KIND
from app.live.actions.talking import KIND as DANMAKU
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_id, read_key, read_text
from schema.live.refusals import SlowMode
from schema.live.types import LiveReminder, LiveRoom
from schema.moderation.refusals import Muted
from schema.refusals import Refusal, refusing
from schema.scalars import Coupon, PointsAmount, public_id

#: Far more than a line has: the shop says what is too long.
_ANY_LENGTH = 10_000


@strawberry.input
class RemindMeOfLiveInput:
    """Which room to be told of."""

    room_id: strawberry.ID
    remind: bool = True


@strawberry.input
class SendDanmakuInput:
    """A line to be."""

    room_id: strawberry.ID
    text: str
    client_id: str


@strawberry.input
class SendLikesInput:
    """Taps since the last call."""

    room_id: strawberry.ID
    count: int
    batch_id: str


@strawberry.input
class ClaimRedPacketInput:
    """Which rain."""

    rain_id: strawberry.ID
    idempotency_key: str


@strawberry.input
class EnterLotteryInput:
    """Which lottery."""

    lottery_id: strawberry.ID


@strawberry.type
class DanmakuSent:
    """A line was written."""

    id: strawberry.ID = strawberry.field(description="The Danmaku's.")


@strawberry.type
class LikesSent:
    """Taps were counted."""

    total: int


RedPacketValue = Annotated[PointsAmount | Coupon, strawberry.union("RedPacketValue")]


@strawberry.type
class RedPacketClaimed:
    """What was in the packet."""

    value: RedPacketValue


@strawberry.type
class LotteryEntry:
    """A number in a lottery."""

    number: int
    commitment: str = strawberry.field(description="A hash of the seed, published before anybody could enter.")


RemindMeOfLiveResult = Annotated[LiveReminder | Refusal, strawberry.union("RemindMeOfLiveResult")]


SendDanmakuResult = Annotated[DanmakuSent | Muted | SlowMode | Refusal, strawberry.union("SendDanmakuResult")]
SendLikesResult = Annotated[LikesSent | Refusal, strawberry.union("SendLikesResult")]
ClaimRedPacketResult = Annotated[RedPacketClaimed | Refusal, strawberry.union("ClaimRedPacketResult")]
EnterLotteryResult = Annotated[LotteryEntry | Refusal, strawberry.union("EnterLotteryResult")]


@strawberry.type
class WatchingMutation:
    """What people do in live rooms."""

    @strawberry.mutation(description="The same clientId is shown once.")
    @refusing
    async def send_danmaku(self, info: Info, input: SendDanmakuInput) -> SendDanmakuResult | None:  # noqa: A002 - the API's word
        """Write a line."""
        user = info.context.must_be_signed_in().user
        room = read_room(input.room_id)
        text = read_text(input.text, "input.text", _ANY_LENGTH, shortest=1)
        client_id = read_key(input.client_id, "input.clientId")
        line = await flows.say(user=user, room=room, text=" ".join(text.split()), client_id=client_id)
        return DanmakuSent(id=public_id(DANMAKU, line))

    @strawberry.mutation(description="Taps since the last call; the same batchId is counted once.")
    @refusing
    async def send_likes(self, info: Info, input: SendLikesInput) -> SendLikesResult | None:  # noqa: A002 - the API's word
        """Count taps."""
        user = info.context.must_be_signed_in().user
        room = read_room(input.room_id)
        if not 1 <= input.count <= rules.MOST_LIKES:
            bad_input("input.count", "A batch has 1 to 200 taps.")
        batch_id = read_key(input.batch_id, "input.batchId")
        return LikesSent(total=await counting.like(user=user, room=room, taps=input.count, batch_id=batch_id))

    @strawberry.mutation(
        description="One packet per person and rain: points or a coupon, never money. A repeat gives the same packet."
    )
    @refusing
    async def claim_red_packet(
        self,
        info: Info,
        input: ClaimRedPacketInput,  # noqa: A002 - the API's word
    ) -> ClaimRedPacketResult | None:
        """Claim a packet; no rain falls yet."""
        info.context.must_be_signed_in()
        read_id("rain", input.rain_id, "input.rainId")
        read_key(input.idempotency_key)
        raise TargetNotFound

    @strawberry.mutation(description="One entry per person: a repeat gives the same number.")
    @refusing
    async def enter_lottery(self, info: Info, input: EnterLotteryInput) -> EnterLotteryResult | None:  # noqa: A002 - the API's word
        """Enter a lottery; none is open yet."""
        info.context.must_be_signed_in()
        read_id("lottery", input.lottery_id, "input.lotteryId")
        raise TargetNotFound

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
    return LiveRoomId(must_read_id(KIND, text, "input.roomId"))


async def as_it_is(room: LiveRoomId) -> LiveRoom:
    """A room as it is now. TargetNotFound."""
    row = await queries.room(room)
    if row is None:
        raise TargetNotFound
    return LiveRoom.of(row)
