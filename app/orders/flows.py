"""Orders and WeChat: transaction, WeChat, transaction."""

from app.accounts import queries as accounts
from app.accounts.rules import mask_phone
from app.core.log import logger
from app.orders import queries
from app.orders.actions import shipping
from app.orders.models import Shipment
from app.payments import queries as payments
from app.wechat import current
from app.wechat.client import Shipping
from app.wechat.errors import WeChatBusy, WeChatRefused

log = logger("orders")

#: WeChat's word for a repeat that says nothing new: an earlier try has arrived.
_NOTHING_NEW = "10060023"


async def upload(shipment: Shipment) -> None:
    """Tell WeChat of a parcel. Can be repeated: the same parcel again changes nothing there."""
    try:
        await current.mini_program().upload_shipping(await _report(shipment))
    except WeChatBusy as error:
        await shipping.note_not_uploaded(shipment, str(error))
    except WeChatRefused as error:
        if error.code == _NOTHING_NEW:
            await shipping.note_uploaded(shipment)
            return
        log.warning("orders.shipping_refused", order=str(shipment.order_id), error=str(error))
        await shipping.note_upload_refused(shipment, str(error))
    else:
        await shipping.note_uploaded(shipment)


async def _report(shipment: Shipment) -> Shipping:
    order = await queries.order_by_id(shipment.order_id)
    payment = await payments.payment_of(order.id)
    if payment is None:
        raise LookupError(f"order {order.id} was paid without a payment")
    lines = (await queries.lines_of([order.id]))[order.id]
    return Shipping(
        out_trade_no=payment.out_trade_no,
        openid=await accounts.openid_of(order.user_id),
        item="；".join(f"{line.title} x{line.quantity}" for line in lines),
        tracking_no=shipment.tracking_number,
        express_company=shipment.carrier,
        phone=mask_phone(order.address["phone"]) if order.address else "",
        # It must grow with every change.
        shipped_at=shipment.corrected_at or shipment.shipped_at,
    )
