"""What the engine needs from the house that it stands in. It imports nothing of that house."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from graphql import GraphQLError

Unsubscribe = Callable[[], Awaitable[None]]
Transport = Literal["http", "ws", "sse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """What came with a request or a `connection_init`, unverified."""

    authorization: str | None = None
    accept_language: str | None = None
    platform: str | None = None
    #: The peer's address as the server tells it.
    address: str = ""
    transport: Transport = "http"


class Identity(Protocol):
    """Who is asking, as `Ports.identify` found."""

    @property
    def key(self) -> str | None:
        """Who it is, for limits; None is somebody unknown."""

    @property
    def expires_at(self) -> float | None:
        """Unix seconds; sockets and event streams end then."""

    @property
    def ended_topics(self) -> tuple[str, ...]:
        """Topics of the bus; a message on one ends the socket (sign-out, ban, change of role)."""


class Bus(Protocol):
    """Tells that a stream has moved. It carries no content and may lose or repeat what it says."""

    async def subscribe(self, topic: str, wake: Callable[[int], None]) -> Unsubscribe:
        """Call `wake(head)` in this loop whenever the topic is published, until unsubscribed.

        After the bus itself was away it compares the heads and wakes whoever is behind. A cancelled call
        leaves nothing subscribed.
        """


class Ports(Protocol):
    """The house, as the engine sees it."""

    @property
    def bus(self) -> Bus:
        """Where streams and identities say that they changed."""

    async def identify(self, caller: Caller) -> Identity:
        """Tell who is asking; raises `Unauthenticated` on credentials that do not hold."""

    async def admit(self, identity: Identity, caller: Caller, cost: int) -> None:
        """Charge for an operation before it runs; raises `RateLimited`."""

    def context(self, identity: Identity, caller: Caller) -> Any:
        """A fresh context for one operation, or for one frame of a subscription."""

    def shared_context(self, locale: str) -> Any:
        """A fresh context for a frame that several people get; who asks must not be known in it."""

    def locale(self, caller: Caller) -> str:
        """The language of words for people."""

    def present(self, error: GraphQLError, locale: str) -> dict[str, Any]:
        """The error as clients may see it, with `extensions.code`; INTERNAL ones are logged here."""

    def is_public(self, type_name: str, field_name: str) -> bool:
        """Whether the field is the same for everybody, so that its answer may be shared."""
