"""What can be done in communities."""

import strawberry

from schema.community.mutations.feeling import FeelingMutation
from schema.community.mutations.places import PlacesMutation
from schema.community.mutations.writing import WritingMutation


@strawberry.type
class CommunityMutation(PlacesMutation, WritingMutation, FeelingMutation):
    """What can be done in communities."""
