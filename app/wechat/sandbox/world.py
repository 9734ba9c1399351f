"""What the sandbox's rules may know: who it is, how it was set up, and the call they judge.

A rule is a plain function of a Call. It runs inside one transaction of the store; what it raises rolls back.
"""

import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.wechat.sandbox.keys import Keys
from app.wechat.sandbox.seal import Seal
from app.wechat.sandbox.store import Store
from app.wechat.sandbox.weather import Weather

#: Where `python -m app.wechat.sandbox` answers unless told otherwise.
DEFAULT_ORIGIN = "http://127.0.0.1:8787"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a sandbox is set up. None means that anything goes."""

    #: Template id to the keys that its data must have, exactly.
    templates: Mapping[str, frozenset[str]] | None = None
    #: Pages of the released version.
    pages: frozenset[str] | None = None
    #: What the seconds between two tries of a notification are multiplied with; 1 is WeChat's own schedule.
    pace: float = 1.0
    #: How long a refund is PROCESSING.
    refund_s: float = 1.0
    #: Where the message push goes; None sends none.
    push_url: str | None = None
    #: What its URL links begin with: where a browser reaches it, with its prefix.
    origin: str = DEFAULT_ORIGIN


class Courier(Protocol):
    """Who carries notifications."""

    def nudge(self) -> None:
        """There may be something to carry now."""


@dataclass(frozen=True, slots=True)
class World:
    """One sandbox."""

    keys: Keys
    seal: Seal
    options: Options
    store: Store
    courier: Courier


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as a rule sees it. `now` is WeChat's calendar in Unix seconds."""

    db: sqlite3.Connection
    now: float
    weather: Weather
    world: World
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)


def among(value: object, allowed: Collection[object]) -> bool:
    """Whether a value that somebody sent is one of these, whatever it is."""
    return isinstance(value, str | int) and value in allowed


def text(value: object) -> str:
    """A name or number that somebody sent; empty, which nothing is called, where it is no text."""
    return value if isinstance(value, str) else ""


Rule = Callable[[Call], Any]
