"""What the API says of live rooms."""

from schema.live.types.control import LiveControl as LiveControl
from schema.live.types.room import LiveReminder as LiveReminder
from schema.live.types.room import LiveRoom as LiveRoom
