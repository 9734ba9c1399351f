"""What needs a look at a text before its transaction."""

from dataclasses import replace

from app.community import rules
from app.community.actions import commenting, places, posting
from app.community.actions.places import Edit
from app.community.actions.posting import Written
from app.community.states import CommunityKind
from app.core.ids import CommentId, CommunityId, PostId, UserId
from app.moderation.errors import TextRejected
from app.moderation.flows import check_text, current_filter
from app.moderation.rules import fit
from app.moderation.states import Severity
from app.wechat.client import TextScene


async def create(*, by: UserId, name: str, kind: CommunityKind, about: str, key: str) -> CommunityId:
    """As `actions.places.create`; TextRejected for words that the filter rejects."""
    await _refuse_words(f"{name}\n{about}")
    return await places.create(by=by, name=name, kind=kind, about=about, key=key)


async def edit(community: CommunityId, *, by: UserId, expected_version: int, wanted: Edit) -> None:
    """As `actions.places.edit`; TextRejected for words that the filter rejects."""
    await _refuse_words(f"{wanted.name or ''}\n{wanted.about or ''}")
    await places.edit(community, by=by, expected_version=expected_version, wanted=wanted)


async def _refuse_words(text: str) -> None:
    # Staff's own words do not go to WeChat; the log has who wrote them.
    if (await current_filter()).look(text) is Severity.REJECT:
        raise TextRejected


async def post(*, author: UserId, community: CommunityId, written: Written, client_id: str) -> PostId:
    """Post, once per client id.

    TextTooLong, TextRejected, TargetNotFound, NotAMember, Muted, UploadInvalid, PictureRejected, IdempotencyKeyReused.
    Who may not post is refused before WeChat is asked: its checks are counted.
    """
    written = replace(written, text=fit(written.text, longest=rules.LONGEST_POST))
    known = await posting.posted_before(author=author, community=community, written=written, client_id=client_id)
    if known is not None:
        return known
    await posting.refuse_to_post(author=author, community=community, about=written.about)
    finding = await check_text(author=author, texts=[written.text, *written.topics], scene=TextScene.FORUM)
    return await posting.post(author=author, community=community, written=written, client_id=client_id, finding=finding)


async def comment(*, author: UserId, post: PostId, text: str, client_id: str) -> CommentId:
    """Comment, once per client id.

    TextTooLong, TextRejected, TargetNotFound, NotAMember, Muted, IdempotencyKeyReused; in this order, as `post`.
    """
    text = fit(text, longest=rules.LONGEST_COMMENT)
    known = await commenting.commented_before(author=author, post=post, text=text, client_id=client_id)
    if known is not None:
        return known
    await commenting.refuse_to_comment(author=author, post=post)
    finding = await check_text(author=author, texts=[text], scene=TextScene.COMMENT)
    return await commenting.comment(author=author, post=post, text=text, client_id=client_id, finding=finding)
