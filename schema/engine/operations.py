"""One operation from the request to its answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, GraphQLSchema, OperationType
from graphql.execution import Executor, default_field_resolver, default_type_resolver
from graphql.execution.values import VariableValues

from schema.engine.documents import Documents, PreparedOperation
from schema.engine.errors import INTERNAL, BadInput, Malformed, Refused, TimedOut, TooComplex
from schema.engine.ports import Caller, Identity, Ports
from schema.engine.settings import EngineSettings
from schema.engine.variables import coerced

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A well-formed GraphQL request, whatever it came through."""

    query: str | None = None
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who is asking, and from where."""

    identity: Identity
    caller: Caller
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation that may run: known, bounded, with its variables."""

    prepared: PreparedOperation
    #: The variables as the client gave them, without those that the operation does not know.
    given: Mapping[str, Any]
    variables: VariableValues
    cost: int

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.prepared.kind


def well_formed(message: object) -> Request:
    """The request that decoded JSON means; raises `Malformed`."""
    if isinstance(message, list):
        raise Malformed("Several operations in one request are not answered here.")
    if not isinstance(message, dict):
        raise Malformed("The request must be a JSON object.")
    for name, type_, what in _PARAMETERS:
        if message.get(name) is not None and not isinstance(message[name], type_):
            raise Malformed(f"'{name}' must be {what}.")
    if message.get("query") is None and not (message.get("extensions") or {}).get("persistedQuery"):
        raise Malformed("The request has no 'query'.")
    return Request(
        query=message.get("query"),
        operation_name=message.get("operationName") or None,
        variables=message.get("variables") or {},
        extensions=message.get("extensions") or {},
    )


_PARAMETERS = (
    ("query", str, "a string"),
    ("operationName", str, "a string"),
    ("variables", dict, "an object"),
    ("extensions", dict, "an object"),
)


class Operations:
    """Prepares, admits and executes."""

    def __init__(self, schema: GraphQLSchema, ports: Ports, settings: EngineSettings, documents: Documents) -> None:
        self.schema = schema
        self.ports = ports
        self.settings = settings
        self._documents = documents

    async def visitor(self, caller: Caller) -> Visitor:
        """Identify the caller; raises `Unauthenticated`."""
        return Visitor(identity=await self.ports.identify(caller), caller=caller, locale=self.ports.locale(caller))

    async def admitted(self, request: Request, visitor: Visitor) -> Operation:
        """The operation that is asked for, charged to the visitor; raises `Refused` or `RateLimited`.

        A refused document is charged too: preparing it was work.
        """
        try:
            operation = self.prepared(request)
        except Refused:
            await self.ports.admit(visitor.identity, visitor.caller, self.settings.refused_cost)
            raise
        await self.ports.admit(visitor.identity, visitor.caller, operation.cost)
        return operation

    def prepared(self, request: Request) -> Operation:
        """The operation that is asked for, without asking who may; raises `Refused`."""
        document = self._documents.find(request.query, request.extensions)
        prepared = document.operation(request.operation_name)
        variables = coerced(self.schema, prepared.node, request.variables, suggestions=self.settings.suggestions)
        cost = max(1, prepared.price.of(variables.coerced))
        if cost > self.settings.cost:
            raise Refused(
                TooComplex(f"The operation costs {cost}, at most {self.settings.cost} is allowed.", cost=cost)
            )
        given = {name: value for name, value in request.variables.items() if name in variables.sources}
        return Operation(prepared=prepared, given=given, variables=variables, cost=cost)

    async def answer(self, operation: Operation, visitor: Visitor) -> bytes:
        """Run a query or mutation; the JSON of its result. A subscription is `Refused`."""
        if operation.kind is OperationType.SUBSCRIPTION:
            raise Refused(BadInput("A subscription needs a WebSocket (graphql-transport-ws) or text/event-stream."))
        context = self.ports.context(visitor.identity, visitor.caller)
        return self.encoded(await self.run(operation, context), visitor.locale)[0]

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """What one operation may take; raises `TimedOut` after that."""
        try:
            async with asyncio.timeout(self.settings.operation_seconds) as limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise TimedOut from None

    def executor(self, operation: Operation, context: object, root: object = None) -> Executor[Any]:
        """A graphql-core executor for one run. It must not be used twice: its caches grow with every run."""
        prepared = operation.prepared
        return Executor(
            self.schema,
            prepared.fragment_definitions,
            prepared.fragments,
            root,
            context,
            prepared.node,
            operation.variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            hide_suggestions=not self.settings.suggestions,
        )

    async def run(self, operation: Operation, context: object, root: object = None) -> ExecutionResult:
        """Execute once; of a subscription, one frame with `root` as its value."""
        result: Any = self.executor(operation, context, root).execute_operation()
        finished: ExecutionResult = result if isinstance(result, ExecutionResult) else await result
        return finished

    def encoded(self, result: ExecutionResult, locale: str) -> tuple[bytes, bool]:
        """The JSON of a result, and whether something failed inside while it was made."""
        if not result.errors:
            try:
                return orjson.dumps({"data": result.data}), False
            except TypeError as error:
                cannot = GraphQLError("The result is no JSON.", original_error=error)
                return orjson.dumps({"data": None, "errors": [self.presented(cannot, locale)]}), True
        errors = [self.presented(error, locale) for error in result.errors]
        try:
            body = orjson.dumps({"data": result.data, "errors": errors})
        except TypeError:
            body = orjson.dumps({"data": None, "errors": errors})
        return body, any(is_internal(error) for error in errors)

    def presented(self, error: Exception, locale: str) -> dict[str, Any]:
        """Any exception as clients may see it."""
        try:
            return self.ports.present(as_graphql_error(error), locale)
        except Exception:  # noqa: BLE001 - logged; a house that cannot even say what went wrong
            _log.exception("Ports.present failed")
            return {"message": "Internal error.", "extensions": {"code": INTERNAL}}

    def refusal(self, error: Exception, locale: str) -> list[dict[str, Any]]:
        """The errors of a request that was not executed."""
        errors = error.errors if isinstance(error, Refused) else (error,)
        return [self.presented(each, locale) for each in errors]


def as_graphql_error(error: Exception) -> GraphQLError:
    """The exception itself, or one around it that `Ports.present` can look into."""
    return error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)


def is_internal(error: Mapping[str, Any]) -> bool:
    """Whether a presented error means that something is broken inside."""
    return bool((error.get("extensions") or {}).get("code") == INTERNAL)
