"""What the story's phones send: the contract's own operations, and a few more for what the contract leaves out."""

from collections.abc import Mapping
from typing import Final

from schema.trusted import operations

#: What the shop's own pages send: staff work with these, and products are looked up.
_OWN: Final[Mapping[str, str]] = {
    "Products": """query Products($search: String) {
  products(first: 20, filter: { search: $search }) { edges { node {
    id title price { fen display } shipping { fen display }
    skus { id optionValues price { fen display } available } } } }
}""",
    "PerkPlans": """query PerkPlans {
  staff { perkPlans(first: 50) { edges { node { version status } } } }
}""",
    "StaffOrder": """query StaffOrder($id: ID!) {
  staff { order(id: $id) { version order { status } } carriers { code name } }
}""",
    "ShipOrder": """mutation ShipOrder($input: ShipOrderInput!) {
  shipOrder(input: $input) { __typename ... on StaffOrder { order { id status } } ... on UserError { code message } }
}""",
    "ConfirmReceipt": """mutation ConfirmReceipt($orderId: ID!) {
  confirmReceipt(input: { orderId: $orderId }) {
    __typename ... on Order { id status afterSaleUntil } ... on UserError { code message } }
}""",
    "OrderPieces": """query OrderPieces($id: ID!) { viewer { order(id: $id) { items { id quantity } } } }""",
    "RequestRefund": """mutation RequestRefund($input: RequestRefundInput!) {
  requestRefund(input: $input) {
    __typename ... on AfterSale { id status amount { fen display } } ... on UserError { code message } }
}""",
    "AfterSales": """query AfterSales {
  staff { afterSales(first: 50, status: REQUESTED) { edges { node {
    version afterSale { id reason note amount { display } } } } } }
}""",
    "ApproveRefund": """mutation ApproveRefund($input: ApproveRefundInput!) {
  approveRefund(input: $input) {
    __typename ... on StaffAfterSale { afterSale { id status } } ... on UserError { code message } }
}""",
    "MyStories": """query MyStories { viewer { stories { id status } } }""",
}


def text_of(operation: str) -> str:
    """An operation's text by its name."""
    return _OWN.get(operation) or operations()[operation]
