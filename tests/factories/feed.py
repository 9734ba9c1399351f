"""What stands in feeds beside posts, and reading feeds page by page."""

from typing import Any

from app.core import clock
from app.core.ids import UserId
from app.stories.models import Story
from app.stories.states import StoryStatus
from tests.conftest import Api
from tests.factories.accounts import a_user


async def a_published_story(customer: UserId | None = None, title: str = "三年的茶") -> Story:
    """A story that everybody may read."""
    customer = customer or (await a_user()).id
    now = await clock.now()
    return await Story.create(
        customer_id=customer, author_id=customer, title=title, body="每天早上一杯。", product_ids=[], doubts=[],
        status=StoryStatus.PUBLISHED, publish_at=now, created_at=now,
    )  # fmt: skip


async def feed_of(api: Api, community: str, *, first: int = 50, after: str | None = None) -> dict[str, Any]:
    """A page of a community's feed."""
    given = {"communityId": community, "first": first, "after": after}
    return dict((await api.outcome("CommunityFeed", given))["feed"])


async def my_feed(
    api: Api, token: str, *, community: str | None = None, first: int = 50, after: str | None = None,
    locale: str = "zh-CN",
) -> dict[str, Any]:  # fmt: skip
    """A page of one's own feed."""
    given = {"communityId": community, "first": first, "after": after}
    return dict((await api.outcome("MyFeed", given, token=token, locale=locale))["feed"])


def ids_in(feed: dict[str, Any]) -> list[str]:
    """What a page shows."""
    return [each["node"]["id"] for each in feed["edges"]]


def whys_in(feed: dict[str, Any]) -> dict[str, str]:
    """What a page says about why."""
    return {each["node"]["id"]: each["why"] for each in feed["edges"]}
