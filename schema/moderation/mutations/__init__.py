"""Reporting and appealing; and what moderators do."""

import strawberry

from schema.moderation.mutations.people import PeopleMutation
from schema.moderation.mutations.queue import QueueMutation
from schema.moderation.mutations.words import WordsMutation


@strawberry.type
class ModerationMutation(QueueMutation, PeopleMutation, WordsMutation):
    """What one can do about what others write."""
