"""Things that belong to somebody, made by the factories: what the table of owners asks for by its id.

Every maker gives a new thing of somebody new.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.accounts.actions import disable_staff
from app.accounts.models import Profile, Role
from app.after_sale import actions as after_sales
from app.after_sale import queries as after_sale_queries
from app.after_sale.states import AfterSaleReason
from app.audit_log.models import AuditEntry
from app.catalog.models import Sku
from app.community.actions import commenting, posting
from app.community.models import Post
from app.core import clock, worker
from app.core.ids import CommunityId, ExportId, PerkPlanId, UserId, new_id, to_public
from app.core.targets import Target
from app.desk import actions as desk
from app.desk.models import DeskItem, Matter
from app.group_buying.models import Offer
from app.group_buying.states import DealStatus
from app.live.actions import running, talking
from app.media import actions as media
from app.media.states import UploadPurpose, Verdict
from app.membership.actions import planning, simulating
from app.membership.models import PerkPlan
from app.moderation import actions as moderation
from app.moderation.models import ModerationItem
from app.moderation.states import Decision, ReportReason, Severity
from app.orders import queries as order_queries
from app.orders.actions import shipping
from app.orders.models import Shipment
from app.payments import actions as payments
from app.payments.models import Refund, RefundReason
from app.personal.actions import ask_export
from app.stories.states import ReviewDecision
from app.wiring import JOBS
from schema.notifications.types import cursor_of
from share.models import Reward
from tests.factories.accounts import a_user, an_address, staff
from tests.factories.community import DOUBTED, PASSED, a_comment, a_community, a_post
from tests.factories.group_buying import MadeDeal, a_buyer, a_deal, a_group, group_of, money_arrives, opens
from tests.factories.live import a_member_of_staff, a_product, a_room
from tests.factories.media import an_upload
from tests.factories.membership import tiers_with
from tests.factories.moderation import a_queued_note
from tests.factories.notifications import a_user_id, told
from tests.factories.orders import Bought, a_bought, receives, ships
from tests.factories.referral import buys_in_group, comes_by
from tests.factories.share import a_link
from tests.factories.stories import a_manager, a_published, a_submitted, a_written, asks, decides, withdraws


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that somebody has."""

    #: What names it at the API: an id, a code, a cursor.
    id: str
    #: Whose it is; None for what is the house's.
    owner: UserId | None = None
    version: int = 1
    #: By the names of inputs: what it cannot be asked for without.
    beside: Mapping[str, object] = field(default_factory=dict)
    #: Whoever asks belongs to it, so that nothing but whose the thing is stands in her way.
    community: CommunityId | None = None
    #: What an answer that gives the thing holds, where that is not its id.
    shows: str = ""


Maker = Callable[[], Awaitable[Thing]]


def _name() -> str:
    # Fourteen of its characters count milliseconds; what differs within one comes last.
    return new_id().hex[-12:]


async def an_account() -> Thing:
    ann = await a_user(phone="13812341234")
    return Thing(to_public("user", ann.id), ann.id)


async def a_phone() -> Thing:
    ann = await an_account()
    return Thing(ann.id, ann.owner, shows="138****1234")


async def an_inviter() -> Thing:
    ann = await an_account()
    return Thing(ann.id, ann.owner, shows="ReferralFunnel")


async def an_owned_address() -> Thing:
    ann = (await a_user()).id
    return Thing(to_public("address", (await an_address(ann)).id), ann)


async def a_roof() -> Thing:
    """An address, and goods that could be sent there."""
    ann, group, deal = await an_owned_address(), await a_group(prefix=_name()), await a_deal()
    beside = {
        "dealId": to_public("deal", deal.id),
        "productId": to_public("product", deal.product),
        "groupCode": group.code,
    }
    return Thing(ann.id, ann.owner, beside=beside)


async def an_unpaid_order() -> Thing:
    buyer = await a_buyer(_name())
    held = await opens(buyer, await a_deal())
    return Thing(to_public("order", held.order), buyer.id)


