"""What moderation does: each of these is one transaction, or part of the caller's."""

from app.moderation.actions.muting import mute as mute
from app.moderation.actions.muting import refuse_if_muted as refuse_if_muted
from app.moderation.actions.muting import unmute as unmute
from app.moderation.actions.queueing import put_in_queue as put_in_queue
from app.moderation.actions.queueing import report as report
