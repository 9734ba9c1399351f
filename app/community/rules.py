"""What is decided about posts and comments, over values."""

from collections.abc import Sequence

from app.community.states import PostStatus
from app.media.states import Verdict
from app.moderation.states import Decision

LONGEST_POST = 2000
LONGEST_COMMENT = 500
LONGEST_TOPIC = 20
LONGEST_NAME = 40
LONGEST_ABOUT = 500
EXCERPT = 40
MOST_PICTURES = 9
MOST_TOPICS = 5

#: Kinds of public ids that a post can be about, and that can be reacted to beside posts.
ATTACHED = ("product", "group", "live", "story")
REACTED = ("story",)


def status_of(*, text_passed: bool, pictures: Sequence[Verdict]) -> PostStatus:
    """What a post is once so much is known of it: one picture that may not be shown keeps all of it back."""
    if Verdict.REJECTED in pictures:
        return PostStatus.REJECTED
    passed = text_passed and all(each is Verdict.PASSED for each in pictures)
    return PostStatus.PUBLISHED if passed else PostStatus.IN_REVIEW


def after_removal(status: PostStatus) -> PostStatus:
    """What a person's no makes of it: what nobody has read yet is rejected, and not removed."""
    return PostStatus.REJECTED if status is PostStatus.IN_REVIEW else PostStatus.REMOVED


def comment_after(decision: Decision, status: PostStatus) -> PostStatus:
    """What a decision makes of a comment; nothing of one that its author has withdrawn."""
    if status is PostStatus.WITHDRAWN:
        return status
    if decision is not Decision.REMOVE:
        return PostStatus.PUBLISHED
    return status if status in {PostStatus.REJECTED, PostStatus.REMOVED} else after_removal(status)


def topics_of(given: Sequence[str]) -> list[str]:
    """Topics without their marks, each once, in their order."""
    bare = (each.strip().strip("#＃").strip() for each in given)
    return list(dict.fromkeys(each for each in bare if each))


def excerpt(text: str) -> str:
    """The first words of a post: what a link to it is called."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"