async def a_held_seat() -> Thing:
    buyer = await a_buyer(_name())
    held = await opens(buyer, await a_deal())
    return Thing((await group_of(held)).code, buyer.id, shows=to_public("order", held.order))


async def a_taken_seat() -> Thing:
    group = await a_group(prefix=_name())
    return Thing(group.code, group.members[0].id, shows=to_public("order", group.orders[0]))


async def a_forming_group() -> Thing:
    group = await a_group(prefix=_name())
    return Thing(group.code)


async def _bought_now(bought: Bought) -> Thing:
    return Thing(to_public("order", bought.id), bought.buyer.id, (await bought.now()).version)


async def an_order_to_ship() -> Thing:
    return await _bought_now(await a_bought(prefix=_name()))


async def _a_shipped() -> Bought:
    bought = await a_bought(prefix=_name())
    await ships(bought, by=a_user_id())
    return bought


async def a_shipped_order() -> Thing:
    return await _bought_now(await _a_shipped())


async def an_untold_parcel() -> Thing:
    """A shipped order of which WeChat would not hear."""
    bought = await _a_shipped()
    await shipping.note_upload_refused(await Shipment.get(order_id=bought.id), "268485216")
    return await _bought_now(bought)


async def a_received_order() -> Thing:
    bought = await _a_shipped()
    await receives(bought)
    (line,) = (await order_queries.lines_of([bought.id]))[bought.id]
    made = await _bought_now(bought)
    return Thing(made.id, made.owner, made.version, {"lines": [{"lineId": to_public("line", line.id), "quantity": 1}]})


async def a_line() -> Thing:
    bought = await _a_shipped()
    await receives(bought)
    (line,) = (await order_queries.lines_of([bought.id]))[bought.id]
    return Thing(to_public("line", line.id), bought.buyer.id)


async def somebody_else_s_line() -> Thing:
    """An order, and a line of somebody else's."""
    mine, other = await a_received_order(), await a_line()
    return Thing(other.id, mine.owner, beside={"orderId": mine.id, "lines": [{"lineId": other.id, "quantity": 1}]})


async def a_refund_request() -> Thing:
    bought = await a_bought(prefix=_name())
    made = await after_sales.request(
        buyer=bought.buyer.id, order=bought.id, pieces=None, reason=AfterSaleReason.OTHER, note="", key=_name()
    )
    version = (await after_sale_queries.after_sale(made)).version
    return Thing(to_public("aftersale", made), bought.buyer.id, version)


async def a_reward() -> Thing:
    ann, ben = await a_buyer(_name()), await a_buyer(_name())
    await comes_by(ben, ann)
    await buys_in_group(ben)
    await worker.run_until_idle(JOBS)
    reward = await Reward.get(user_id=ann.id)
    return Thing(to_public("reward", reward.id), ann.id, shows='"FROZEN"')


async def a_brought_friend() -> Thing:
    ann, ben = await a_buyer(_name()), await a_buyer(_name())
    await comes_by(ben, ann)
    return Thing("", ann.id, shows='"joined": 1')


async def a_notification() -> Thing:
    entry = await told((await a_user()).id)
    return Thing(to_public("notification", entry.id), entry.user_id)


async def an_inbox() -> Thing:
    entry = await told((await a_user()).id)
    return Thing(cursor_of(entry.user_id, entry.seq), entry.user_id)


async def _picture(purpose: UploadPurpose, *roles: Role) -> Thing:
    ann = (await a_member_of_staff(*roles)).user
    return Thing(to_public("upload", (await an_upload(ann, purpose)).id), ann)


async def an_avatar() -> Thing:
    return await _picture(UploadPurpose.AVATAR)


async def a_picture_of_a_post() -> Thing:
    made, community = await _picture(UploadPurpose.POST), await a_community()
    return Thing(made.id, made.owner, 1, {"communityId": to_public("community", community)}, community)


