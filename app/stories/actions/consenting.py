"""Asking the customer, and what she answers."""

from app.audit_log import actions as audit_log
from app.core import db, outbox
from app.core.errors import NotDraft, TargetNotFound
from app.core.ids import StoryId, UserId
from app.media import actions as media
from app.stories import queries, rules, wording
from app.stories.actions.change import change, lock, note_consent, target
from app.stories.errors import ConsentMissing
from app.stories.facts import StoryConsentAsked, StoryWithdrawn
from app.stories.models import Story
from app.stories.states import ConsentStatus, StoryStatus


@db.retried
async def ask(*, by: UserId, story: StoryId) -> None:
    """A manager asks the customer whether this draft may be told. TargetNotFound, NotDraft.

    Nobody is asked twice about one text: while she has not answered, and after she declined, a repeat changes
    nothing. What she has agreed to already, word for word, goes to the reviewer without asking.
    """
    async with db.transaction():
        found = await lock(story)
        consent = await queries.last_consent(story)
        if found.status is StoryStatus.AWAITING_CONSENT:
            return
        if found.status is not StoryStatus.DRAFT:
            raise NotDraft
        if rules.is_given(consent, found.digest):
            await change(found, status=StoryStatus.IN_REVIEW)
        elif not rules.is_settled(consent, found.digest):
            await ask_customer(found)
        else:
            return
        await audit_log.note(by=by, verb="story.ask", target=target(story), detail={"version": found.version})


async def ask_customer(story: Story) -> None:
    """Ask about a locked story's text as it is now, under the wording in force."""
    await note_consent(story, ConsentStatus.ASKED, wording_version=wording.NEWEST)
    await change(story, status=StoryStatus.AWAITING_CONSENT)
    await outbox.record(StoryConsentAsked(story=story.id, customer=story.customer_id, title=story.title))


@db.retried
async def answer(*, customer: UserId, story: StoryId, accept: bool, wording_version: int) -> None:
    """The customer agrees, and the story goes to the reviewer; or declines, and it is a draft again.

    The same answer once more changes nothing. TargetNotFound for everybody else; ConsentMissing where she was not
    asked, or answers another wording than she was asked with.
    """
    async with db.transaction():
        found = await _hers(customer, story)
        consent = await queries.last_consent(story)
        said = ConsentStatus.GIVEN if accept else ConsentStatus.DECLINED
        if consent is not None and (consent.status, consent.wording_version) == (said, wording_version):
            return
        if found.status is not StoryStatus.AWAITING_CONSENT or consent is None:
            raise ConsentMissing
        if consent.wording_version != wording_version:
            raise ConsentMissing
        await note_consent(found, said, wording_version=wording_version)
        await change(found, status=StoryStatus.IN_REVIEW if accept else StoryStatus.DRAFT)


@db.retried
async def withdraw(*, customer: UserId, story: StoryId) -> None:
    """The customer takes her consent back: with this commit the story is gone everywhere, for good.

    A repeat changes nothing. TargetNotFound for everybody else, and where she was never asked.
    """
    async with db.transaction():
        found = await _hers(customer, story)
        consent = await queries.last_consent(story)
        if consent is None:
            raise TargetNotFound
        await _withdraw(found, consent)


async def withdraw_all_of(customer: UserId) -> int:
    """Withdraw all stories of somebody who leaves, and forget what they tell, in the running transaction; how many.

    What stays says that there was a story, and what she agreed to when.
    """
    theirs = await queries.ids_of(customer)
    for each in theirs:
        found = await lock(each)
        await _withdraw(found, await queries.last_consent(each))
        await change(found, title="", body="", product_ids=[], order_id=None, doubts=[], review_note=None)
    return len(theirs)


async def _withdraw(story: Story, consent: rules.Consent | None) -> None:
    if story.status is StoryStatus.WITHDRAWN:
        return
    asked_with = consent.wording_version if consent else wording.NEWEST
    await note_consent(story, ConsentStatus.WITHDRAWN, wording_version=asked_with)
    await change(story, status=StoryStatus.WITHDRAWN, publish_at=None)
    await media.detach(target(story.id))
    await outbox.record(StoryWithdrawn(story=story.id))


async def _hers(customer: UserId, story: StoryId) -> Story:
    found = await lock(story)
    if found.customer_id != customer:
        raise TargetNotFound
    return found
