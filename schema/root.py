"""The schema: every room's queries, mutations and subscriptions in one."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.core import ids
from schema.accounts.mutations import AccountsMutation
from schema.accounts.queries import NODE_OPENERS as ACCOUNTS_NODES
from schema.accounts.queries import AccountsStaff, AccountsViewer
from schema.after_sale.mutations import AfterSaleMutation
from schema.after_sale.queries import AfterSaleStaff
from schema.after_sale.types import NODE_OPENERS as AFTER_SALE_NODES
from schema.audit_log.queries import AuditLogStaff
from schema.audit_log.types import NODE_OPENERS as AUDIT_LOG_NODES
from schema.catalog.mutations import CatalogMutation
from schema.catalog.queries import CatalogQuery, CatalogStaff
from schema.catalog.types import NODE_OPENERS as CATALOG_NODES
from schema.checkout.mutations import CheckoutMutation
from schema.checkout.queries import CheckoutViewer
from schema.community import types as community
from schema.community.mutations import CommunityMutation
from schema.community.queries import NODE_OPENERS as COMMUNITY_NODES
from schema.community.queries import CommunityQuery, CommunityViewer
from schema.context import Info
from schema.desk.mutations import DeskMutation
from schema.desk.queries import DeskStaff
from schema.desk.types import NODE_OPENERS as DESK_NODES
from schema.feed.queries import FeedViewer
from schema.group_buying.mutations import GroupBuyingMutation
from schema.group_buying.queries import NODE_OPENERS as GROUP_BUYING_NODES
from schema.group_buying.queries import GroupBuyingQuery, GroupBuyingStaff, GroupBuyingViewer
from schema.group_buying.subscriptions import GroupBuyingSubscription
from schema.live.mutations import LiveMutation
from schema.live.queries import NODE_OPENERS as LIVE_NODES
from schema.live.queries import LiveQuery, LiveStaff, LiveViewer
from schema.live.subscriptions import LiveSubscription
from schema.media.mutations import MediaMutation
from schema.media.queries import NODE_OPENERS as MEDIA_NODES
from schema.membership.mutations import MembershipMutation
from schema.membership.queries import NODE_OPENERS as MEMBERSHIP_NODES
from schema.membership.queries import MembershipQuery, MembershipStaff, MembershipViewer
from schema.membership.subscriptions import MembershipSubscription
from schema.moderation.mutations import ModerationMutation
from schema.moderation.queries import ModerationStaff, ModerationViewer
from schema.moderation.types import NODE_OPENERS as MODERATION_NODES
from schema.notifications import types as notifications
from schema.notifications.mutations import NotificationsMutation
from schema.notifications.queries import NODE_OPENERS as NOTIFICATIONS_NODES
from schema.notifications.queries import NotificationsViewer
from schema.notifications.subscriptions import NotificationsSubscription
from schema.orders.mutations import OrdersMutation
from schema.orders.queries import OrdersStaff, OrdersViewer
from schema.orders.types import NODE_OPENERS as ORDERS_NODES
from schema.personal.mutations import PersonalMutation
from schema.personal.queries import NODE_OPENERS as PERSONAL_NODES
from schema.scalars import SCALARS, Node
from schema.share import types as share
from schema.share.mutations import ShareMutation
from schema.share.queries import NODE_OPENERS as SHARE_NODES
from schema.share.queries import ShareQuery, ShareStaff, ShareViewer
from schema.stories.mutations import StoriesMutation
from schema.stories.queries import NODE_OPENERS as STORIES_NODES
from schema.stories.queries import StoriesQuery, StoriesStaff, StoriesViewer
from schema.stories.types import open_published

Opener = Callable[[Info, UUID], Awaitable[Any | None]]

#: Kind of public id to what opens it, for whoever asks.
NODE_OPENERS: dict[str, Opener] = {
    **ACCOUNTS_NODES,
    **AFTER_SALE_NODES,
    **AUDIT_LOG_NODES,
    **CATALOG_NODES,
    **COMMUNITY_NODES,
    **DESK_NODES,
    **GROUP_BUYING_NODES,
    **MEMBERSHIP_NODES,
    **MODERATION_NODES,
    **LIVE_NODES,
    **MEDIA_NODES,
    **NOTIFICATIONS_NODES,
    **ORDERS_NODES,
    **STORIES_NODES,
    **PERSONAL_NODES,
    **SHARE_NODES,
}
share.TARGET_OPENERS |= {kind: NODE_OPENERS[kind] for kind in ("group", "deal", "product", "live", "story", "post")}
notifications.TARGET_OPENERS |= {
    kind: NODE_OPENERS[kind] for kind in ("group", "live", "order", "story", "post", "reward", "removal")
}
community.TARGET_OPENERS |= {kind: NODE_OPENERS[kind] for kind in ("group", "product", "live", "post")}
community.TARGET_OPENERS |= {"story": open_published}


@strawberry.type(description="Everything that depends on who asks. Never cached, never shared.")
class Viewer(
    AccountsViewer,
    CheckoutViewer,
    OrdersViewer,
    GroupBuyingViewer,
    NotificationsViewer,
    MembershipViewer,
    ModerationViewer,
    ShareViewer,
    StoriesViewer,
    CommunityViewer,
    LiveViewer,
    FeedViewer,
):
    """What is the caller's own."""


