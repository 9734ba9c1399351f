"""Stories, their pictures, consents and marks, many at once."""

from app.core.ids import StoryId
from app.core.targets import Target
from app.media import queries as media
from app.media.queries import Picture
from app.stories import queries
from app.stories.actions.change import target
from app.stories.models import Story
from app.stories.rules import Consent


async def load_stories(ids: list[StoryId]) -> list[Story | None]:
    """These stories, whoever may read them; None for what there is not."""
    found = await queries.stories(ids)
    return [found.get(each) for each in ids]


async def load_consents(ids: list[StoryId]) -> list[Consent | None]:
    """What the customers of these stories last were asked or said."""
    found = await queries.last_consents(ids)
    return [found.get(each) for each in ids]


async def load_pictures(ids: list[StoryId]) -> list[list[Picture]]:
    """The pictures of these stories, in their order."""
    targets: list[Target] = [target(each) for each in ids]
    found = await media.pictures_of(targets)
    return [found[each] for each in targets]


async def load_verified(ids: list[StoryId]) -> list[bool]:
    """Whether the customers of these stories have received what they are about."""
    verified = await queries.verified(list((await queries.stories(ids)).values()))
    return [each in verified for each in ids]
