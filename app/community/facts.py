"""What happened in communities."""

from dataclasses import dataclass

from app.core.ids import CommunityId, PostId, UserId
from app.core.outbox import Fact


@dataclass(frozen=True, slots=True)
class PostPublished(Fact):
    """Everybody may read a post; once per post."""

    post: PostId
    community: CommunityId
    author: UserId
