"""Changing a story's row, and what its customer said of it."""

from typing import Any

from app.core import clock, db
from app.core.errors import Stale, TargetNotFound
from app.core.ids import StoryId
from app.core.targets import Target
from app.stories import queries
from app.stories.models import Story, StoryConsent
from app.stories.rules import Consent
from app.stories.states import ConsentStatus

#: The kind of stories' public ids.
KIND = "story"


async def lock(story: StoryId, *, expected_version: int | None = None) -> Story:
    """A story, its row locked until the transaction ends. TargetNotFound; Stale where another version was expected."""
    await db.rows(str, "SELECT id FROM stories WHERE id = $1 FOR NO KEY UPDATE", story)
    found = await Story.get_or_none(id=story)
    if found is None:
        raise TargetNotFound
    if expected_version is not None and found.version != expected_version:
        raise Stale
    return found


async def change(story: Story, **changes: Any) -> None:
    """Write changes to a locked story, as its next version."""
    story.update_from_dict({**changes, "version": story.version + 1})
    await story.save(update_fields=[*changes, "version"])


async def note_consent(story: Story, status: ConsentStatus, *, wording_version: int) -> Consent:
    """Add to a locked story's history what its customer was asked or said of the text as it is."""
    last = await queries.last_consent_row(story.id)
    row = await StoryConsent.create(
        story_id=story.id,
        seq=last.seq + 1 if last else 1,
        status=status,
        digest=story.digest,
        wording_version=wording_version,
        at=await clock.now(),
    )
    return Consent(row.status, row.digest, row.wording_version)


def target(story: StoryId) -> Target:
    """How others point at a story."""
    return Target(KIND, story)