async def a_picture_of_a_story() -> Thing:
    return await _picture(UploadPurpose.STORY)


async def a_picture_of_a_written_story() -> Thing:
    made = await _picture(UploadPurpose.STORY, Role.COMMUNITY_MANAGER)
    return Thing(made.id, made.owner, beside={"customerId": to_public("user", (await a_user()).id)})


async def a_picture_of_a_product() -> Thing:
    made, tea = await _picture(UploadPurpose.PRODUCT, Role.MERCHANT), await a_product()
    about = {"title": "茶", "description": "", "category": "茶", "pictures": [{"uploadId": made.id}]}
    return Thing(made.id, made.owner, beside={"id": to_public("product", tea), "about": about})


async def a_cover_of_a_community() -> Thing:
    made = await _picture(UploadPurpose.COVER, Role.COMMUNITY_MANAGER)
    return Thing(made.id, made.owner, beside={"communityId": to_public("community", await a_community())})


async def a_cover_of_a_room() -> Thing:
    made = await _picture(UploadPurpose.COVER, Role.HOST)
    return Thing(made.id, made.owner, beside={"roomId": (await a_room(made.owner)).public_id})


async def a_picture_for_a_returned_story() -> Thing:
    story = await a_returned_story()
    assert story.owner is not None
    upload = await an_upload(story.owner, UploadPurpose.STORY)
    return Thing(to_public("upload", upload.id), story.owner, story.version, {"storyId": story.id})


async def _a_post(*, doubted: bool) -> tuple[Post, Thing]:
    ann = await a_user()
    post = await a_post(author=ann.id, finding=DOUBTED if doubted else PASSED)
    return post, Thing(posting.target(post.id).public_id, ann.id, community=post.community_id)


async def a_doubted_post() -> Thing:
    return (await _a_post(doubted=True))[1]


async def a_published_post() -> Thing:
    return (await _a_post(doubted=False))[1]


async def a_doubted_comment() -> Thing:
    ann = await a_user()
    comment = await a_comment(await a_post(), ann.id, finding=DOUBTED)
    return Thing(to_public(commenting.KIND, comment.id), ann.id)


async def a_published_comment() -> Thing:
    ann = await a_user()
    return Thing(to_public(commenting.KIND, (await a_comment(await a_post(), ann.id)).id), ann.id)


async def a_queued_post() -> Thing:
    """The item that a doubted post waits in; the post is ann's."""
    post, made = await _a_post(doubted=True)
    item = await ModerationItem.get(target_id=post.id)
    return Thing(to_public("moderation", item.id), made.owner, item.version)


async def _a_removed_post() -> tuple[UUID, UserId]:
    post, made = await _a_post(doubted=True)
    assert made.owner is not None
    item = await ModerationItem.get(target_id=post.id)
    await moderation.decide(
        by=a_user_id(), item=item.id, expected_version=item.version, decision=Decision.REMOVE, reason="广告"
    )
    return item.id, made.owner


async def a_removal() -> Thing:
    item, ann = await _a_removed_post()
    return Thing(to_public("removal", item), ann)


async def an_appeal() -> Thing:
    item, ann = await _a_removed_post()
    return Thing(to_public("appeal", await moderation.appeal(author=ann, item=item, text="不是广告")), ann)


async def a_report() -> Thing:
    ann, (post, _) = await a_user(), await _a_post(doubted=False)
    made = await moderation.report(
        reporter=ann.id, target=posting.target(post.id), reason=ReportReason.SPAM, note=None
    )  # fmt: skip
    return Thing(to_public("report", made), ann.id)


async def a_person() -> Thing:
    ann = await a_user()
    return Thing(to_public("person", ann.id), ann.id)


async def a_mute() -> Thing:
    ann = await a_user()
    made = await moderation.mute(by=a_user_id(), user=ann.id, community=None, until=None, reason="刷屏")
    return Thing(to_public("mute", made), ann.id)


