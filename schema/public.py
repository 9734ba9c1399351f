"""What is the same for everybody, whoever asks, and may therefore be pushed to many from one execution.

Closed by default: a type that is not listed here is executed for each subscriber by herself.
"""

#: Types all of whose fields depend on nothing but the thing itself and the locale.
PUBLIC_TYPES = frozenset(
    {
        "Deal", "Group", "GroupChange", "GroupConnection", "GroupEdge", "Image", "LadderRung", "Money", "PageInfo",
        "Person", "Product", "ProductOption", "RefundProgress", "Seat", "Sku", "Tier",
        "LiveRoom", "LiveRoomConnection", "LiveRoomEdge", "Profile",
        "Story", "StoryConnection", "StoryConsent", "StoryEdge",
    }
)  # fmt: skip

#: Fields of the roots that lead to them.
PUBLIC_ROOT_FIELDS = frozenset(
    {
        ("Subscription", "groupChanged"),
        ("Query", "group"),
        ("Query", "deal"),
        ("Query", "deals"),
        ("Query", "liveRoom"),
        ("Query", "liveRooms"),
    }
)


def is_public(type_name: str, field_name: str) -> bool:
    """Whether a field is the same for everybody."""
    return field_name == "__typename" or type_name in PUBLIC_TYPES or (type_name, field_name) in PUBLIC_ROOT_FIELDS
