"""What media does: each of these is one transaction, or runs in the caller's."""

from app.media.actions.attaching import attach as attach
from app.media.actions.attaching import detach as detach
from app.media.actions.attaching import restore as restore
from app.media.actions.attaching import withdraw_all_of as withdraw_all_of
from app.media.actions.checking import decide as decide
from app.media.actions.checking import decide_by_hand as decide_by_hand
from app.media.actions.checking import hear_verdict as hear_verdict
from app.media.actions.checking import join_heard as join_heard
from app.media.actions.checking import note_check as note_check
from app.media.actions.tickets import create_ticket as create_ticket
from app.media.actions.tickets import store_picture as store_picture
