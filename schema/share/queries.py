"""Reading share links, and what came of them."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import strawberry

from app.accounts.models import Role
from app.core.ids import RewardId, UserId, new_id
from schema.connections import Connection, page
from schema.context import Info
from schema.inputs import bad_input, read_cursor, read_id, read_page_size, read_text
from schema.share.types import ReferralFunnel, Referrals, Reward, ShareLink
from share import models, queries
from share.queries import figures
from share.rules import LONGEST_CAMPAIGN

LONGEST_PERIOD = timedelta(days=366)


@strawberry.type
class ShareQuery:
    """What anybody may ask."""

    @strawberry.field
    async def share_link(self, code: str) -> ShareLink | None:
        """Tell what a code stands for, whatever its status; null where it stands for nothing."""
        link = await queries.link(code)
        return ShareLink.of(link) if link else None


@strawberry.type
class ShareViewer:
    """What came of my links."""

    @strawberry.field
    async def referrals(self, info: Info) -> Referrals:
        """Tell what came of my links."""
        user = info.context.must_be_signed_in().user
        return Referrals.of(user, await figures.totals(user))

    @strawberry.field(description="The newest first.")
    async def rewards(self, info: Info, first: int, after: str | None = None) -> Connection[Reward]:
        """List my rewards."""
        user = info.context.must_be_signed_in().user
        size = read_page_size(first)
        key = read_cursor(after, [datetime, UUID])
        found = await figures.rewards_page(user, limit=size + 1, before=(key[0], RewardId(key[1])) if key else None)
        return page(found, first=size, after=after, key=_key, node=Reward.of)

    @strawberry.field
    async def reward(self, info: Info, id: strawberry.ID) -> Reward | None:  # noqa: A002 - the API's word
        """Open one of my rewards."""
        reward = read_id("reward", id, "id")
        return await open_reward(info, reward) if reward else None


@strawberry.type
class ShareStaff:
    """What marketers see of sharing."""

    @strawberry.field(
        description="For MARKETER. Of the links and openings from `from` until just before `to`, 366 days at most; "
        "of a campaign's links alone, or of one person's."
    )
    async def referral_funnel(
        self,
        info: Info,
        since: Annotated[datetime, strawberry.argument(name="from")],
        until: Annotated[datetime, strawberry.argument(name="to")],
        campaign: str | None = None,
        inviter_id: strawberry.ID | None = None,
    ) -> ReferralFunnel:
        """Tell what came of a period's sharing."""
        info.context.must_have(Role.MARKETER)
        if not timedelta(0) <= until - since <= LONGEST_PERIOD:
            bad_input("to", "A period ends after it begins, within {days} days.", days=LONGEST_PERIOD.days)
        found = await figures.funnel(
            since=since,
            until=until,
            campaign=read_text(campaign, "campaign", LONGEST_CAMPAIGN) if campaign is not None else None,
            inviter=_inviter(inviter_id),
        )
        return ReferralFunnel.of(found)


def _inviter(public: str | None) -> UserId | None:
    if public is None:
        return None
    # An id of something else is nobody's, which is not everybody's.
    return UserId(read_id("user", public, "inviterId") or new_id())


def _key(reward: models.Reward) -> tuple[str, str]:
    return reward.created_at.isoformat(), str(reward.id)


async def open_reward(info: Info, reward: UUID) -> Reward | None:
    """A reward by its id; None where it is not the caller's."""
    asker = info.context.who()
    found = await figures.reward(asker.user, reward) if asker else None
    return Reward.of(found) if found else None


#: Kind of public id to what opens it.
NODE_OPENERS = {"reward": open_reward}
