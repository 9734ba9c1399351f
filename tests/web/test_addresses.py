"""From which address a request really comes."""

import pytest

from app.core.settings import settings
from app.web.addresses import client_address

FAR = "203.0.113.7"
FORGED = "198.51.100.9"


def _seen(client: str | None, *told: str) -> str:
    headers = [(b"x-forwarded-for", each.encode()) for each in told]
    return client_address({"client": (client, 1) if client else None, "headers": headers})


@pytest.fixture(autouse=True)
def _proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "trusted_proxies", "127.0.0.1, 10.0.0.0/8,::1")


@pytest.mark.parametrize(
    ("client", "told", "seen"),
    [
        (FAR, [], FAR),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [FAR], FAR),
        ("127.0.0.1", [f"{FAR}, 10.1.2.3"], FAR),
        ("127.0.0.1", [FAR, "10.1.2.3"], FAR),
        ("::1", [FAR], FAR),
        ("::ffff:127.0.0.1", [FAR], FAR),
        ("127.0.0.1", [f"::ffff:{FAR}"], FAR),
        ("127.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("127.0.0.1", ["10.1.1.1, 10.2.2.2"], "10.1.1.1"),
    ],
)
def test_a_trusted_proxy_is_believed(client: str, told: list[str], seen: str) -> None:
    assert _seen(client, *told) == seen


@pytest.mark.parametrize(
    ("client", "told", "seen"),
    [
        (FAR, [FORGED], FAR),
        (FAR, ["127.0.0.1"], FAR),
        ("127.0.0.1", [f"{FORGED}, {FAR}"], FAR),
        ("127.0.0.1", [FORGED, FAR], FAR),
        ("127.0.0.1", [f"{FORGED}, {FAR}, 10.1.2.3"], FAR),
        ("127.0.0.1", [f"127.0.0.1, {FAR}"], FAR),
    ],
)
def test_what_a_client_wrote_itself_is_not_believed(client: str, told: list[str], seen: str) -> None:
    assert _seen(client, *told) == seen


@pytest.mark.parametrize(
    "told", ["", "unknown", ",", "_hidden", "203.0.113.7:80", "203.0.113.300", "\xff", "1" * 5_000]
)
def test_what_is_no_address_ends_the_belief(told: str) -> None:
    assert _seen("127.0.0.1", told) == "127.0.0.1"
    assert _seen("127.0.0.1", f"{FORGED}, {told}, 10.1.2.3") == "10.1.2.3"


def test_a_server_that_tells_no_address_is_not_believed_either() -> None:
    assert _seen(None, FAR) == ""


def test_the_default_believes_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert _seen("127.0.0.1", FAR) == FAR
    assert _seen("10.1.2.3", FAR) == "10.1.2.3"
