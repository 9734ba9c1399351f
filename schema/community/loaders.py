"""Communities, posts and comments, many at once."""

from app.community import queries
from app.community.models import Comment, Community, Post
from app.core.ids import CommentId, CommunityId, PostId
from app.core.targets import Target
from app.media import queries as media
from app.media.queries import Picture


async def load_communities(ids: list[CommunityId]) -> list[Community | None]:
    """These communities; None for what there is not."""
    found = await queries.communities(ids)
    return [found.get(each) for each in ids]


async def load_posts(ids: list[PostId]) -> list[Post | None]:
    """These posts, whoever may read them; None for what there is not."""
    found = await queries.posts(ids)
    return [found.get(each) for each in ids]


async def load_comments(ids: list[CommentId]) -> list[Comment | None]:
    """These comments, whoever may read them; None for what there is not."""
    found = await queries.comments(ids)
    return [found.get(each) for each in ids]


async def load_reaction_counts(targets: list[Target]) -> list[int]:
    """How many react to these things."""
    found = await queries.reaction_counts(targets)
    return [found[each] for each in targets]


async def load_pictures_of_posts(targets: list[Target]) -> list[list[Picture]]:
    """The pictures of these posts."""
    found = await media.pictures_of(targets)
    return [found[each] for each in targets]
