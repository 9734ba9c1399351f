import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from app.accounts import tokens
from app.accounts.errors import RefreshTokenInvalid, TokenInvalid
from app.core.ids import SessionId, UserId, new_id
from app.core.settings import settings

USER, SESSION = UserId(new_id()), SessionId(new_id())
LATER = datetime(2099, 1, 1, tzinfo=UTC)
OLD_KEY, NEW_KEY = "old:" + "o" * 32, "new:" + "n" * 32

Keys = Callable[[str], None]


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Keys]:
    """Sets the keys of this process; empty ones are made in a folder of the test's own."""

    def use(configured: str) -> None:
        monkeypatch.setenv("PINTUAN_TOKEN_KEYS", configured)
        monkeypatch.setenv("PINTUAN_DATA_DIR", str(tmp_path / "data"))
        settings.cache_clear()

    use("")
    yield use
    monkeypatch.undo()
    settings.cache_clear()


def _grant(now: datetime = LATER) -> tokens.Grant:
    return tokens.grant(user=USER, session=SESSION, generation=3, now=now)


def test_an_access_token_says_who_and_until_when(keys: Keys) -> None:
    keys("")
    grant = _grant()
    assert grant.expires_in == 900
    assert tokens.read(grant.access_token) == tokens.Claims(USER, SESSION, LATER + timedelta(seconds=900))


def test_a_refresh_token_says_its_session_and_number(keys: Keys) -> None:
    keys("")
    assert tokens.read_refresh_token(_grant().refresh_token) == (SESSION, 3)
    assert tokens.refresh_token(SESSION, 3) == _grant().refresh_token


def test_a_token_is_not_shown_in_a_log(keys: Keys) -> None:
    keys("")
    grant = _grant()
    assert grant.access_token not in repr(grant)
    assert grant.refresh_token not in repr(grant)


def test_keys_are_made_once_and_are_nobody_elses_to_read(keys: Keys, tmp_path: Path) -> None:
    keys("")
    grant = _grant()
    path = tmp_path / "data" / tokens.KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = path.read_text()
    tokens._keys_of.cache_clear()
    assert tokens.read(grant.access_token).user == USER
    tokens._make(path)
    assert path.read_text() == kept
    assert [each.name for each in path.parent.iterdir()] == [tokens.KEY_FILE]


def test_a_new_key_signs_and_the_old_one_still_verifies(keys: Keys) -> None:
    keys(OLD_KEY)
    old = _grant()
    keys(f"{NEW_KEY},{OLD_KEY}")
    assert jwt.get_unverified_header(_grant().access_token)["kid"] == "new"
    assert tokens.read(old.access_token).session == SESSION
    assert tokens.read_refresh_token(old.refresh_token) == (SESSION, 3)


def test_a_key_that_is_taken_away_takes_its_tokens_along(keys: Keys) -> None:
    keys(OLD_KEY)
    old = _grant()
    keys(NEW_KEY)
    with pytest.raises(TokenInvalid):
        tokens.read(old.access_token)
    with pytest.raises(RefreshTokenInvalid):
        tokens.read_refresh_token(old.refresh_token)


def test_a_key_that_could_be_guessed_is_refused(keys: Keys) -> None:
    keys("short:secret")
    with pytest.raises(ValueError, match="32 characters"):
        _grant()


def _payload(**changes: Any) -> dict[str, Any]:
    return {"iss": "pintuan", "sub": str(USER), "sid": str(SESSION), "iat": 1, "exp": LATER.timestamp()} | changes


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "not a token",
        "é.é.é",
        jwt.encode(_payload(), "x" * 32, headers={"kid": "old"}),
        jwt.encode(_payload(), "o" * 32, headers={"kid": "other"}),
        jwt.encode(_payload(), "o" * 32),
        jwt.encode(_payload(), "", algorithm="none", headers={"kid": "old"}),
        jwt.encode(_payload(), "o" * 64, algorithm="HS512", headers={"kid": "old"}),
        jwt.encode(_payload(iss="somebody else"), "o" * 32, headers={"kid": "old"}),
        jwt.encode(_payload(sub="nobody"), "o" * 32, headers={"kid": "old"}),
        jwt.encode(_payload(exp=10**30), "o" * 32, headers={"kid": "old"}),
        jwt.encode(_payload(exp=1), "o" * 32, headers={"kid": "old"}),
        jwt.encode({k: v for k, v in _payload().items() if k != "exp"}, "o" * 32, headers={"kid": "old"}),
        jwt.encode({k: v for k, v in _payload().items() if k != "sid"}, "o" * 32, headers={"kid": "old"}),
    ],
)
def test_a_forged_or_dead_access_token_is_refused(keys: Keys, forged: str) -> None:
    keys(OLD_KEY)
    assert tokens.read(jwt.encode(_payload(), "o" * 32, headers={"kid": "old"})).user == USER
    with pytest.raises(TokenInvalid):
        tokens.read(forged)


@pytest.mark.parametrize(
    ("part", "altered"),
    [
        (".3.", ".4."),
        (".3.", ".03."),
        (".3.", "."),
        (".3.", ".."),
        (".3.", ".é."),
        (".3.", f".{'9' * 5000}."),
        pytest.param(SESSION.hex, new_id().hex, id="another session"),
        pytest.param(SESSION.hex, str(SESSION), id="dashes"),
        pytest.param(SESSION.hex, "", id="no session"),
    ],
)
def test_an_altered_refresh_token_is_refused(keys: Keys, part: str, altered: str) -> None:
    keys("")
    token = _grant().refresh_token
    assert part in token
    for forged in (token.replace(part, altered), token[:-1], token + "=", "", "é"):
        with pytest.raises(RefreshTokenInvalid):
            tokens.read_refresh_token(forged)


def test_kept_keys_are_plain_json(keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / tokens.KEY_FILE).write_text(json.dumps({"mine": "m" * 32}))
    keys("")
    assert jwt.get_unverified_header(_grant().access_token)["kid"] == "mine"