async def a_filter_word() -> Thing:
    made = await moderation.add_word(by=a_user_id(), word=_name(), severity=Severity.REVIEW, note=None)
    return Thing(to_public("filterword", made))


async def a_story_in_review() -> Thing:
    made = await a_submitted()
    return Thing(made.public_id, made.customer.user)


async def a_returned_story() -> Thing:
    made = await a_submitted()
    await decides(made, ReviewDecision.REQUEST_CHANGES, note="再多写两句")
    return Thing(made.public_id, made.customer.user, (await made.now()).version)


async def an_asked_story() -> Thing:
    manager = await a_manager()
    made = await a_written(manager)
    await asks(manager, made)
    return Thing(made.public_id, made.customer.user, (await made.now()).version)


async def a_written_story() -> Thing:
    """A manager's draft, which the customer has not been asked about."""
    made = await a_written(await a_manager())
    return Thing(made.public_id, made.customer.user, (await made.now()).version)


async def a_published_story() -> Thing:
    made = await a_published()
    return Thing(made.public_id, made.customer.user)


async def a_shared_story() -> Thing:
    made = await a_published_story()
    return Thing(made.id, made.owner, shows="StoryFigures")


async def a_told_order() -> Thing:
    """An order of a person about whom a story is written."""
    made = await a_received_order()
    assert made.owner is not None
    return Thing(made.id, made.owner, beside={"customerId": to_public("user", made.owner)})


async def somebody_else_s_order() -> Thing:
    """An order, and somebody else about whom a story is written."""
    made = await a_received_order()
    return Thing(made.id, made.owner, beside={"customerId": to_public("user", (await a_user()).id)})


async def a_share_link() -> Thing:
    ann = (await a_user()).id
    link = await a_link(ann, Target("product", await a_product()))
    return Thing(link.code, ann, shows=link.code)


async def a_story_to_post_about() -> Thing:
    made, community = await a_submitted(), await a_community()
    return Thing(made.public_id, made.customer.user, 1, {"communityId": to_public("community", community)}, community)


async def an_export() -> Thing:
    ann = (await a_user()).id
    return Thing(to_public("export", ExportId(await ask_export(user=ann, key=_name()))), ann)


async def _deal(made: MadeDeal, owner: UserId | None = None) -> Thing:
    skus = await Sku.filter(product_id=made.product).order_by("position")
    now = await clock.now()
    terms = {
        "title": "龙井茶 三人团", "description": "", "size": 3, "windowSeconds": 86400,
        "startsAt": (now - timedelta(hours=1)).isoformat(), "endsAt": (now + timedelta(days=7)).isoformat(),
        "offers": [{"skuId": to_public("sku", sku.id), "priceFen": 990, "quota": 50} for sku in skus],
    }  # fmt: skip
    beside = {"productId": to_public("product", made.product), "terms": terms}
    return Thing(to_public("deal", made.id), owner, beside=beside)


async def a_listed_deal() -> Thing:
    await a_deal()
    return Thing("", shows='"cursor"')


async def a_draft_deal() -> Thing:
    return await _deal(await a_deal(status=DealStatus.DRAFT))


async def a_running_deal() -> Thing:
    return await _deal(await a_deal())


async def a_paused_deal() -> Thing:
    return await _deal(await a_deal(status=DealStatus.PAUSED))


async def an_offer_of_a_draft() -> Thing:
    deal = await a_deal(status=DealStatus.DRAFT)
    return Thing(to_public("offer", (await Offer.get(deal_id=deal.id)).id), shows='"fen"')


async def an_offer() -> Thing:
    deal = await a_deal()
    return Thing(to_public("offer", (await Offer.get(deal_id=deal.id)).id), shows='"fen"')


async def a_shelved_product() -> Thing:
    return Thing(to_public("product", await a_product()))


