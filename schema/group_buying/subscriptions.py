"""Groups as they change."""

import contextlib
from collections.abc import AsyncIterable, Sequence

import strawberry
from graphql import GraphQLError

from app.core import streams
from app.core.ids import GroupCode, GroupId, is_code
from app.group_buying import models, queries
from app.group_buying.actions.change import STREAM
from app.group_buying.errors import GroupNotFound
from app.group_buying.states import GroupChangeKind, GroupStatus
from schema.engine.streams import Frame, Stream
from schema.group_buying.types import Group, GroupChange
from schema.inputs import bad_input

#: Nothing changes in a group after these.
_FINAL = frozenset({GroupStatus.COMPLETED, GroupStatus.CANCELLED, GroupStatus.FAILED})


@strawberry.type
class GroupBuyingSubscription:
    """What changes in groups."""

    @strawberry.subscription(
        description="A state stream: the group as it is now (left out where afterVersion is still current), then the "
        "newest state after each change; version never goes back. Ends with the group."
    )
    async def group_changed(self, code: str, after_version: int | None = None) -> AsyncIterable[GroupChange]:
        """Follow a group."""
        if after_version is not None and after_version < 0:
            bad_input("afterVersion", "A version is not below zero.")
        group = await _group(code)
        return Stream(
            topic=streams.topic(STREAM, group.id),
            kind="state",
            after=_resumed_after(after_version, group),
            resume_argument="afterVersion",
            read=lambda after: _read(group.id, after),
            bus=streams.bus(),
        )


async def _group(code: str) -> models.Group:
    if is_code(code, "G"):
        with contextlib.suppress(GroupNotFound):
            return await queries.group_by_code(GroupCode(code))
    raise GraphQLError("There is no such group.", extensions={"code": "NOT_FOUND"})


def _resumed_after(version: int | None, group: models.Group) -> int | None:
    """Where to go on from; None for the state as it is.

    A version from the future is no version of this group: the state as it is sets the client right. And of a group
    in which nothing changes any more that state is the last frame, whatever the client knows of it.
    """
    if version is None or version > group.version or group.status in _FINAL:
        return None
    return version


async def _read(group: GroupId, after: int | None) -> Sequence[Frame[GroupChange]]:
    row = (await queries.groups([group]))[group]
    final = row.status in _FINAL
    if after is not None and row.version <= after and not final:
        return []
    kind = GroupChangeKind.SNAPSHOT if after is None else row.last_change
    change = GroupChange(kind=kind, version=row.version, group=Group.of(row))
    return [Frame(row.version, change, last=final)]
