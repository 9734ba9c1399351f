"""What a reviewer decides, and coming out at the right moment."""

from datetime import datetime

from app.audit_log import actions as audit_log
from app.core import clock, db, outbox
from app.core.ids import StoryId, UserId
from app.media import actions as media
from app.stories import queries, rules
from app.stories.actions.change import change, lock, target
from app.stories.facts import StoryPublished, StoryWithdrawn
from app.stories.models import Story
from app.stories.states import ReviewDecision, StoryStatus


@db.retried
async def review(
    *, by: UserId, story: StoryId, decision: ReviewDecision, note: str | None, publish_at: datetime | None
) -> None:
    """Approve a story, at once or for a moment to come; refuse it; or send it back to be changed.

    The reviewer's same decision once more changes nothing. TargetNotFound; NotInReview; SecondPersonNeeded for who
    wrote it; ConsentMissing where the customer has not agreed to this very text.
    """
    async with db.transaction():
        found = await lock(story)
        now = await clock.now()
        consented = rules.is_given(await queries.last_consent(story), found.digest)
        refusal = rules.refusal_to_review(
            found.status, decision, consented=consented, reviewer=by, author=found.author_id
        )
        if refusal:
            is_hers = (found.reviewed_by, found.review_note) == (by, note)
            if is_hers and rules.is_repeat(decision, publish_at, found.status, found.publish_at, now):
                return
            raise refusal
        out_at = max(publish_at or now, now)
        await change(
            found,
            status=rules.after_review(decision, out_at, now),
            reviewed_by=by,
            review_note=note,
            publish_at=out_at if decision is ReviewDecision.APPROVE else None,
        )
        if found.status is StoryStatus.PUBLISHED:
            await _tell(found)
        await audit_log.note(
            by=by,
            verb="story.review",
            target=target(story),
            detail={"decision": decision, "publish_at": found.publish_at and found.publish_at.isoformat()},
            reason=note,
        )


@db.retried
async def announce_due(story: StoryId) -> bool:
    """Note that a scheduled story is out and tell of it; False where it is not due, or was withdrawn meanwhile.

    One that a moderator brought back was told of before, and is not told of again.
    """
    async with db.transaction():
        found = await lock(story)
        if found.status is not StoryStatus.SCHEDULED:
            return False
        if rules.status_at(found.status, found.publish_at, await clock.now()) is not StoryStatus.PUBLISHED:
            return False
        await change(found, status=StoryStatus.PUBLISHED)
        await _tell(found)
        return True


async def take_down(story: StoryId) -> None:
    """A moderator removes a story, in the running transaction. What is not out, or withdrawn, stays as it is."""
    found = await lock(story)
    if found.status in rules.APPROVED:
        await change(found, status=StoryStatus.REJECTED)
        await media.detach(target(story))
        await outbox.record(StoryWithdrawn(story=story))


async def restore(story: StoryId) -> None:
    """Bring back what a moderator took down, in the running transaction, if its customer still agrees to it."""
    found = await lock(story)
    consented = rules.is_given(await queries.last_consent(story), found.digest)
    if found.status is StoryStatus.REJECTED and found.publish_at is not None and consented:
        await change(found, status=StoryStatus.SCHEDULED)
        await media.restore(target(story))


async def _tell(story: Story) -> None:
    if story.announced_at is not None:
        return
    await change(story, announced_at=await clock.now())
    await outbox.record(StoryPublished(story=story.id, customer=story.customer_id, title=story.title))
