"""What stories answer to the ports of the rooms below: moderation asks about a story, and tells what was decided."""

from uuid import UUID

from app.core import clock
from app.core.ids import StoryId
from app.media import queries as media
from app.moderation.ports import ShownThing
from app.moderation.states import Decision
from app.stories import actions, queries, rules
from app.stories.actions.change import target
from app.stories.states import StoryStatus


class ModeratedStory:
    """Stories as moderation sees them; what people report about one is hers who agreed to it."""

    async def shown(self, thing: UUID, /) -> ShownThing | None:
        """A story as it is now; None for a withdrawn one."""
        story = await queries.story(StoryId(thing))
        if story is None or story.status is StoryStatus.WITHDRAWN:
            return None
        hung = (await media.pictures_of([target(story.id)]))[target(story.id)]
        return ShownThing(
            author=story.customer_id,
            text=f"{story.title}\n{story.body}",
            picture_paths=tuple(each.path for each in hung),
        )

    async def may_be_reported(self, thing: UUID, /) -> bool:
        """Whether it is out."""
        story = await queries.story(StoryId(thing))
        now = await clock.now()
        return story is not None and rules.status_at(story.status, story.publish_at, now) is StoryStatus.PUBLISHED

    async def decided(self, thing: UUID, decision: Decision, reason: str, /) -> None:  # noqa: ARG002 - its author is told by moderation
        """Take it down, or bring it back."""
        match decision:
            case Decision.REMOVE:
                await actions.take_down(StoryId(thing))
            case Decision.RESTORE:
                await actions.restore(StoryId(thing))
            case Decision.APPROVE:
                pass
