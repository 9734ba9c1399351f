"""What the engine itself refuses. Each is a GraphQL error with a code, ready for `Ports.present`."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from graphql import GraphQLError
from graphql.language import Node

BAD_USER_INPUT = "BAD_USER_INPUT"
INTERNAL = "INTERNAL"


class EngineError(GraphQLError):
    """A refusal with a `code` and an HTTP `status`.

    In `application/json` the status of a well-formed request is 200, as GraphQL over HTTP has it, unless the
    refusal is `about_the_door`: it does not depend on what the GraphQL request says.
    """

    code: ClassVar[str] = INTERNAL
    status: int = 500
    about_the_door: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        nodes: Collection[Node] | None = None,
        *,
        at: GraphQLError | None = None,
        **details: Any,
    ) -> None:
        """Say `message` about `nodes`, or about the place of the error `at`."""
        super().__init__(
            message,
            nodes or (at.nodes if at else None),
            source=at.source if at else None,
            positions=at.positions if at else None,
            extensions={"code": self.code, **details},
        )


class BadInput(EngineError):
    """The document, its variables or the request around them are wrong.

    `fields` names what was wrong in the variables: `{"path": ["input", "text"], "message": "..."}`.
    """

    code = BAD_USER_INPUT
    status = 400

    def __init__(
        self,
        message: str,
        nodes: Collection[Node] | None = None,
        *,
        at: GraphQLError | None = None,
        fields: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(message, nodes, at=at, fields=list(fields))


class Malformed(BadInput):
    """The request is no GraphQL request at all."""

    about_the_door = True

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class TooComplex(EngineError):
    """The operation asks for more than one operation may."""

    code = "TOO_COMPLEX"
    status = 400


class DocumentNotFound(EngineError):
    """The document is not registered here."""

    code = "PERSISTED_QUERY_NOT_FOUND"
    status = 400

    def __init__(self, message: str = "PersistedQueryNotFound") -> None:
        # Apollo Client compares the message with this very word.
        super().__init__(message)


class Unauthenticated(EngineError):
    """The credentials that came with the request are invalid or have expired."""

    code = "UNAUTHENTICATED"
    status = 401
    about_the_door = True

    def __init__(self, message: str = "Sign in again.") -> None:
        super().__init__(message)


class RateLimited(EngineError):
    """Too many requests; come back in `retry_after_ms` milliseconds."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self, retry_after_ms: int) -> None:
        super().__init__("Too many requests.", retryAfterMs=retry_after_ms)
        self.retry_after_ms = retry_after_ms


class TimedOut(EngineError):
    """The operation took longer than one operation may."""

    code = INTERNAL
    status = 503
    about_the_door = True

    def __init__(self, message: str = "This took too long. Please try again.") -> None:
        super().__init__(message)


class Refused(Exception):
    """An operation that was not executed, with every reason why."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors
