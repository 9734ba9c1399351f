"""A text is looked at before it is handed in: the check asks WeChat, so it stands outside of the transaction."""

from collections.abc import Sequence
from dataclasses import replace

from app.core.ids import StoryId, UserId
from app.moderation import flows as moderation
from app.moderation import rules as texts
from app.stories import actions, rules
from app.stories.actions import Edit, NewStory
from app.wechat.client import TextScene


async def submit(*, customer: UserId, story: NewStory, wording_version: int, client_id: str) -> StoryId:
    """As `actions.submit`, its text looked at first: TextTooLong, TextRejected."""
    doubts = await _doubts(customer, story.title, story.body)
    checked = replace(story, doubts=doubts)
    return await actions.submit(customer=customer, story=checked, wording_version=wording_version, client_id=client_id)


async def write(*, manager: UserId, customer: UserId, story: NewStory, client_id: str) -> StoryId:
    """As `actions.write`, its text looked at first: TextTooLong, TextRejected."""
    doubts = await _doubts(manager, story.title, story.body)
    checked = replace(story, doubts=doubts)
    return await actions.write(manager=manager, customer=customer, story=checked, client_id=client_id)


async def edit(*, by: UserId, is_manager: bool, story: StoryId, expected_version: int, wanted: Edit) -> None:
    """As `actions.edit`, its text looked at first: TextTooLong, TextRejected."""
    doubts = await _doubts(by, wanted.title or "", wanted.body or "")
    checked = replace(wanted, doubts=doubts)
    await actions.edit(by=by, is_manager=is_manager, story=story, expected_version=expected_version, wanted=checked)


async def _doubts(author: UserId, title: str, body: str) -> Sequence[str]:
    texts.fit(title, longest=rules.LONGEST_TITLE)
    texts.fit(body, longest=rules.LONGEST_BODY)
    finding = await moderation.check_text(author=author, texts=[title, body], scene=TextScene.FORUM)
    return [each.value for each in finding.why]
