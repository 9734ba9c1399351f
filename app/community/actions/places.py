"""Communities themselves, and who belongs to them."""

from dataclasses import dataclass

from app.audit_log import actions as audit_log
from app.community.models import Community
from app.community.states import CommunityKind
from app.core import clock, db, idempotency
from app.core.errors import Stale, TargetNotFound
from app.core.ids import CommunityId, UploadId, UserId, new_id
from app.core.targets import Target
from app.media.actions import attaching as media
from app.media.states import UploadPurpose

#: The kind of communities' public ids.
KIND = "community"

_CREATE = "createCommunity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What of a community is to change; None leaves it as it is."""

    name: str | None = None
    about: str | None = None
    cover: UploadId | None = None


@db.retried
async def create(*, by: UserId, name: str, kind: CommunityKind, about: str, key: str) -> CommunityId:
    """Make a community; the same key gives the same one. IdempotencyKeyReused."""
    async with db.transaction():
        given = {"name": name, "kind": kind, "about": about}
        earlier = await idempotency.earlier_result(user=by, mutation=_CREATE, key=key, given=given)
        if earlier is not None:
            return CommunityId(db.as_id(earlier["community"]))
        made = await Community.create(name=name, kind=kind, about=about, created_at=await clock.now())
        await idempotency.keep_result(user=by, mutation=_CREATE, key=key, result={"community": made.id})
        await audit_log.note(by=by, verb="community.create", target=target(made.id), detail=given)
        return made.id


@db.retried
async def edit(community: CommunityId, *, by: UserId, expected_version: int, wanted: Edit) -> None:
    """Change a community. A cover is shown once it has passed its check; until then there is none.

    TargetNotFound, Stale, UploadInvalid, PictureRejected.
    """
    async with db.transaction():
        found = await lock(community)
        if found.version != expected_version:
            raise Stale
        changes: dict[str, object] = {
            name: value for name, value in (("name", wanted.name), ("about", wanted.about)) if value is not None
        }
        if wanted.cover is not None:
            await media.detach(target(community), but=[wanted.cover])
            await media.attach(owner=by, uploads=[wanted.cover], purpose=UploadPurpose.COVER, target=target(community))
            changes["cover_path"] = None
        if changes:
            await Community.filter(id=community).update(**changes, version=found.version + 1)
            await audit_log.note(by=by, verb="community.edit", target=target(community), detail=changes)


async def lock(community: CommunityId) -> Community:
    """A community, its row locked until the transaction ends. TargetNotFound."""
    await db.rows(str, "SELECT id FROM communities WHERE id = $1 FOR NO KEY UPDATE", community)
    found = await Community.get_or_none(id=community)
    if found is None:
        raise TargetNotFound
    return found


async def show_cover(community: CommunityId, *, path: str) -> None:
    """Show a cover that passed, in the running transaction."""
    found = await lock(community)
    await Community.filter(id=community).update(cover_path=path, version=found.version + 1)


@db.retried
async def join(*, user: UserId, community: CommunityId) -> None:
    """Belong to a community; a repeat changes nothing. TargetNotFound."""
    async with db.transaction():
        await lock(community)
        joined = await db.execute(_JOIN, new_id(), community, user, await clock.now())
        await db.execute("UPDATE communities SET member_count = member_count + $2 WHERE id = $1", community, joined)


_JOIN = """
INSERT INTO community_members (id, community_id, user_id, joined_at) VALUES ($1, $2, $3, $4)
 ON CONFLICT (community_id, user_id) DO NOTHING
"""


@db.retried
async def leave(*, user: UserId, community: CommunityId) -> None:
    """Belong to a community no more; a repeat changes nothing. What she wrote stays. TargetNotFound."""
    async with db.transaction():
        await lock(community)
        left = await db.execute(
            "DELETE FROM community_members WHERE community_id = $1 AND user_id = $2", community, user
        )
        await db.execute("UPDATE communities SET member_count = member_count - $2 WHERE id = $1", community, left)


def target(community: CommunityId) -> Target:
    """How others point at a community."""
    return Target(KIND, community)
