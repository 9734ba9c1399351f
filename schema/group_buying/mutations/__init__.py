"""What is done in group buying: `buying` by shoppers, `dealing` by staff."""

import strawberry

from schema.group_buying.mutations.buying import BuyingMutation
from schema.group_buying.mutations.dealing import DealingMutation


@strawberry.type
class GroupBuyingMutation(BuyingMutation, DealingMutation):
    """What is done in group buying."""
