"""Example operations that the explorer offers: the contract's own, in the order of the story.

What staff send stands beside what customers do: sign in with `dev:manager`, `dev:host` or `dev:marketer` for it.
"""

import json

from schema.engine import Example
from schema.trusted import operations

_STORY: list[tuple[str, dict[str, object]]] = [
    ("SignIn", {"code": "dev:ann"}),
    ("Deals", {"first": 10}),
    ("DealPage", {"id": "deal_…", "groups": 5}),
    ("SaveAddress", {"input": {
        "recipient": "安安", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
        "detail": "文三路 1 号",
    }}),
    ("OpenGroup", {"input": {"dealId": "deal_…", "skuId": None, "addressId": "address_…", "idempotencyKey": "open-1"}}),
    ("GroupPage", {"code": "G…"}),
    ("CreateShareLink", {"targetId": "group_…", "form": "CARD"}),
    ("JoinGroup", {"input": {"groupCode": "G…", "addressId": "address_…", "idempotencyKey": "join-1"}}),
    ("ConfirmPayment", {"orderId": "order_…"}),
    ("GroupChanged", {"code": "G…"}),
    ("NotificationReceived", {"after": None}),
    ("MyOrders", {"first": 10}),
    ("Quote", {"skuId": "sku_…", "quantity": 2}),
    ("BuyNow", {"input": {
        "productId": "product_…", "skuId": "sku_…", "quantity": 2, "addressId": "address_…", "idempotencyKey": "buy-1",
    }}),
    ("Stories", {"first": 10}),
    ("StoryPage", {"id": "story_…"}),
    ("StoryConsentWording", {}),
    ("SubmitStory", {"input": {
        "title": "每天早上的第一杯", "body": "水一热就有豆香。", "productIds": ["product_…"],
        "consentWordingVersion": 1, "clientId": "story-1",
    }}),
    ("ReviewStory", {"input": {"storyId": "story_…", "decision": "APPROVE"}}),
    ("WithdrawStoryConsent", {"storyId": "story_…"}),
    ("LiveRooms", {"first": 10}),
    ("LiveRoomPage", {"id": "live_…"}),
    ("RemindMeOfLive", {"roomId": "live_…", "remind": True}),
    ("LiveRoomEvents", {"roomId": "live_…", "after": None}),
    ("SendDanmaku", {"roomId": "live_…", "text": "好香", "clientId": "line-1"}),
    ("StartLive", {"roomId": "live_…"}),
    ("Tiers", {}),
    ("MyMembership", {}),
    ("DraftPerkPlan", {"input": {
        "tiers": [{"name": "普通", "growthNeeded": 0, "perks": [{"kind": "DISCOUNT", "value": "90"}]}],
        "clientId": "plan-1",
    }}),
    ("ActivatePerkPlan", {"planId": "plan_…", "at": None}),
    ("RollBackPerkPlan", {"toVersion": 1, "reason": "too dear"}),
]  # fmt: skip

EXAMPLES = [
    Example(name, operations()[name], json.dumps(variables, ensure_ascii=False, indent=2)) for name, variables in _STORY
]
