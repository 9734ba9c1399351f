"""What the clock starts: WeChat hears of parcels, orders are received, settled and lose their address by themselves."""

from datetime import timedelta
from uuid import UUID

from app.core import clock, db
from app.core.ids import OrderId
from app.core.worker import Job, do_each
from app.orders import actions, flows, rules
from app.orders.models import Shipment

#: While one worker is at it, others leave it alone; one that dies leaves it for as long.
LEASE = timedelta(seconds=60)
BATCH = 20
_AT_ONCE = 5_000
_AN_HOUR_S = 3_600


async def upload_shipping() -> int:
    """Tell WeChat of the parcels it has not heard of; how many."""
    now = await clock.now()
    due: list[UUID] = await db.rows(UUID, _CLAIM_UPLOADS, now + LEASE, now, BATCH)
    return await do_each(due, _upload, at_once=BATCH)


async def _upload(shipment: UUID) -> None:
    await flows.upload(await Shipment.get(id=shipment))


async def receive_orders() -> int:
    """Take the orders for received whose days for it are over; how many."""
    due: list[OrderId] = await db.rows(OrderId, _TO_RECEIVE, await clock.now(), BATCH)
    return await do_each(due, actions.receive_by_itself)


async def settle_orders() -> int:
    """Settle the orders whose after-sale window has ended; how many."""
    due: list[OrderId] = await db.rows(OrderId, _TO_SETTLE, await clock.now(), BATCH)
    return await do_each(due, actions.settle)


async def forget_addresses() -> int:
    """Blank the addresses of some orders that ended longer ago than they are kept; how many. The orders stay."""
    return await db.execute(_FORGET_ADDRESSES, await clock.now() - rules.ADDRESSES_KEPT, list(rules.ENDED), _AT_ONCE)


#: An order's end is the last entry of its history.
_FORGET_ADDRESSES = """
UPDATE orders SET address = NULL WHERE id IN (
  SELECT o.id FROM orders o
   WHERE o.address IS NOT NULL AND o.status = ANY($2::text[]) AND o.created_at < $1
     AND NOT EXISTS (SELECT 1 FROM order_events e WHERE e.order_id = o.id AND e.at >= $1)
   LIMIT $3)
"""

#: Takes parcels that WeChat is to hear of, by moving when it is told next.
_CLAIM_UPLOADS = """
UPDATE shipments SET next_upload_at = $1, upload_attempts = upload_attempts + 1
 WHERE id IN (SELECT id FROM shipments WHERE next_upload_at <= $2
               ORDER BY next_upload_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

#: Orders on their way whose days are over; `receive_by_itself` decides under the row's lock.
_TO_RECEIVE = "SELECT id FROM orders WHERE receive_by <= $1 AND NOT disputed ORDER BY receive_by LIMIT $2"

#: Received orders whose after-sale window has ended; `settle` decides under the row's lock.
_TO_SETTLE = """
SELECT id FROM orders WHERE status = 'RECEIVED' AND after_sale_until <= $1 AND NOT disputed
 ORDER BY after_sale_until LIMIT $2
"""

JOBS = [
    Job("orders.upload_shipping", upload_shipping, every_seconds=1),
    Job("orders.receive_orders", receive_orders, every_seconds=60),
    Job("orders.settle_orders", settle_orders, every_seconds=60),
    Job("orders.forget_addresses", forget_addresses, every_seconds=_AN_HOUR_S),
]
