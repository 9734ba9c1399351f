"""What the API says of live rooms."""

from schema.live.types.control import LiveControl as LiveControl
from schema.live.types.events import Danmaku as Danmaku
from schema.live.types.events import LiveRoomFrame as LiveRoomFrame
from schema.live.types.events import LiveStarted as LiveStarted
from schema.live.types.room import LiveReminder as LiveReminder
from schema.live.types.room import LiveRoom as LiveRoom
