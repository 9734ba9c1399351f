"""What moderation does: each of these is one transaction, or part of the caller's."""

from app.moderation.actions.blocking import block as block
from app.moderation.actions.blocking import unblock as unblock
from app.moderation.actions.deciding import appeal as appeal
from app.moderation.actions.deciding import claim as claim
from app.moderation.actions.deciding import decide as decide
from app.moderation.actions.deciding import decide_appeal as decide_appeal
from app.moderation.actions.filtering import add_word as add_word
from app.moderation.actions.filtering import remove_word as remove_word
from app.moderation.actions.muting import mute as mute
from app.moderation.actions.muting import refuse_if_muted as refuse_if_muted
from app.moderation.actions.muting import unmute as unmute
from app.moderation.actions.queueing import put_in_queue as put_in_queue
from app.moderation.actions.queueing import report as report
