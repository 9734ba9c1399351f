"""What the API says of deals, groups and seats."""

from schema.group_buying.types.deal import Deal as Deal
from schema.group_buying.types.deal import LadderRung as LadderRung
from schema.group_buying.types.deal import Sku as Sku
from schema.group_buying.types.group import Group as Group
from schema.group_buying.types.group import GroupChange as GroupChange
from schema.group_buying.types.group import RefundProgress as RefundProgress
from schema.group_buying.types.group import Seat as Seat
from schema.group_buying.types.mine import CheckoutStarted as CheckoutStarted
from schema.group_buying.types.mine import Eligibility as Eligibility
from schema.group_buying.types.mine import MySeat as MySeat
from schema.group_buying.types.mine import PaymentParameters as PaymentParameters
