"""What becomes of what was bought: it is shipped, received, and sometimes given back."""

from tests.journeys.people import Clerk, Phone, new_key
from tests.journeys.processes import until

_VERSION = "query V($id: ID!) { staff { order(id: $id) { version } } }"
_SHIP = """
mutation S($input: ShipOrderInput!) {
  shipOrder(input: $input) { __typename ... on UserError { code } ... on StaffOrder { order { status } } }
}
"""
_RECEIVE = """
mutation R($id: ID!) {
  confirmReceipt(input: { orderId: $id }) { __typename ... on UserError { code } ... on Order { status } }
}
"""


async def ship(merchant: Clerk, order: str) -> None:
    """Give the carrier what waits to be shipped."""
    version = (await merchant.query(_VERSION, id=order))["staff"]["order"]["version"]
    parcel = {"orderId": order, "carrier": "SF", "trackingNumber": "SF1234567890", "expectedVersion": version}
    shipped = (await merchant.query(_SHIP, input=parcel))["shipOrder"]
    assert shipped == {"__typename": "StaffOrder", "order": {"status": "SHIPPED"}}, shipped


async def receive(phone: Phone, order: str) -> None:
    """Say that it has arrived."""
    received = (await phone.query(_RECEIVE, id=order))["confirmReceipt"]
    assert received == {"__typename": "Order", "status": "RECEIVED"}, received


_ASK = """
mutation A($input: RequestRefundInput!) {
  requestRefund(input: $input) { __typename ... on UserError { code } ... on AfterSale { id status } }
}
"""
_WAITING = "query W($id: ID!) { staff { afterSale(id: $id) { version } } }"
_GRANT = """
mutation G($input: ApproveRefundInput!) {
  approveRefund(input: $input) { __typename ... on UserError { code } ... on StaffAfterSale { afterSale { status } } }
}
"""


async def give_back(phone: Phone, support: Clerk, order: str) -> None:
    """She sends it back, support grants it, and her money has arrived."""
    given = {"orderId": order, "reason": "NOT_AS_DESCRIBED", "idempotencyKey": new_key()}
    asked = (await phone.query(_ASK, input=given))["requestRefund"]
    assert asked["__typename"] == "AfterSale", asked
    version = (await support.query(_WAITING, id=asked["id"]))["staff"]["afterSale"]["version"]
    granted = {"afterSaleId": asked["id"], "expectedVersion": version}
    answer = (await support.query(_GRANT, input=granted))["approveRefund"]
    assert answer["__typename"] == "StaffAfterSale", answer

    async def is_refunded() -> bool:
        return bool((await phone.order(order))["status"] == "REFUNDED")

    await until(is_refunded, f"the money of {phone.name} has come back")
