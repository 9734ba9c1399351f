"""Ids and codes: how things are named inside, at the API, and in links.

Inside, a thing is named by a uuid7. At the API the same id is opaque text that also says what kind of
thing it names (`order_…`), so `node(id)` knows where to look. Groups and share links are also named by a
short random code that fits a mini-program scene.
"""

import base64
import secrets
from typing import NewType
from uuid import UUID

from uuid_utils.compat import uuid7

AccountId = NewType("AccountId", UUID)
AddressId = NewType("AddressId", UUID)
AfterSaleId = NewType("AfterSaleId", UUID)
CommentId = NewType("CommentId", UUID)
CommunityId = NewType("CommunityId", UUID)
DanmakuId = NewType("DanmakuId", UUID)
DealId = NewType("DealId", UUID)
ExportId = NewType("ExportId", UUID)
GroupId = NewType("GroupId", UUID)
LiveRoomId = NewType("LiveRoomId", UUID)
OfferId = NewType("OfferId", UUID)
OrderId = NewType("OrderId", UUID)
PaymentId = NewType("PaymentId", UUID)
PerkPlanId = NewType("PerkPlanId", UUID)
PerkSimulationId = NewType("PerkSimulationId", UUID)
PostId = NewType("PostId", UUID)
ProductId = NewType("ProductId", UUID)
ProfileId = NewType("ProfileId", UUID)
RefundId = NewType("RefundId", UUID)
RewardId = NewType("RewardId", UUID)
SeatId = NewType("SeatId", UUID)
SessionId = NewType("SessionId", UUID)
ShareLinkId = NewType("ShareLinkId", UUID)
SkuId = NewType("SkuId", UUID)
StoryId = NewType("StoryId", UUID)
UploadId = NewType("UploadId", UUID)
UserId = NewType("UserId", UUID)

GroupCode = NewType("GroupCode", str)
ShareCode = NewType("ShareCode", str)

#: No 0, O, 1 or I: a code may be read aloud and typed.
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10


def new_id() -> UUID:
    """A new uuid7. Ordered by the moment it was drawn, which is not the order of commits: never a cursor."""
    return uuid7()


def new_group_code() -> GroupCode:
    """A random code for a group; the database's unique index tells of the rare double."""
    return GroupCode("G" + _random_code())


def new_share_code() -> ShareCode:
    """A random code for a share link; the database's unique index tells of the rare double."""
    return ShareCode("S" + _random_code())


def is_code(text: str, letter: str) -> bool:
    """Whether `text` has the form of a code that begins with `letter`; says nothing of its existence."""
    return len(text) == CODE_LENGTH + 1 and text[0] == letter and all(c in CODE_ALPHABET for c in text[1:])


def _random_code() -> str:
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


class MalformedIdError(ValueError):
    """The text is no id that this API has ever given."""


def to_public(kind: str, value: UUID) -> str:
    """The opaque id that the API gives for a thing of this kind."""
    return f"{kind}_{base64.urlsafe_b64encode(value.bytes).rstrip(b'=').decode()}"


def from_public(text: str) -> tuple[str, UUID]:
    """The kind and the id inside an opaque id; raises MalformedIdError."""
    kind, separator, body = text.partition("_")
    # 22 characters carry 132 bits, four more than an id has: the strict round trip refuses a second spelling.
    if not separator or len(body) != 22:  # noqa: PLR2004 - the length of 16 bytes in base64 without padding
        raise MalformedIdError(text)
    try:
        value = UUID(bytes=base64.urlsafe_b64decode(body.encode("ascii") + b"=="))
    except ValueError as error:
        raise MalformedIdError(text) from error
    if to_public(kind, value) != text:
        raise MalformedIdError(text)
    return kind, value
