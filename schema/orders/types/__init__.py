"""What the API says of orders: to their owners, and to staff."""

from schema.orders.types.order import NODE_OPENERS as NODE_OPENERS
from schema.orders.types.order import Order as Order
from schema.orders.types.order import OrderLine as OrderLine
from schema.orders.types.order import open_order as open_order
from schema.orders.types.staff import Carrier as Carrier
from schema.orders.types.staff import StaffOrder as StaffOrder