@strawberry.type(description="What staff work with; each field names the role that it asks for, and ADMIN may all.")
class Staff(
    AccountsStaff,
    AfterSaleStaff,
    AuditLogStaff,
    CatalogStaff,
    DeskStaff,
    GroupBuyingStaff,
    MembershipStaff,
    LiveStaff,
    ModerationStaff,
    OrdersStaff,
    ShareStaff,
    StoriesStaff,
):
    """The staff's own."""


@strawberry.type
class Query(
    GroupBuyingQuery,
    ShareQuery,
    MembershipQuery,
    LiveQuery,
    CatalogQuery,
    StoriesQuery,
    CommunityQuery,
):
    """What can be asked."""

    @strawberry.field(description="Anything by its id; null where it does not exist or is not the caller's to see.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - the API's word
        """Open anything by its id."""
        try:
            kind, value = ids.from_public(id)
        except ids.MalformedIdError:
            return None
        opener = NODE_OPENERS.get(kind)
        opened: Node | None = await opener(info, value) if opener else None
        return opened

    @strawberry.field(description="What is mine; null when nobody is signed in.")
    def viewer(self, info: Info) -> Viewer | None:
        """Give what is the caller's own."""
        return Viewer() if info.context.who() else None

    @strawberry.field(description="What staff work with; null for who is no staff.")
    def staff(self, info: Info) -> Staff | None:
        """Give what is the staff's."""
        asker = info.context.who()
        return Staff() if asker and asker.roles else None


@strawberry.type(
    description="Results are null only beside an error of the request itself; what the shop refuses is a UserError."
)
class Mutation(
    AccountsMutation,
    CatalogMutation,
    CommunityMutation,
    DeskMutation,
    AfterSaleMutation,
    GroupBuyingMutation,
    CheckoutMutation,
    ShareMutation,
    NotificationsMutation,
    MembershipMutation,
    LiveMutation,
    ModerationMutation,
    MediaMutation,
    OrdersMutation,
    StoriesMutation,
    PersonalMutation,
):
    """What can be done."""


@strawberry.type
class Subscription(
    GroupBuyingSubscription,
    LiveSubscription,
    NotificationsSubscription,
    MembershipSubscription,
):
    """What is pushed."""


def _build() -> strawberry.Schema:
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map={**SCALARS}),
    )


#: One per process: Strawberry's node types can be built into one schema only.
SCHEMA = _build()


def sdl() -> str:
    """The schema in GraphQL's own words, as it is exported to schema.graphql."""
    return SCHEMA.as_str() + "\n"
