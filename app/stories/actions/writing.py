"""Writing a story: by the customer, who consents as she submits, or for her by a manager, who asks afterwards."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.accounts import queries as accounts
from app.audit_log import actions as audit_log
from app.catalog import queries as catalog
from app.core import clock, db, idempotency
from app.core.errors import NotDraft, TargetNotFound
from app.core.ids import OrderId, ProductId, StoryId, UploadId, UserId
from app.media import actions as media
from app.media.queries import pictures_of
from app.media.states import UploadPurpose
from app.orders import queries as orders
from app.stories import queries, rules, wording
from app.stories.actions.change import change, lock, note_consent, target
from app.stories.actions.consenting import ask_customer
from app.stories.errors import ConsentMissing
from app.stories.models import Story
from app.stories.states import ConsentStatus, StoryStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStory:
    """What a story begins as. `doubts` are what the check of its text found, for the reviewer."""

    title: str
    body: str
    uploads: Sequence[UploadId] = ()
    products: Sequence[ProductId] = ()
    order: OrderId | None = None
    doubts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What of a draft is to change; None leaves it as it is."""

    title: str | None = None
    body: str | None = None
    uploads: Sequence[UploadId] | None = None
    products: Sequence[ProductId] | None = None
    #: What the check of its text found; None where the text stays as it is.
    doubts: Sequence[str] | None = None


@db.retried
async def submit(*, customer: UserId, story: NewStory, wording_version: int, client_id: str) -> StoryId:
    """A customer hands in her own story and consents to this wording: it waits for a review.

    The same client id gives the same story. ConsentMissing where another wording is in force by now; TargetNotFound
    for an order that is not hers or a product that there is not; UploadInvalid, PictureRejected.
    """
    given = {**_given(story), "wording": wording_version}
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=customer, mutation="submitStory", key=client_id, given=given)
        if earlier is not None:
            return StoryId(db.as_id(earlier["story"]))
        if wording_version != wording.NEWEST:
            raise ConsentMissing
        made = await _make(story, customer=customer, author=customer, status=StoryStatus.IN_REVIEW)
        await note_consent(made, ConsentStatus.GIVEN, wording_version=wording_version)
        await idempotency.keep_result(user=customer, mutation="submitStory", key=client_id, result={"story": made.id})
        return made.id


@db.retried
async def write(*, manager: UserId, customer: UserId, story: NewStory, client_id: str) -> StoryId:
    """A manager writes a draft for a customer, who has not been asked yet. The same client id gives the same story.

    TargetNotFound for a customer, an order of hers or a product that there is not; UploadInvalid, PictureRejected.
    """
    given = {**_given(story), "customer": customer}
    async with db.transaction():
        earlier = await idempotency.earlier_result(user=manager, mutation="writeStory", key=client_id, given=given)
        if earlier is not None:
            return StoryId(db.as_id(earlier["story"]))
        if not await accounts.users([customer]):
            raise TargetNotFound
        made = await _make(story, customer=customer, author=manager, status=StoryStatus.DRAFT)
        await idempotency.keep_result(user=manager, mutation="writeStory", key=client_id, result={"story": made.id})
        await audit_log.note(by=manager, verb="story.write", target=target(made.id), detail={"customer": str(customer)})
        return made.id


@db.retried
async def edit(*, by: UserId, is_manager: bool, story: StoryId, expected_version: int, wanted: Edit) -> None:
    """Change a draft. TargetNotFound for who may not; Stale; NotDraft; and what `submit` says of parts.

    A customer's own story goes back into review at once, or, if its text or pictures are not those that she agreed
    to, first asks her again. A manager's stays a draft until she asks.
    """
    async with db.transaction():
        found = await lock(story, expected_version=expected_version)
        written_by_customer = found.author_id == found.customer_id
        if not (found.author_id == by if written_by_customer else is_manager):
            raise TargetNotFound
        if found.status is not StoryStatus.DRAFT:
            raise NotDraft
        await _must_exist(wanted.products or ())
        if wanted.uploads is not None:
            await media.detach(target(story), but=wanted.uploads, for_good=True)
            await media.attach(owner=by, uploads=wanted.uploads, purpose=UploadPurpose.STORY, target=target(story))
        pictures = [each.upload for each in (await pictures_of([target(story)]))[target(story)]]
        told = rules.digest(wanted.title or found.title, wanted.body or found.body, pictures)
        await change(found, digest=told, **_changes(wanted))
        consented = rules.is_given(await queries.last_consent(story), found.digest)
        status = rules.after_edit(by_customer=written_by_customer, consented=consented)
        if status is StoryStatus.AWAITING_CONSENT:
            await ask_customer(found)
        elif status is not found.status:
            await change(found, status=status)
        if is_manager and not written_by_customer:
            await audit_log.note(by=by, verb="story.edit", target=target(story), detail={"version": found.version})


def _given(story: NewStory) -> dict[str, Any]:
    # What the check of the text found may differ from call to call; what was handed in may not.
    return {name: value for name, value in asdict(story).items() if name != "doubts"}


def _changes(wanted: Edit) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if wanted.doubts is not None:
        changes["doubts"] = list(wanted.doubts)
    if wanted.title is not None:
        changes["title"] = wanted.title
    if wanted.body is not None:
        changes["body"] = wanted.body
    if wanted.products is not None:
        changes["product_ids"] = [str(each) for each in wanted.products]
    return changes


async def _make(story: NewStory, *, customer: UserId, author: UserId, status: StoryStatus) -> Story:
    await _must_exist(story.products)
    if story.order is not None:
        order = (await orders.orders([story.order])).get(story.order)
        if order is None or order.user_id != customer:
            raise TargetNotFound
    made = await Story.create(
        customer_id=customer,
        author_id=author,
        title=story.title,
        body=story.body,
        digest=rules.digest(story.title, story.body, story.uploads),
        product_ids=[str(each) for each in story.products],
        order_id=story.order,
        status=status,
        doubts=list(story.doubts),
        created_at=await clock.now(),
    )
    await media.attach(owner=author, uploads=story.uploads, purpose=UploadPurpose.STORY, target=target(made.id))
    return made


async def _must_exist(products: Sequence[ProductId]) -> None:
    if len(await catalog.products(products)) != len(set(products)):
        raise TargetNotFound
