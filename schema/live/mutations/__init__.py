"""What can be done about live rooms."""

import strawberry

from schema.live.mutations.hosting import HostingMutation
from schema.live.mutations.watching import WatchingMutation


@strawberry.type
class LiveMutation(HostingMutation, WatchingMutation):
    """What can be done about live rooms."""
