"""Groups that anybody can join now, those with certain people in them, and who has completed one with whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core import db
from app.core.ids import DealId, GroupId, UserId
from app.group_buying.models import Group


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group that can be joined: full and closing ones are none."""

    id: GroupId
    leader: UserId
    created_at: datetime


async def open_groups(*, limit: int) -> list[OpenGroup]:
    """The newest groups that can be joined."""
    return await db.rows(OpenGroup, f"{_OPEN} ORDER BY g.created_at DESC, g.id DESC LIMIT $1", limit)


async def open_groups_with(people: Sequence[UserId], *, limit: int) -> list[OpenGroup]:
    """The newest groups that can be joined and that one of these people leads, or has paid a seat in."""
    newest = " ORDER BY g.created_at DESC, g.id DESC LIMIT $1"
    return await db.rows(OpenGroup, _OPEN + _WITH + newest, limit, list(people))


async def open_groups_of_deal_with(people: Sequence[UserId], *, deal: DealId, limit: int) -> list[OpenGroup]:
    """As `open_groups_with`, of one deal: fewest seats left first, then the nearest deadline."""
    almost_full = " AND g.deal_id = $3 ORDER BY g.size - g.taken - g.held, g.expires_at, g.id LIMIT $1"
    return await db.rows(OpenGroup, _OPEN + _WITH + almost_full, limit, list(people), deal)


async def open_among(ids: Sequence[GroupId]) -> dict[GroupId, Group]:
    """Those of these groups that can be joined."""
    found = await db.rows(OpenGroup, f"{_OPEN} AND g.id = ANY($1::uuid[])", list(set(ids)))
    return {each.id: each for each in await Group.filter(id__in=[each.id for each in found])} if found else {}


_OPEN = """
SELECT g.id, g.leader_id AS leader, g.created_at FROM groups g
 WHERE g.status = 'FORMING' AND g.taken + g.held < g.size AND g.closes_at > $now
"""
_WITH = """
 AND EXISTS (SELECT 1 FROM seats s WHERE s.group_id = g.id AND s.user_id = ANY($2::uuid[])
             AND s.status IN ('TAKEN', 'SETTLED'))
"""


async def completed_with(user: UserId, *, limit: int) -> list[UserId]:
    """Who has completed a group together with somebody."""
    return await db.rows(UserId, _COMPLETED_WITH, user, limit)


_COMPLETED_WITH = """
SELECT DISTINCT o.user_id FROM seats m JOIN groups g ON g.id = m.group_id AND g.status = 'COMPLETED'
  JOIN seats o ON o.group_id = m.group_id AND o.user_id <> m.user_id AND o.status IN ('TAKEN', 'SETTLED')
 WHERE m.user_id = $1 AND m.status IN ('TAKEN', 'SETTLED') ORDER BY o.user_id LIMIT $2
"""
