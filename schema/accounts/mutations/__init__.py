"""What is done about people: `own` by themselves, `staffing` by the owner about staff."""

import strawberry

from schema.accounts.mutations.own import OwnMutation
from schema.accounts.mutations.staffing import StaffingMutation


@strawberry.type
class AccountsMutation(OwnMutation, StaffingMutation):
    """What is done about people."""
