"""Example operations that the explorer offers: the contract's own, in the order of the story."""

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
]  # fmt: skip

EXAMPLES = [
    Example(name, operations()[name], json.dumps(variables, ensure_ascii=False, indent=2)) for name, variables in _STORY
]
