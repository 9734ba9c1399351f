"""Logs: one line per event, as JSON in production, for eyes in development.

Whoever writes a log line passes ids, never openids, phones, tokens or names; `_without_secrets` is the net
under that rule, not a licence.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: Keys that no log line may carry, whatever their value.
FORBIDDEN_KEYS = frozenset(
    {
        "openid",
        "unionid",
        "session_key",
        "phone",
        "token",
        "authorization",
        "password",
        "access_token",
        "secret",
    }
)


def configure_logs(*, as_json: bool, level: int = logging.INFO) -> None:
    """Set the format of this process's logs. A repeated call sets it anew."""
    for_eyes = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    renderer: Any = structlog.processors.JSONRenderer() if as_json else for_eyes
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def logger(name: str) -> Any:
    """A logger that binds `room=name` to every line."""
    return structlog.get_logger(room=name)


def _without_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in FORBIDDEN_KEYS & event.keys():
        event[key] = "[left out]"
    return event
