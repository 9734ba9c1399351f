"""Tokens: what a phone shows to be recognised.

An access token is a JWT that lives some minutes. A refresh token is `<session>.<number>.<seal>`: it is derived
and not kept, so that the same successor can be given again to a phone that did not hear it. The session's row
says which number is the newest.

The first of the configured keys signs, all of them verify. A key that is taken away takes the tokens with it
that it signed: leave a retired one until its sessions have been refreshed.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

import jwt

from app.accounts.errors import RefreshTokenInvalid
from app.accounts.errors import TokenInvalid as TokenInvalid
from app.core.ids import SessionId, UserId
from app.core.settings import SHORTEST_TOKEN_KEY, settings

ISSUER = "pintuan"
KEY_FILE = "token-keys.json"

_ALGORITHM = "HS256"
_CLOCKS_APART = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says; `queries.asker` knows whether it is still so."""

    user: UserId
    session: SessionId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What signing in or refreshing gives. `expires_in` is the access token's, in seconds."""

    user: UserId
    session: SessionId
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


def grant(*, user: UserId, session: SessionId, generation: int, now: datetime) -> Grant:
    """Tokens for a session: a new access token, and the refresh token of this number, always the same."""
    lifetime = settings().access_token_seconds
    return Grant(
        user=user,
        session=session,
        access_token=_signed(Claims(user, session, now + timedelta(seconds=lifetime)), issued_at=now),
        refresh_token=refresh_token(session, generation),
        expires_in=lifetime,
    )


def read(access_token: str) -> Claims:
    """What a token says that we have signed; raises TokenInvalid. Whether it still holds: `queries.asker`."""
    keys = _keys()
    try:
        key = keys[str(jwt.get_unverified_header(access_token).get("kid"))]
        payload = jwt.decode(
            access_token,
            key,
            algorithms=[_ALGORITHM],
            issuer=ISSUER,
            # The database's clock decides, in `queries.asker`; this only spares it tokens that are long dead.
            leeway=_CLOCKS_APART,
            options={"require": ["exp", "iat", "iss", "sub", "sid"], "verify_iat": False},
        )
        return Claims(
            user=UserId(UUID(payload["sub"])),
            session=SessionId(UUID(payload["sid"])),
            expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        )
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise TokenInvalid from error


def refresh_token(session: SessionId, generation: int) -> str:
    """The refresh token of this number of a session."""
    first = next(iter(_keys().values()))
    return _sealed(first, session, generation)


def read_refresh_token(text: str) -> tuple[SessionId, int]:
    """The session and number of a token that we have sealed; raises RefreshTokenInvalid."""
    body, _, _ = text.rpartition(".")
    name, _, number = body.partition(".")
    try:
        session, generation = SessionId(UUID(name)), int(number)
    except ValueError as error:
        raise RefreshTokenInvalid from error
    given = text.encode(errors="replace")
    if not any(hmac.compare_digest(given, _sealed(key, session, generation).encode()) for key in _keys().values()):
        raise RefreshTokenInvalid
    return session, generation


def seal(what: str) -> str:
    """A seal under a text of ours, for an address that is not to be guessed. The text begins with what it is for."""
    return _sealed_text(next(iter(_keys().values())), what)


def is_sealed(what: str, given: str) -> bool:
    """Whether we have put this seal under this text."""
    text = given.encode(errors="replace")
    return any(hmac.compare_digest(text, _sealed_text(key, what).encode()) for key in _keys().values())


def _sealed_text(key: str, what: str) -> str:
    # As in `_sealed`, another beginning for another end.
    return hmac.digest(key.encode(), f"text:{what}".encode(), hashlib.sha256).hex()[:32]


def _signed(claims: Claims, *, issued_at: datetime) -> str:
    kid, key = next(iter(_keys().items()))
    payload = {
        "iss": ISSUER,
        "sub": str(claims.user),
        "sid": str(claims.session),
        "iat": int(issued_at.timestamp()),
        "exp": int(claims.expires_at.timestamp()),
    }
    return jwt.encode(payload, key, algorithm=_ALGORITHM, headers={"kid": kid})


def _sealed(key: str, session: SessionId, generation: int) -> str:
    body = f"{session.hex}.{generation}"
    # No JWT begins so: one key never signs the same text for two ends.
    seal = hmac.digest(key.encode(), f"refresh:{body}".encode(), hashlib.sha256)
    return f"{body}.{base64.urlsafe_b64encode(seal).rstrip(b'=').decode()}"


def _keys() -> Mapping[str, str]:
    """All keys by id, the signing one first."""
    return _keys_of(settings().token_keys.get_secret_value(), settings().data_dir)


@cache
def _keys_of(configured: str, folder: Path) -> Mapping[str, str]:
    keys = _configured(configured) if configured else _kept(folder / KEY_FILE)
    if not keys or any(len(key.encode()) < SHORTEST_TOKEN_KEY for key in keys.values()):
        raise ValueError(f"a key that signs tokens has {SHORTEST_TOKEN_KEY} characters or more")
    return keys


def _configured(text: str) -> dict[str, str]:
    pairs = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    return {kid: key for kid, _, key in pairs}


def _kept(path: Path) -> dict[str, str]:
    if not path.exists():
        _make(path)
    keys: dict[str, str] = json.loads(path.read_text())
    return keys


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Whole and private before it has its name; of two processes that start at once, one names its own.
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        json.dump({secrets.token_hex(4): secrets.token_urlsafe(48)}, file)
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    Path(draft).unlink()
