"""What came of sharing, in figures. Nothing here writes; everything follows from touches and attributions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core import db
from app.core.ids import OrderId, RewardId, UserId
from share.models import Attribution, Reward, RewardEvent
from share.states import TouchVerdict


@dataclass(frozen=True, slots=True)
class Totals:
    """What came of one person's links. People are counted, once each; points as they are now."""

    links_created: int
    opened: int
    joined: int
    completed: int
    pending: int
    available: int
    reversed: int


async def totals(user: UserId) -> Totals:
    """What came of this person's links."""
    found = await db.row(Totals, _TOTALS, user)
    assert found is not None  # noqa: S101 - figures are one row, whatever they count
    return found


#: Who opened a link: the account where it is known, else the visitor.
_OPENERS = """
SELECT {what} FROM share_links l JOIN touches t ON t.link_id = l.id JOIN visitors v ON v.id = t.visitor_id
 WHERE l.inviter_id = $1 AND (v.user_id IS NULL OR v.user_id <> $1)
"""
_TOTALS = f"""
SELECT (SELECT COUNT(*) FROM share_links WHERE inviter_id = $1) AS links_created,
       ({_OPENERS.format(what="COUNT(DISTINCT COALESCE(v.user_id, v.id))")}) AS opened,
       ({_OPENERS.format(what="COUNT(DISTINCT v.user_id)")}) AS joined,
       (SELECT COUNT(DISTINCT buyer_id) FROM attributions
         WHERE inviter_id = $1 AND completed_at IS NOT NULL) AS completed,
       (SELECT COALESCE(SUM(points - reversed_points), 0) FROM rewards
         WHERE user_id = $1 AND status = 'FROZEN') AS pending,
       (SELECT COALESCE(SUM(points - reversed_points), 0) FROM rewards
         WHERE user_id = $1 AND status = 'AVAILABLE') AS available,
       (SELECT COALESCE(SUM(reversed_points), 0) FROM rewards WHERE user_id = $1) AS reversed
"""  # noqa: S608 - its parts are our own


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who opened a person's link and is known, and since when both are so."""

    user: UserId
    joined_at: datetime
    #: Tells people of one moment apart, and names nobody.
    place: str


async def invitees(user: UserId, *, limit: int, before: tuple[datetime, str] | None) -> list[Invitee]:
    """Who joined through this person's links, the latest first, from after the given place on."""
    if before is None:
        return await db.rows(Invitee, _INVITEES + _LATEST_FIRST, user, limit)
    return await db.rows(Invitee, _INVITEES + _BEFORE + _LATEST_FIRST, user, limit, *before)


_INVITEES = """
SELECT known."user", known.joined_at, known.place FROM (
    SELECT v.user_id AS "user", MIN(CASE WHEN v.joined_at > t.at THEN v.joined_at ELSE t.at END) AS joined_at,
           MIN(CAST(t.id AS TEXT)) AS place
      FROM share_links l JOIN touches t ON t.link_id = l.id JOIN visitors v ON v.id = t.visitor_id
     WHERE l.inviter_id = $1 AND v.user_id IS NOT NULL AND v.user_id <> $1
     GROUP BY v.user_id
) known
"""
_BEFORE = " WHERE known.joined_at < $3 OR (known.joined_at = $3 AND known.place < $4)"
_LATEST_FIRST = " ORDER BY known.joined_at DESC, known.place DESC LIMIT $2"


async def reward(user: UserId, reward_id: UUID) -> Reward | None:
    """One of a person's rewards; None where it is not there, or another's."""
    return await Reward.get_or_none(id=reward_id, user_id=user)


async def rewards_page(user: UserId, *, limit: int, before: tuple[datetime, RewardId] | None) -> list[Reward]:
    """A person's rewards, the newest first, from after the given place on."""
    return await db.newest_first(Reward.filter(user_id=user), "created_at", limit=limit, before=before)


async def attributions(orders: Sequence[OrderId]) -> list[Attribution]:
    """The attributions of these orders."""
    return await Attribution.filter(order_id__in=list(orders))


async def history(rewards: Sequence[RewardId]) -> list[RewardEvent]:
    """What happened to these rewards, the oldest first."""
    return await RewardEvent.filter(reward_id__in=list(rewards)).order_by("at", "id")


@dataclass(frozen=True, slots=True)
class Competing:
    """A touch that competed for an order, and what was said of it."""

    order: OrderId
    at: datetime
    inviter: UserId
    verdict: TouchVerdict


async def competing(orders: Sequence[OrderId]) -> list[Competing]:
    """The touches that competed for these orders, the oldest first."""
    return await db.rows(Competing, _COMPETING, list(orders))


_COMPETING = """
SELECT c.order_id AS "order", t.at, l.inviter_id AS inviter, c.verdict
  FROM competing_touches c JOIN touches t ON t.id = c.touch_id JOIN share_links l ON l.id = t.link_id
 WHERE c.order_id = ANY($1::uuid[])
 ORDER BY t.at, t.id
"""


@dataclass(frozen=True, slots=True)
class Funnel:
    """What came of a period's openings: links made in it; of its touches, people, counted once each."""

    links: int
    opened: int
    joined: int
    paid: int
    completed: int


async def funnel(
    *, since: datetime, until: datetime, campaign: str | None = None, inviter: UserId | None = None
) -> Funnel:
    """The funnel of the links made and the touches made from `since` until just before `until`.

    Of a campaign's links alone, or of one person's. `paid` and `completed` are of orders that one of these touches
    brought, whenever they were paid.
    """
    found = await db.row(Funnel, _FUNNEL, since, until, campaign, inviter)
    assert found is not None  # noqa: S101 - figures are one row, whatever they count
    return found


_WANTED = "($3::text IS NULL OR l.campaign = $3) AND ($4::uuid IS NULL OR l.inviter_id = $4)"
_FUNNEL = f"""
SELECT (SELECT COUNT(*) FROM share_links l WHERE l.created_at >= $1 AND l.created_at < $2 AND {_WANTED}) AS links,
       COUNT(DISTINCT COALESCE(v.user_id, v.id)) AS opened,
       COUNT(DISTINCT v.user_id) AS joined,
       COUNT(DISTINCT a.buyer_id) AS paid,
       COUNT(DISTINCT CASE WHEN a.completed_at IS NOT NULL THEN a.buyer_id END) AS completed
  FROM touches t
  JOIN visitors v ON v.id = t.visitor_id
  JOIN share_links l ON l.id = t.link_id
  LEFT JOIN competing_touches c ON c.touch_id = t.id AND c.verdict IN ('NAMED', 'LAST')
  LEFT JOIN attributions a ON a.order_id = c.order_id
 WHERE t.at >= $1 AND t.at < $2 AND (v.user_id IS NULL OR v.user_id <> l.inviter_id) AND {_WANTED}
"""  # noqa: S608 - as above
