"""What the API says of orders to staff who work with them."""

from datetime import datetime

import strawberry
from strawberry.dataloader import DataLoader

from app.accounts import models as accounts
from app.accounts import rules as account_rules
from app.core.ids import OrderId, UserId
from app.orders import models
from app.orders.states import UploadStatus
from app.payments.models import Payment
from schema.accounts.loaders import load_users
from schema.accounts.types import User
from schema.context import Info
from schema.orders.loaders import load_payments, load_shipments
from schema.orders.types.order import Order

strawberry.enum(UploadStatus, name="ShippingUploadStatus")


@strawberry.type(description="Who carries parcels.")
class Carrier:
    """A carrier."""

    code: str = strawberry.field(description="What shipOrder takes as carrier: WeChat's id of it.")
    name: str = strawberry.field(description="For people, in the caller's language.")


@strawberry.type(description="Where a parcel goes, in full: for who ships it and who answers for it.")
class Recipient:
    """Where a parcel goes."""

    name: str
    phone: str
    region: str
    detail: str


@strawberry.type(description="Whether WeChat, which withholds the money until then, knows of the parcel.")
class ShippingUpload:
    """What WeChat knows of a parcel."""

    status: UploadStatus
    error: str | None = strawberry.field(description="What WeChat said last where it did not take it.")
    next_at: datetime | None = strawberry.field(description="When it is told again.")
    corrected_at: datetime | None = strawberry.field(description="When the number was corrected, which works once.")


@strawberry.type(description="What WeChat Pay calls an order's payment.")
class PaymentNumbers:
    """The numbers of a payment."""

    out_trade_no: str
    transaction_id: str | None = strawberry.field(description="As it stands in the buyer's bill; null before she pays.")


@strawberry.type(description="An order as staff see it: MERCHANT and SUPPORT.")
class StaffOrder:
    """An order as staff see it."""

    row: strawberry.Private[models.Order]
    order: Order
    version: int = strawberry.field(description="What mutations take as expectedVersion.")
    disputed: bool = strawberry.field(description="A request for a refund waits for an answer; it is not shipped.")

    @strawberry.field(description="Null where nothing is shipped.")
    def recipient(self) -> Recipient | None:
        """Tell where the parcel goes."""
        kept = self.row.address
        if kept is None:
            return None
        return Recipient(
            name=kept["recipient"],
            phone=kept["phone"],
            region=account_rules.region(kept["province"], kept["city"], kept["district"]),
            detail=kept["detail"],
        )

    @strawberry.field(description="Null where her account is gone.")
    async def buyer(self, info: Info) -> User | None:
        """Tell who bought it."""
        loader: DataLoader[UserId, accounts.User | None] = info.context.loader(load_users)
        found = await loader.load(self.row.user_id)
        return User.of(found) if found else None

    @strawberry.field(description="Null before it is shipped.")
    async def upload(self, info: Info) -> ShippingUpload | None:
        """Tell what WeChat knows of the parcel."""
        loader: DataLoader[OrderId, models.Shipment | None] = info.context.loader(load_shipments)
        found = await loader.load(self.row.id)
        if found is None:
            return None
        return ShippingUpload(
            status=found.upload, error=found.upload_error, next_at=found.next_upload_at, corrected_at=found.corrected_at
        )

    @strawberry.field(description="Null where nothing was to be paid.")
    async def payment(self, info: Info) -> PaymentNumbers | None:
        """Tell the numbers at WeChat Pay."""
        loader: DataLoader[OrderId, Payment | None] = info.context.loader(load_payments)
        found = await loader.load(self.row.id)
        return PaymentNumbers(out_trade_no=found.out_trade_no, transaction_id=found.transaction_id) if found else None

    @classmethod
    def of(cls, row: models.Order) -> "StaffOrder":
        """The API's form of an order for staff."""
        return cls(row=row, order=Order.of(row), version=row.version, disputed=row.disputed)
