"""What every room keeps about a person, how it forgets her, and what is open with her: joined here for `personal`.

Every table with a column that names a person is read here, or NOT_EXPORTED says why not; a test compares. What is
not forgotten here stays because the law demands it (orders and payments; the orders' addresses until
`orders.jobs.forget_addresses`), because it is no longer hers (a group's history), or because it names nobody once her
row says nobody.
"""

from collections.abc import Mapping

from app.accounts import actions as accounts
from app.accounts import models as people
from app.after_sale.models import AfterSale, AfterSalePiece
from app.checkout.models import SoloPurchase
from app.community import models as community
from app.community.actions import forgetting as community_actions
from app.core.ids import UserId
from app.group_buying.models import Group, Seat
from app.live import models as live
from app.media import actions as media
from app.media.models import Upload
from app.membership import models as membership
from app.moderation.models import ModerationItem, Mute, Report
from app.notifications import models as notifications
from app.orders.models import Order, OrderEvent, OrderLine, Shipment
from app.orders.rules import ENDED
from app.payments.models import Payment, Refund
from app.personal import ports
from app.personal.models import DataExport
from app.personal.ports import Reader, rows_of
from app.stories import actions as story_actions
from app.stories import models as stories
from share.models import Attribution, Reward, ShareLink, Visitor

#: Table to who reads it. Secrets of ours, and what WeChat alone may know, are left out.
READERS: Mapping[str, Reader] = {
    "users": rows_of(people.User, "id"),
    "identities": rows_of(people.Identity, but=["session_key"]),
    "user_roles": rows_of(people.UserRole),
    "sessions": rows_of(people.Session),
    "addresses": rows_of(people.Address),
    "profiles": rows_of(people.Profile),
    "credentials": rows_of(people.Credential, but=["password_hash"]),
    "uploads": rows_of(Upload),
    "data_exports": rows_of(DataExport),
    "moderation_items": rows_of(ModerationItem, "author_id", but=["claimed_by", "claimed_until", "decided_by"]),
    "reports": rows_of(Report, "reporter_id"),
    "mutes": rows_of(Mute, but=["muted_by"]),
    "payments": rows_of(Payment),
    "refunds": rows_of(Refund, "payment__user_id", but=["last_error"]),
    "orders": rows_of(Order),
    "order_lines": rows_of(OrderLine, "order__user_id"),
    "order_events": rows_of(OrderEvent, "order__user_id"),
    "shipments": rows_of(Shipment, "order__user_id", but=["upload_error"]),
    "after_sales": rows_of(AfterSale, but=["decided_by_id"]),
    "after_sale_pieces": rows_of(AfterSalePiece, "after_sale__user_id"),
    "solo_purchases": rows_of(SoloPurchase),
    "counted_purchases": rows_of(membership.CountedPurchase),
    "memberships": rows_of(membership.Membership),
    "points_accounts": rows_of(membership.PointsAccount),
    "points_lots": rows_of(membership.PointsLot),
    "points_entries": rows_of(membership.PointsEntry),
    "groups": rows_of(Group, "opener_id", but=["leader_id"]),
    "seats": rows_of(Seat),
    "live_danmaku": rows_of(live.Danmaku),
    "live_like_batches": rows_of(live.LikeBatch),
    "live_reminders": rows_of(live.Reminder),
    "notifications": rows_of(notifications.Notification),
    "messages": rows_of(notifications.Message),
    "message_consents": rows_of(notifications.MessageConsent),
    "consent_reports": rows_of(notifications.ConsentReport),
    "stories": rows_of(stories.Story, "customer_id", but=["author_id", "reviewed_by", "doubts"]),
    "story_consents": rows_of(stories.StoryConsent, "story__customer_id"),
    "community_members": rows_of(community.Member),
    "posts": rows_of(community.Post, "author_id"),
    "post_comments": rows_of(community.Comment, "author_id"),
    "reactions": rows_of(community.GivenReaction),
    "follows": rows_of(community.Follow, "follower_id"),
    "share_links": rows_of(ShareLink, "inviter_id"),
    "visitors": rows_of(Visitor),
    # Who brought her is another person.
    "attributions": rows_of(Attribution, "buyer_id", but=["inviter_id"]),
    "rewards": rows_of(Reward),
}

#: Tables that name a person and are left out of her export.
NOT_EXPORTED: Mapping[str, str] = {
    "idempotency_keys": "for a week, by what her phone repeats itself",
    "listeners": "that her inbox is open on a phone; gone when it closes",
    "inbox_heads": "how many entries her inbox has had: these are exported",
    "live_speakers": "when she may write again in a live room; minutes",
    "live_rooms": "the shop's: names the member of staff who hosts",
    "perk_plans": "the shop's: names the member of staff who wrote it",
    "perk_simulations": "the shop's: names the member of staff who asked",
    "appeals": "the shop's: names who decided; her words stand in the item",
    "filter_words": "the shop's: names who added a word",
    "feed_editions": "what her feed showed; two hours",
    "audit_log": "what staff did, kept unchanged",
}


async def _forget_inbox(user: UserId) -> None:
    for model in (
        notifications.Message, notifications.Notification, notifications.MessageConsent, notifications.ConsentReport,
    ):  # fmt: skip
        await model.filter(user_id=user).delete()


async def _withdraw_stories(user: UserId) -> None:
    await story_actions.withdraw_all_of(user)


async def _has_open_orders(user: UserId) -> bool:
    return await Order.filter(user_id=user).exclude(status__in=ENDED).exists()


def join() -> None:
    """Tell `personal` of every room; a repeat changes nothing."""
    for table, reader in READERS.items():
        ports.register_reader(table, reader)
    ports.register_eraser("accounts", accounts.erase)
    ports.register_eraser("community", community_actions.erase)
    ports.register_eraser("media", media.withdraw_all_of)
    ports.register_eraser("notifications", _forget_inbox)
    ports.register_eraser("stories", _withdraw_stories)
    ports.register_business("orders", _has_open_orders)