async def a_shelved_sku() -> Thing:
    sku = await Sku.get(product_id=await a_product())
    return Thing(to_public("sku", sku.id), beside={"expectedStock": sku.stock})


async def a_member() -> Thing:
    """Somebody who works here."""
    lin = await staff(Role.SUPPORT, username=f"lin{_name()}")
    return Thing(to_public("staff", lin), lin)


async def a_past_member() -> Thing:
    lin = await staff(Role.SUPPORT, username=f"lin{_name()}")
    await a_member_of_staff(Role.ADMIN)
    await disable_staff(by=None, user=lin, reason="离职", expected_version=1)
    return Thing(to_public("staff", lin), lin, version=2)


async def an_unknown_payment() -> Thing:
    number = f"tx-{_name()}"
    await desk.put(matter=Matter.UNKNOWN_PAYMENT, subject=number, detail={})
    return Thing(to_public("desk", (await DeskItem.get(subject=number)).id))


async def a_failed_refund() -> Thing:
    group = await a_group(prefix=_name())
    await payments.promise_refund(order=group.orders[0], reason=RefundReason.LEFT)
    refund = await Refund.get(order_id=group.orders[0])
    await payments.record_refund_failed(out_refund_no=refund.out_refund_no, error="USER_ACCOUNT_ABNORMAL")
    return Thing(to_public("desk", (await DeskItem.get(subject=str(refund.id))).id), group.members[0].id)


async def a_picture_to_review() -> Thing:
    ann = (await a_user()).id
    upload = await an_upload(ann, verdict=Verdict.WAITING)
    await media.decide(upload=upload.id, verdict=Verdict.REVIEW)
    return Thing(to_public("desk", (await DeskItem.get(subject=str(upload.id))).id), ann)


async def _plan() -> PerkPlan:
    by = (await a_member_of_staff(Role.MARKETER)).user
    return await planning.draft_plan(by=by, plan=None, tiers=tiers_with("95"), note="", client_id=_name())


async def a_drafted_plan() -> Thing:
    made = await _plan()
    return Thing(to_public("plan", made.id), UserId(made.author_id))


async def a_busy_marketer() -> Thing:
    """Who drafted a plan, by her id as staff."""
    author = UserId((await _plan()).author_id)
    return Thing(to_public("staff", author), author, shows="perk_plan.draft")


async def a_scheduled_plan() -> Thing:
    made = await _plan()
    at = await clock.now() + timedelta(days=1)
    await planning.activate_plan(by=UserId(made.author_id), plan=PerkPlanId(made.id), at=at)
    return Thing(to_public("plan", made.id), UserId(made.author_id))


async def a_plan_in_force() -> Thing:
    made = await _plan()
    await planning.activate_plan(by=UserId(made.author_id), plan=PerkPlanId(made.id), at=None)
    return Thing("", UserId(made.author_id))


async def a_simulation() -> Thing:
    made = await _plan()
    asked = await simulating.simulate(by=UserId(made.author_id), plan=PerkPlanId(made.id), days=7)
    return Thing(to_public("simulation", asked.id), UserId(made.author_id))


async def _room(*, on_air: bool, paused: bool = False) -> Thing:
    tea = await a_product()
    made = await a_room(on_air=on_air, products=[tea])
    if paused:
        await running.pause(made.id, by=made.host, as_staff=False, expected_version=None, reason=None)
    version = (await made.now()).version
    return Thing(made.public_id, made.host, version, {"productId": to_public("product", tea)})


async def an_announced_room() -> Thing:
    return await _room(on_air=False)


async def a_room_on_air() -> Thing:
    return await _room(on_air=True)


async def a_paused_room() -> Thing:
    return await _room(on_air=True, paused=True)


async def a_said_line() -> Thing:
    ann, room = (await a_user()).id, await a_room(on_air=True)
    line = await talking.say(user=ann, room=room.id, text="好茶", client_id=_name(), finding=PASSED)
    await talking.show_next(room.id)
    return Thing(to_public(talking.KIND, line), room.host, beside={"roomId": room.public_id})


