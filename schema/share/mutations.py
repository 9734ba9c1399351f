"""Making, opening and taking back share links."""

from datetime import datetime
from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.core.ids import MalformedIdError
from app.core.targets import Target
from schema.accounts.types import read_visitor, visitor_id
from schema.context import Info
from schema.inputs import bad_input, read_text
from schema.refusals import Refusal, refusing
from schema.share.types import ShareLink, ShareTouch
from share import flows, links
from share.flows import GroupInfo
from share.models import ShareForm
from share.rules import LONGEST_CAMPAIGN


@strawberry.input(
    description="What wx.getGroupEnterInfo gave; read with the session key of the signed-in caller, "
    "left unread where nobody is."
)
class EncryptedDataInput:
    """What a phone encrypted."""

    encrypted_data: str
    iv: str


@strawberry.input
class CreateShareLinkInput:
    """What to share, and in which form."""

    target_id: strawberry.ID = strawberry.field(description="A group, deal, product, story, live room or post.")
    form: ShareForm


@strawberry.input
class CreateCampaignLinkInput:
    """What to share, in which form, for which campaign."""

    target_id: strawberry.ID
    form: ShareForm
    campaign: str = strawberry.field(description="Its name, 1 to 64 characters; the funnel can be asked for it.")
    expires_at: datetime | None = strawberry.field(
        default=None,
        description="When the campaign is over, a moment to come; null where it has no end.",
    )


@strawberry.input
class OpenShareLinkInput:
    """Which link was opened, by whom, and from where."""

    code: str
    visitor_id: str | None = None
    entry_scene: int | None = strawberry.field(default=None, description="WeChat's scene number.")
    group_info: EncryptedDataInput | None = None


@strawberry.input
class RevokeShareLinkInput:
    """Which link to take back."""

    code: str


CreateShareLinkResult = Annotated[ShareLink | Refusal, strawberry.union("CreateShareLinkResult")]
CreateCampaignLinkResult = Annotated[ShareLink | Refusal, strawberry.union("CreateCampaignLinkResult")]
OpenShareLinkResult = Annotated[ShareTouch | Refusal, strawberry.union("OpenShareLinkResult")]
RevokeShareLinkResult = Annotated[ShareLink | Refusal, strawberry.union("RevokeShareLinkResult")]


@strawberry.type
class ShareMutation:
    """What one can do about sharing."""

    @strawberry.mutation(description="Gets or creates: the same (person, target, form) gives the same link.")
    @refusing
    async def create_share_link(
        self,
        info: Info,
        input: CreateShareLinkInput,  # noqa: A002 - the API's word
    ) -> CreateShareLinkResult | None:
        """Share something."""
        user = info.context.must_be_signed_in().user
        link = await links.create(inviter=user, target=_read_target(input.target_id), form=input.form)
        return ShareLink.of(link)

    @strawberry.mutation(
        description="For MARKETER. Gets or creates: the same (marketer, campaign, target, form) gives the same link. "
        "It counts in figures and rewards nobody. A repeat with another expiresAt moves its end."
    )
    @refusing
    async def create_campaign_link(
        self,
        info: Info,
        input: CreateCampaignLinkInput,  # noqa: A002 - the API's word
    ) -> CreateCampaignLinkResult | None:
        """Share something for a campaign."""
        by = info.context.must_have(Role.MARKETER).user
        link = await links.create_for_campaign(
            by=by,
            campaign=read_text(input.campaign, "input.campaign", LONGEST_CAMPAIGN, shortest=1),
            target=_read_target(input.target_id),
            form=input.form,
            expires_at=input.expires_at,
        )
        return ShareLink.of(link)

    @strawberry.mutation(
        description="Records a touch. Allowed to anybody; the server mints visitorId where none is sent."
    )
    @refusing
    async def open_share_link(
        self,
        info: Info,
        input: OpenShareLinkInput,  # noqa: A002 - the API's word
    ) -> OpenShareLinkResult | None:
        """Open a link."""
        asker = info.context.who()
        group = input.group_info
        opened = await flows.open_link(
            code=input.code,
            visitor=read_visitor(input.visitor_id),
            user=asker.user if asker else None,
            entry_scene=input.entry_scene,
            group_info=GroupInfo(group.encrypted_data, group.iv) if group else None,
        )
        return ShareTouch(visitor_id=visitor_id(opened.visitor), link=ShareLink.of(opened.link))

    @strawberry.mutation(description="Owner only; a repeat gives the revoked link.")
    @refusing
    async def revoke_share_link(
        self,
        info: Info,
        input: RevokeShareLinkInput,  # noqa: A002 - the API's word
    ) -> RevokeShareLinkResult | None:
        """Take a link back."""
        user = info.context.must_be_signed_in().user
        return ShareLink.of(await links.revoke(inviter=user, code=input.code))


def _read_target(text: str) -> Target:
    try:
        return Target.from_public(text)
    except MalformedIdError:
        bad_input("input.targetId", "This is no id that this API has given.")
