"""The weather that `/_/faults` makes and the calendar that `/_/clock` moves.

Kept in the store, so every process that shares the folder has the same.
"""

import random
import sqlite3
import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

_dice = random.SystemRandom()


class Weather(BaseModel):
    """What goes wrong. The defaults are fair weather; see the package's docstring for what each does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drop_notifications: float = Field(default=0, ge=0, le=1)
    duplicate_notifications: float = Field(default=0, ge=0, le=20)
    delay_s: float = Field(default=0, ge=0)
    shuffle_s: float = Field(default=0, ge=0)
    pace: float | None = Field(default=None, gt=0)
    sign_notifications_with: Literal["public_key", "certificate"] = "public_key"

    system_busy: float = Field(default=0, ge=0, le=1)
    slow_s: float = Field(default=0, ge=0)
    lost_replies: float = Field(default=0, ge=0, le=1)
    lost_reply_s: float = Field(default=0, ge=0)
    lost_paths: tuple[str, ...] = ()
    errors: dict[str, int | str] = Field(default_factory=dict)
    reply_signature: Literal["good", "wrong", "none", "probe"] = "good"

    refund: Literal["SUCCESS", "ABNORMAL", "CLOSED", "PROCESSING", "NOT_ENOUGH"] = "SUCCESS"
    refund_s: float | None = Field(default=None, ge=0)
    media_s: float = Field(default=1, ge=0)
    push_format: Literal["json", "xml"] = "json"
    content: dict[str, Literal["pass", "review", "risky"]] = Field(default_factory=dict)

    @field_validator("errors")
    @classmethod
    def _errcodes_are_numbers(cls, errors: dict[str, int | str]) -> dict[str, int | str]:
        wrong = [path for path, code in errors.items() if not path.startswith("/v3/") and not isinstance(code, int)]
        if wrong:
            raise ValueError(f"{wrong[0]} answers with a number")
        return errors

    def copies(self) -> int:
        """How many more of a notification are sent: the whole part surely, the rest by chance."""
        return int(self.duplicate_notifications) + happens(self.duplicate_notifications % 1)

    def loses_reply_to(self, path: str) -> bool:
        """Whether the reply to a request of this path is lost this time."""
        concerned = not self.lost_paths or any(path.startswith(prefix) for prefix in self.lost_paths)
        return concerned and happens(self.lost_replies)

    def notification_delay_s(self) -> float:
        """How long this notification waits before its first try."""
        return self.delay_s + _dice.uniform(0, self.shuffle_s)


FAIR = Weather()


def happens(probability: float) -> bool:
    """Whether something of this probability happens this time."""
    return _dice.random() < probability


def read_weather(db: sqlite3.Connection) -> Weather:
    """The weather now."""
    text = _setting(db, "weather")
    return Weather.model_validate_json(text) if text else FAIR


def write_weather(db: sqlite3.Connection, weather: Weather) -> None:
    """Change the weather as a whole."""
    _set(db, "weather", weather.model_dump_json())


def wechat_time(db: sqlite3.Connection) -> float:
    """WeChat's calendar: the machine's time plus the offset; Unix seconds.

    Codes, tokens, orders and schedules live by it. Signatures are dated with the machine's time alone, since the
    clocks of two machines are what their window is about.
    """
    return time.time() + float(_setting(db, "offset_s") or 0)


def write_offset(db: sqlite3.Connection, offset_s: float) -> None:
    """Set how far WeChat's calendar is ahead of the machine's time."""
    _set(db, "offset_s", str(offset_s))


def _setting(db: sqlite3.Connection, name: str) -> str | None:
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return row["value"] if row else None


def _set(db: sqlite3.Connection, name: str, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))