async def a_joined_community() -> Thing:
    ann = (await a_user()).id
    return Thing(to_public("community", await a_community("茶友会", ann)), ann)


async def a_community_with_a_post() -> Thing:
    post, made = await _a_post(doubted=False)
    return Thing(to_public("community", post.community_id), made.owner, shows=made.id)


async def a_profile() -> Thing:
    ann = (await _a_post(doubted=False))[1].owner
    return Thing(to_public("profile", (await Profile.get(user_id=ann)).id), ann)


async def a_product_with_choices() -> Thing:
    deal = await a_deal(prices=(1990, 2990))
    return Thing(to_public("product", deal.product))


async def a_product_to_deal_in() -> Thing:
    made = await a_running_deal()
    return Thing(str(made.beside["productId"]), beside=made.beside)


async def a_room_that_explains() -> Thing:
    tea = await a_product()
    room = await a_room(on_air=True, products=[tea])
    await running.explain(room.id, by=room.host, product=tea)
    return Thing(room.public_id, room.host)


async def a_blocked_person() -> Thing:
    ann = await a_user()
    await moderation.block(by=a_user_id(), user=ann.id, reason="骚扰")
    return Thing(to_public("person", ann.id), None)


async def a_new_word() -> Thing:
    return Thing("", beside={"word": _name()})


async def a_group_to_join() -> Thing:
    made = await a_forming_group()
    return Thing(made.id, shows="Eligibility")


async def a_deal_of_a_group() -> Thing:
    group = await a_group(prefix=_name())
    return Thing(to_public("deal", group.deal.id), shows=group.code)


async def tomorrow() -> Thing:
    return Thing("", beside={"startsAt": (await clock.now() + timedelta(days=1)).isoformat()})


async def an_opened_group() -> Thing:
    group = await a_group(prefix=_name())
    return Thing(to_public("group", group.id), group.members[0].id)


async def an_entry() -> Thing:
    """What the log says of something that was done."""
    plan = await _plan()
    entry = await AuditEntry.get(target_id=plan.id)
    return Thing(to_public("audit", entry.id), UserId(plan.author_id))


async def a_removed_line() -> Thing:
    """A line that was taken off the screens; it is hers who said it."""
    ann, room = (await a_user()).id, await a_room(on_air=True)
    line = await talking.say(user=ann, room=room.id, text="加微信", client_id=_name(), finding=PASSED)
    await talking.show_next(room.id)
    await talking.remove(room.id, lines=[line], by=room.host, reason=None)
    return Thing(to_public(talking.KIND, line), ann)


async def a_withdrawn_story() -> Thing:
    made = await a_published()
    await withdraws(made)
    return Thing(made.public_id, made.customer.user)


async def the_lowest_tier() -> Thing:
    return Thing(to_public("tier", UUID(int=0)))


async def a_doubted_note() -> Thing:
    ann = (await a_user()).id
    return Thing(to_public("moderation", (await a_queued_note(ann))[1]), ann)


async def an_unread_inbox() -> Thing:
    """An inbox by the cursor before its newest entry."""
    ann = (await a_user()).id
    for _ in range(2):
        await told(ann)
    return Thing(cursor_of(ann, 1), ann)


async def a_joined_group() -> Thing:
    made = await a_taken_seat()
    return Thing(made.id, made.owner)


async def a_friend_s_group() -> Thing:
    """A deal in which somebody leads a group with whom she has completed one before."""
    ann, ben = (await a_bought(prefix=_name())).group.members
    deal = await a_deal()
    held = await opens(ben, deal)
    await money_arrives(held.order)
    return Thing(to_public("deal", deal.id), ann.id, shows=(await group_of(held)).code)


async def a_withdrawn_post() -> Thing:
    post, made = await _a_post(doubted=False)
    await posting.withdraw(author=post.author_id, post=post.id)
    return made
