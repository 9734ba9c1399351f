"""Staff ship a parcel, or correct its number, and WeChat is told."""

from dataclasses import dataclass

from tortoise.queryset import QuerySet

from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.errors import Stale
from app.core.ids import OrderId, UserId
from app.core.outbox import record
from app.core.targets import Target
from app.desk import actions as desk
from app.desk.models import Matter
from app.orders import errors, rules
from app.orders.actions.placing import advance, note
from app.orders.facts import OrderShipped
from app.orders.models import Order, OrderEvent, Shipment
from app.orders.queries import order_by_id
from app.orders.states import OrderNote, OrderStatus, UploadStatus
from app.orders.wording import CARRIERS


@dataclass(frozen=True, slots=True)
class Parcel:
    """Who carries it (WeChat's id of the carrier), under which number."""

    carrier: str
    tracking_number: str

    @property
    def words(self) -> dict[str, str]:
        """What the order's history says of it."""
        return {"carrier": self.carrier, "number": self.tracking_number}


@db.retried
async def ship(*, by: UserId, order: OrderId, parcel: Parcel, expected_version: int) -> None:
    """Note that an order's parcel is with the carrier; a job tells WeChat.

    Raises OrderNotFound, CarrierUnknown, Stale, OrderNotShippable where it does not wait to be shipped, and
    AfterSaleOpen while a request for its money waits for an answer.
    """
    async with db.transaction():
        found = await _seen(order, parcel, expected_version, OrderStatus.TO_SHIP)
        if found.disputed:
            raise errors.AfterSaleOpen
        if not await advance(order, OrderStatus.SHIPPED):
            raise errors.OrderNotShippable(found.status)
        now = await clock.now()
        await Order.filter(id=order).update(receive_by=now + rules.RECEIVED_AFTER)
        await OrderEvent.filter(order_id=order, status=OrderStatus.SHIPPED).update(values=parcel.words)
        # WeChat withholds what was paid until it hears of the parcel; of what cost nothing it knows nothing.
        waits = found.amount_fen > 0
        await Shipment.create(
            order_id=order,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            shipped_at=now,
            upload=UploadStatus.WAITING if waits else UploadStatus.NOT_NEEDED,
            next_upload_at=now if waits else None,
        )
        await record(OrderShipped(order, found.user_id))
        await audit_log.note(by=by, verb="order.ship", target=Target("order", order), detail=parcel.words)


@db.retried
async def correct(*, by: UserId, order: OrderId, parcel: Parcel, expected_version: int) -> None:
    """Correct the carrier or number of a parcel on its way; once, as WeChat allows. It is told again.

    Raises OrderNotFound, CarrierUnknown, Stale, OrderNotShippable where no parcel is on its way, TrackingCorrected.
    """
    async with db.transaction():
        await _seen(order, parcel, expected_version, OrderStatus.SHIPPED)
        now = await clock.now()
        shipment = await Shipment.get(order_id=order)
        if shipment.corrected_at is not None:
            raise errors.TrackingCorrected
        waits = shipment.upload is not UploadStatus.NOT_NEEDED
        await Shipment.filter(id=shipment.id).update(
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            corrected_at=now,
            upload=UploadStatus.WAITING if waits else UploadStatus.NOT_NEEDED,
            upload_attempts=0,
            next_upload_at=now if waits else None,
        )
        await Order.filter(id=order).update(version=expected_version + 1)
        await note(order, OrderNote.TRACKING_CORRECTED, **parcel.words)
        detail = parcel.words | {"was": f"{shipment.carrier} {shipment.tracking_number}"}
        await audit_log.note(by=by, verb="order.correct_parcel", target=Target("order", order), detail=detail)


async def _seen(order: OrderId, parcel: Parcel, expected_version: int, status: OrderStatus) -> Order:
    """The order under its lock, as whoever acts on it has seen it."""
    if parcel.carrier not in CARRIERS:
        raise errors.CarrierUnknown
    await db.rows(str, "SELECT id FROM orders WHERE id = $1 FOR UPDATE", order)
    found = await order_by_id(order)
    if found.version != expected_version:
        raise Stale
    if found.status is not status:
        raise errors.OrderNotShippable(found.status)
    return found


async def note_uploaded(shipment: Shipment) -> None:
    """WeChat knows of the parcel; one that was corrected meanwhile waits to be told anew."""
    async with db.transaction():
        done = await _as_told(shipment).update(upload=UploadStatus.DONE, next_upload_at=None, upload_error=None)
        if done:
            await desk.resolve(matter=Matter.SHIPPING_REFUSED, subject=str(shipment.order_id))


async def note_not_uploaded(shipment: Shipment, error: str) -> None:
    """WeChat gave no answer: it is told again later."""
    again = rules.next_upload(shipment.upload_attempts, await clock.now())
    await _as_told(shipment).update(next_upload_at=again, upload_error=error[:200])


async def note_upload_refused(shipment: Shipment, error: str) -> None:
    """WeChat does not take it: a person sees it on the desk, and may correct the number or try again."""
    async with db.transaction():
        refused = await _as_told(shipment).update(
            upload=UploadStatus.REFUSED, next_upload_at=None, upload_error=error[:200]
        )
        if refused:
            detail = {"carrier": shipment.carrier, "number": shipment.tracking_number, "error": error[:200]}
            await desk.put(matter=Matter.SHIPPING_REFUSED, subject=str(shipment.order_id), detail=detail)


def _as_told(shipment: Shipment) -> QuerySet[Shipment]:
    return Shipment.filter(
        id=shipment.id,
        upload=UploadStatus.WAITING,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
    )


@db.retried
async def upload_again(*, by: UserId, order: OrderId) -> None:
    """A person has mended what stood in the way: tell WeChat of the parcel again.

    Raises OrderNotFound, OrderNotShippable where WeChat has not refused it.
    """
    async with db.transaction():
        found = await order_by_id(order)
        again = await Shipment.filter(order_id=order, upload=UploadStatus.REFUSED).update(
            upload=UploadStatus.WAITING, upload_attempts=0, next_upload_at=await clock.now()
        )
        if not again:
            raise errors.OrderNotShippable(found.status)
        await audit_log.note(by=by, verb="order.upload_shipping", target=Target("order", order))
