"""What people decide about themselves: each of these is one transaction."""

from collections.abc import Sequence

from app.accounts import actions as accounts
from app.core import clock, db, idempotency
from app.core.ids import ExportId, UploadId, UserId
from app.core.targets import Target
from app.media import actions as media
from app.media.states import UploadPurpose
from app.moderation import actions as moderation
from app.moderation.states import Why
from app.personal import ports, rules
from app.personal.models import DataExport
from app.personal.states import ExportStatus

#: What a name and an avatar hang on, and what moderation decides on.
USER = "user"


@db.retried
async def change_profile(
    *, user: UserId, nickname: str | None, doubts: Sequence[Why] = (), avatar: UploadId | None
) -> None:
    """Change name, picture or both; None leaves it. UploadInvalid, PictureRejected.

    A name with `doubts` is shown to others once a person has approved it, a picture once it is passed.
    """
    target = Target(USER, user)
    async with db.transaction():
        await accounts.lock(user)
        if nickname is not None:
            await accounts.change_nickname(user=user, nickname=nickname, is_looked_at=not doubts)
            if doubts:
                await moderation.put_in_queue(target=target, author=user, why=doubts, text=nickname)
        if avatar is not None:
            # Chosen before it is attached: attaching may tell at once that it is passed.
            (picture,) = await media.attach(owner=user, uploads=[avatar], purpose=UploadPurpose.AVATAR, target=target)
            await accounts.choose_avatar(user=user, path=picture.path)
            if picture.passed:
                await settle_avatar(user=user, upload=avatar, path=picture.path, passed=True)


async def settle_avatar(*, user: UserId, upload: UploadId, path: str, passed: bool) -> None:
    """Show an avatar that was passed in place of the one before, or forget it; in the running transaction."""
    settled = await accounts.settle_avatar(user=user, path=path, passed=passed)
    if settled and passed:
        await media.detach(Target(USER, user), but=[upload])


@db.retried
async def ask_export(*, user: UserId, key: str) -> ExportId:
    """Have everything that is kept about a person put into a file; the same key gives the same export."""
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=user, mutation="exportMyData", key=key, given={})
        if earlier:
            return ExportId(db.as_id(earlier["export"]))
        await accounts.lock(user)
        under_way = await DataExport.filter(user_id=user, status=ExportStatus.PREPARING).first()
        now = await clock.now()
        export = under_way or await DataExport.create(
            user_id=user, status=ExportStatus.PREPARING, due_at=now, created_at=now
        )
        await idempotency.keep_result(user=user, mutation="exportMyData", key=key, result={"export": export.id})
        return export.id


@db.retried
async def finish_export(export: ExportId) -> bool:
    """The file is in the store; False where the export was finished before or its person is gone."""
    preparing = DataExport.filter(id=export, status=ExportStatus.PREPARING)
    return bool(
        await preparing.update(
            status=ExportStatus.READY, due_at=None, has_file=True,
            expires_at=await clock.now() + rules.EXPORT_KEPT,
        )
    )  # fmt: skip


async def take_export(export: ExportId) -> bool:
    """Take the one right to fetch a file; False where somebody has, or it is too late."""
    taken = await db.execute(
        "UPDATE data_exports SET status = 'FETCHED' WHERE id = $1 AND status = 'READY' AND expires_at > $now", export
    )
    return bool(taken)


@db.retried
async def finish_deletion(*, user: UserId) -> bool:
    """Forget a person whose waiting period has ended, as every room says; False where something is still open.

    Then nothing brings the account back: she is signed out and cannot come in, and is looked at again later.
    """
    async with db.transaction():
        await accounts.lock(user)
        if await ports.has_open_business(user):
            await accounts.block_user(user=user)
            return False
        for erase in ports.erasers().values():
            await erase(user)
        return True
