"""What the API says of what came of sharing: figures, friends, rewards."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry
from strawberry.dataloader import DataLoader

from app.core.ids import OrderId, RewardId, UserId
from schema.accounts.loaders import load_people
from schema.connections import Connection, Edge, page_info
from schema.context import Info
from schema.inputs import read_cursor, read_page_size, to_cursor
from schema.scalars import Coupon, HistoryEntry, Money, Node, Person, PointsAmount, public_id
from schema.share.loaders import load_attributions, load_competing, load_histories
from share import models, rules, wording
from share.queries import figures
from share.states import CHOSEN, TouchVerdict


@strawberry.enum
class RewardStatus(StrEnum):
    """How far a reward has come; one in points is neither ACCRUED, for that is over at once, nor PAID_OUT."""

    ACCRUED = "ACCRUED"
    FROZEN = "FROZEN"
    AVAILABLE = "AVAILABLE"
    PAID_OUT = "PAID_OUT"
    REVERSED = "REVERSED"


RewardValue = Annotated[Money | PointsAmount | Coupon, strawberry.union("RewardValue")]


@strawberry.type
class CompetingTouch:
    """A touch that competed for an order."""

    touch: strawberry.Private[figures.Competing]
    at: datetime
    chosen: bool

    @strawberry.field
    async def inviter(self, info: Info) -> Person:
        """Tell whose link it was."""
        people: DataLoader[UserId, Person] = info.context.loader(load_people)
        return await people.load(self.touch.inviter)

    @strawberry.field(description="Why it was chosen or passed over; for people, in the caller's language.")
    def reason(self, info: Info) -> str:
        """Say why."""
        return wording.verdict(TouchVerdict(self.touch.verdict), info.context.locale)

    @classmethod
    def of(cls, touch: figures.Competing) -> "CompetingTouch":
        """The API's form of a touch."""
        return cls(touch=touch, at=touch.at, chosen=touch.verdict in CHOSEN)


@strawberry.type(description="Why this reward: the rule, the touches that competed, every later change.")
class RewardExplanation:
    """Why a reward is what it is."""

    row: strawberry.Private[models.Reward]

    @strawberry.field(description="For people, in the caller's language.")
    async def rule(self, info: Info) -> str:
        """Say what is rewarded."""
        return wording.rule(await self._programme(info), info.context.locale)

    @strawberry.field(description="How far back a touch counts, in seconds.")
    async def window(self, info: Info) -> int:
        """Tell how far back a touch counts."""
        return int((await self._programme(info)).window.total_seconds())

    @strawberry.field(description="The oldest first.")
    async def changes(self, info: Info) -> list[HistoryEntry]:
        """Tell what happened to it."""
        histories: DataLoader[RewardId, list[models.RewardEvent]] = info.context.loader(load_histories)
        return [
            HistoryEntry(at=each.at, what=wording.change(each.change, each.points, info.context.locale))
            for each in await histories.load(self.row.id)
        ]

    @strawberry.field(description="The oldest first.")
    async def touches(self, info: Info) -> list[CompetingTouch]:
        """Tell which touches competed."""
        competing: DataLoader[OrderId, list[figures.Competing]] = info.context.loader(load_competing)
        return [CompetingTouch.of(each) for each in await competing.load(self.row.order_id)]

    async def _programme(self, info: Info) -> rules.Programme:
        attributions: DataLoader[OrderId, models.Attribution] = info.context.loader(load_attributions)
        return rules.programme_of((await attributions.load(self.row.order_id)).programme_version)


@strawberry.type
class Reward(Node):
    """What somebody gets for a friend's order."""

    row: strawberry.Private[models.Reward]
    status: RewardStatus
    value: RewardValue = strawberry.field(
        description="What is left of it; what was taken back, where that is all of it."
    )
    created_at: datetime

    @strawberry.field
    def explanation(self) -> RewardExplanation:
        """Say why."""
        return RewardExplanation(row=self.row)

    @classmethod
    def of(cls, row: models.Reward) -> "Reward":
        """The API's form of a reward."""
        return cls(
            id=public_id("reward", row.id),
            row=row,
            status=RewardStatus(row.status),
            value=PointsAmount(points=row.kept or row.points),
            created_at=row.created_at,
        )


@strawberry.type(description="Rewards in money; there are none yet.")
class RewardTotals:
    """Rewards in money."""

    pending: Money
    available: Money
    paid_out: Money


@strawberry.type
class PointsTotals:
    """Rewards in points."""

    pending: int
    available: int
    reversed: int


@strawberry.type
class Invitee:
    """Somebody who came by one's links. What she bought is nobody's business."""

    nickname: str = strawberry.field(description="Masked.")
    avatar_url: str | None
    joined_at: datetime


@strawberry.type(description="What came of my links. People are counted once each, whatever they did how often.")
class Referrals:
    """What came of somebody's links."""

    user: strawberry.Private[UserId]
    links_created: int
    opened: int = strawberry.field(description="Who opened a link of mine, signed in or not.")
    joined: int = strawberry.field(description="Of these, who signed in.")
    completed: int = strawberry.field(description="Of these, whose group completed.")
    rewards: RewardTotals
    points: PointsTotals

    @strawberry.field(description="Who joined, the latest first.")
    async def invitees(self, info: Info, first: int, after: str | None = None) -> Connection[Invitee]:
        """List who joined."""
        size = read_page_size(first)
        key = read_cursor(after, [datetime, str])
        found = await figures.invitees(self.user, limit=size + 1, before=(key[0], key[1]) if key else None)
        people: DataLoader[UserId, Person] = info.context.loader(load_people)
        seen = await people.load_many([each.user for each in found[:size]])
        edges = [
            Edge(
                cursor=to_cursor(each.joined_at.isoformat(), each.place),
                node=Invitee(nickname=person.nickname, avatar_url=person.avatar_url, joined_at=each.joined_at),
            )
            for each, person in zip(found, seen, strict=False)
        ]
        return Connection(edges=edges, page_info=page_info(edges, more=len(found) > size, after=after))

    @classmethod
    def of(cls, user: UserId, totals: figures.Totals) -> "Referrals":
        """The API's form of somebody's figures."""
        nothing = Money.of(0)
        return cls(
            user=user,
            links_created=totals.links_created,
            opened=totals.opened,
            joined=totals.joined,
            completed=totals.completed,
            rewards=RewardTotals(pending=nothing, available=nothing, paid_out=nothing),
            points=PointsTotals(pending=totals.pending, available=totals.available, reversed=totals.reversed),
        )


@strawberry.type(
    description="What came of the links and openings of a period. Of the openings people are counted, once each; "
    "a stage counts whoever reached it until now."
)
class ReferralFunnel:
    """What came of a period's sharing."""

    links: int = strawberry.field(description="Links made.")
    opened: int = strawberry.field(description="Who opened a link.")
    joined: int = strawberry.field(description="Who of them signed in.")
    paid: int = strawberry.field(description="Who of them paid for an order that such an opening brought.")
    completed: int = strawberry.field(description="Whose group of these is complete.")

    @classmethod
    def of(cls, found: figures.Funnel) -> "ReferralFunnel":
        """The API's form of a funnel."""
        return cls(
            links=found.links,
            opened=found.opened,
            joined=found.joined,
            paid=found.paid,
            completed=found.completed,
        )
