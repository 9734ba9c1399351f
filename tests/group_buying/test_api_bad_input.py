"""What no client of ours sends is told with its field."""

from typing import Any

import pytest

from schema.inputs import to_cursor
from schema.scalars import public_id
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_token
from tests.factories.group_buying import (
    a_buyer,
    a_deal,
)

FAR = to_cursor("2026-11-24T00:00:00+00:00", "x")
WRONG_CURSORS = ["nonsense", "", "拼团", to_cursor(1), to_cursor("a", "b"), to_cursor(None, None), FAR]


async def test_what_is_wrong_with_a_request_is_said_in_the_callers_language(api: Api, wechat: WeChat) -> None:
    for locale, said in (("zh-CN", "每页 1 到 100 条。"), ("en", "A page has 1 to 100 entries.")):
        (error,) = (await api("Deals", {"first": 0}, locale=locale))["errors"]
        assert (error["message"], error["extensions"]["fields"][0]["message"]) == (said, said)


@pytest.mark.parametrize("first", [0, -1, 101, 2**31 - 1])
async def test_a_page_has_1_to_100_entries(api: Api, wechat: WeChat, first: int) -> None:
    deal, token = public_id("deal", (await a_deal()).id), await a_token((await a_buyer()).id)
    for document, variables in (("Deals", {}), ("DealPage", {"id": deal, "groups": first}), ("MyOrders", {})):
        assert await api.error_code(document, {"first": first, **variables}, token=token) in {
            "BAD_USER_INPUT",
            "TOO_COMPLEX",
        }
    assert await api.bad_field("Deals", {"first": 0}) == "first"
    assert "errors" not in await api("Deals", {"first": 100})


@pytest.mark.parametrize("cursor", WRONG_CURSORS)
async def test_a_cursor_that_was_never_given_is_refused(api: Api, wechat: WeChat, cursor: str) -> None:
    deal, token = public_id("deal", (await a_deal()).id), await a_token((await a_buyer()).id)
    groups = (
        "query($id: ID!, $after: String) { deal(id: $id) { groups(first: 1, after: $after) { edges { cursor } } } }"
    )
    assert await api.bad_field("Deals", {"first": 1, "after": cursor}) == "after"
    assert await api.bad_field("MyOrders", {"first": 1, "after": cursor}, token=token) == "after"
    assert await api.bad_field(groups, {"id": deal, "after": cursor}) == "after"


@pytest.mark.parametrize(
    "key",
    [
        (1, "0001-01-01T00:00:00+00:00", "00000000-0000-0000-0000-000000000000"),
        (2**70, "9999-12-31T23:59:59+00:00", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        (1, "2026-11-24T00:00:00", "00000000-0000-0000-0000-000000000000"),
    ],
)
async def test_a_cursor_of_the_right_form_from_nowhere_does_no_harm(
    api: Api, wechat: WeChat, key: tuple[int, str, str]
) -> None:
    deal, token = public_id("deal", (await a_deal()).id), await a_token((await a_buyer()).id)
    groups = (
        "query($id: ID!, $after: String) { deal(id: $id) { groups(first: 1, after: $after) { edges { cursor } } } }"
    )
    for document, variables in (
        ("Deals", {"first": 1, "after": to_cursor(*key[1:])}),
        ("MyOrders", {"first": 1, "after": to_cursor(*key[1:])}),
        (groups, {"id": deal, "after": to_cursor(*key)}),
    ):
        answer = await api(document, variables, token=token)
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        assert codes <= {"BAD_USER_INPUT"}, answer


@pytest.mark.parametrize("text", ["nonsense", "", "deal_", "deal_拼团", "x" * 5000])
async def test_a_malformed_id_is_told_with_its_field(api: Api, wechat: WeChat, text: str) -> None:
    ann, deal = await a_buyer(), await a_deal()
    token = await a_token(ann.id)
    right = {"dealId": public_id("deal", deal.id), "idempotencyKey": "k"}
    for name in ("dealId", "skuId", "addressId"):
        assert await api.bad_field("OpenGroup", {"input": right | {name: text}}, token=token) == f"input.{name}"
    for name in ("PayOrder", "CancelOrder"):
        variables = {"orderId": text, "idempotencyKey": "k"}
        assert await api.bad_field(name, variables, token=token) == "input.orderId"
    assert await api.bad_field("ConfirmPayment", {"orderId": text}, token=token) == "input.orderId"
    assert await api.bad_field("MyOrder", {"id": text}, token=token) == "id"
    assert await api.bad_field("DealPage", {"id": text, "groups": 1}) == "id"


@pytest.mark.parametrize("key", ["", " ", "k" * 101, "a\x01b"])
async def test_a_key_has_1_to_100_characters(api: Api, wechat: WeChat, key: str) -> None:
    ann, deal = await a_buyer(), await a_deal()
    token = await a_token(ann.id)
    opening = {"dealId": public_id("deal", deal.id), "idempotencyKey": key}
    assert await api.bad_field("OpenGroup", {"input": opening}, token=token) == "input.idempotencyKey"
    leaving = {"groupCode": "G2222222222", "idempotencyKey": key}
    assert await api.bad_field("LeaveGroup", leaving, token=token) == "input.idempotencyKey"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"usePoints": -1}, "input.usePoints"),
        ({"quantity": 2**31}, "input.quantity"),
        ({"expectedAmountFen": 2**53}, "input.expectedAmountFen"),
        ({"expectedAmountFen": "19.90"}, "input.expectedAmountFen"),
        ({"idempotencyKey": "a\0b"}, "input.idempotencyKey"),
        ({"shareCode": "\0"}, "input.shareCode"),
        ({"color": "red"}, "input"),
    ],
)
async def test_input_that_is_no_input_is_told_with_its_field(
    api: Api, wechat: WeChat, changes: dict[str, Any], path: str
) -> None:
    ann, deal = await a_buyer(), await a_deal()
    opening = {"dealId": public_id("deal", deal.id), "idempotencyKey": "k"} | changes
    told = await api.bad_field("OpenGroup", {"input": opening}, token=await a_token(ann.id))
    assert told.startswith(path)


async def test_a_nul_in_a_search_is_told_with_its_field(api: Api, wechat: WeChat) -> None:
    assert await api.bad_field("Deals", {"first": 1, "search": "茶\0"}) == "search"
    assert await api.bad_field("Deals", {"first": 1, "search": "茶" * 101}) == "filter.search"
    assert (
        await api.error_code('{ deals(first: 1, filter: {search: "\\u0000"}) { edges { cursor } } }')
        == "BAD_USER_INPUT"
    )
