"""From which address a request really comes, for whoever limits by address."""

from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

from app.core.settings import settings

_Network = IPv4Network | IPv6Network


def client_address(scope: Scope) -> str:
    """The address of who asks; empty where the server tells none (a Unix socket).

    X-Forwarded-For is read from its end, and only as far as each address in turn is one of
    `settings().trusted_proxies` (addresses or networks): what a client wrote into it itself is never believed.
    """
    client = scope.get("client")
    nearest = client[0] if client else ""
    for told in _forwarded_for(scope):
        said_by, further = _read(nearest), _read(told)
        if said_by is None or further is None or not _is_trusted(said_by):
            break
        nearest = str(further)
    return nearest


def _forwarded_for(scope: Scope) -> Iterator[str]:
    """What the proxies said, the nearest first."""
    for name, value in reversed(scope["headers"]):
        if name == b"x-forwarded-for":
            yield from (each.strip() for each in reversed(value.decode("latin-1").split(",")))


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in _networks(settings().trusted_proxies))


@cache
def _networks(listed: str) -> tuple[_Network, ...]:
    return tuple(ip_network(each.strip()) for each in listed.split(",") if each.strip())
