"""What is the same for everybody, whoever asks, and may therefore be pushed to many from one execution.

Closed by default: a type that is not listed here is executed for each subscriber by herself.
"""

#: Types all of whose fields depend on nothing but the thing itself and the locale.
PUBLIC_TYPES = frozenset(
    {
        "Deal", "Group", "GroupChange", "GroupConnection", "GroupEdge", "Image", "LadderRung", "Money", "PageInfo",
        "Perk", "Person", "Product", "ProductConnection", "ProductEdge", "ProductOption", "RefundProgress", "Seat",
        "Sku", "Tier",
        "Community", "CommunityConnection", "CommunityEdge", "PostComment", "PostCommentConnection", "PostCommentEdge",
        "LiveRoom", "LiveRoomConnection", "LiveRoomEdge", "Profile",
        "Story", "StoryConnection", "StoryConsent", "StoryEdge",
        "Danmaku", "DanmakuBatch", "DanmakuConnection", "DanmakuEdge", "DanmakuRemoved", "FlashSaleOpened", "LikeTotal",
        "LiveEnded", "LivePaused", "LiveRoomFrame", "LiveStarted", "LotteryDrawn", "LotteryOpened", "LotteryWinner",
        "ProductExplained", "RedPacketRainStarted", "WatchingCount",
    }
)  # fmt: skip

#: Fields of the roots that lead to them.
PUBLIC_ROOT_FIELDS = frozenset(
    {
        ("Subscription", "groupChanged"),
        ("Query", "group"),
        ("Query", "deal"),
        ("Query", "deals"),
        ("Subscription", "liveRoomEvents"),
        ("Query", "membershipTiers"),
        ("Query", "product"),
        ("Query", "products"),
        ("Query", "liveRoom"),
        ("Query", "liveRooms"),
        ("Query", "community"),
        ("Query", "communities"),
    }
)


def is_public(type_name: str, field_name: str) -> bool:
    """Whether a field is the same for everybody."""
    return field_name == "__typename" or type_name in PUBLIC_TYPES or (type_name, field_name) in PUBLIC_ROOT_FIELDS
