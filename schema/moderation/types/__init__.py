"""What the API says of reports, the queue, appeals, mutes and the filter's words."""

from schema.moderation.types.items import Appeal as Appeal
from schema.moderation.types.items import ModerationItem as ModerationItem
from schema.moderation.types.items import Removal as Removal
from schema.moderation.types.items import ReportReceived as ReportReceived
from schema.moderation.types.items import open_appeal, open_item, open_removal, open_report
from schema.moderation.types.kinds import APPEAL, ITEM, MUTE, PERSON, REMOVAL, REPORT, WORD
from schema.moderation.types.people import ModeratedPerson as ModeratedPerson
from schema.moderation.types.people import Mute as Mute
from schema.moderation.types.people import open_mute, open_person
from schema.moderation.types.words import FilterWord as FilterWord
from schema.moderation.types.words import open_word

#: Kind of public id to what opens it.
NODE_OPENERS = {
    ITEM: open_item,
    REMOVAL: open_removal,
    APPEAL: open_appeal,
    REPORT: open_report,
    MUTE: open_mute,
    PERSON: open_person,
    WORD: open_word,
}
