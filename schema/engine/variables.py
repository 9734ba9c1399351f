"""Variables: what the client gave becomes what the resolvers get, or a refusal that names each field."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    get_variable_values,
    is_input_type,
    type_from_ast,
    validate_input_value,
)
from graphql.execution.values import VariableValues

from schema.engine.errors import BadInput, Refused

#: More wrong fields than this are not listed.
MOST_FIELDS = 20


def coerced(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any], *, suggestions: bool
) -> VariableValues:
    """The variables as graphql-core coerces them; raises `Refused` with one error that lists every field."""
    nul_fields = [field_error(path, "NUL characters are not allowed.") for path in paths_with_nul(given)]
    if nul_fields:
        raise Refused(_bad_variables(operation, nul_fields))
    values = get_variable_values(
        schema,
        operation.variable_definitions or (),
        dict(given),
        max_errors=MOST_FIELDS,
        hide_suggestions=not suggestions,
    )
    if isinstance(values, list):
        fields = _wrong_fields(schema, operation, given, suggestions=suggestions)
        raise Refused(_bad_variables(operation, fields, values))
    return values


def field_error(path: list[str | int], message: str) -> dict[str, Any]:
    """One entry of `extensions.fields`."""
    return {"path": path, "message": message}


def paths_with_nul(given: Mapping[str, Any]) -> list[list[str | int]]:
    """Where in JSON variables a NUL character stands, in a key or a value. No database stores them."""
    found: list[list[str | int]] = []
    waiting: list[tuple[list[str | int], Any]] = [([], given)]
    while waiting and len(found) < MOST_FIELDS:
        path, value = waiting.pop()
        if isinstance(value, str):
            if "\0" in value:
                found.append(path)
        elif isinstance(value, Mapping):
            found += [[*path, key.replace("\0", "")] for key in value if "\0" in key]
            waiting += [([*path, key], item) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [([*path, index], item) for index, item in enumerate(value)]
    return found


def _bad_variables(
    operation: OperationDefinitionNode, fields: list[dict[str, Any]], errors: list[GraphQLError] | None = None
) -> BadInput:
    first = errors[0].message if errors else f"Variable '${fields[0]['path'][0]}': {fields[0]['message']}"
    more = len(fields) - 1
    message = f"{first} (and {more} more)" if more > 0 else first
    return BadInput(message, errors[0].nodes if errors else [operation], fields=fields)


def _wrong_fields(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any], *, suggestions: bool
) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        fields += [
            field_error([name, *path], message)
            for path, message in _problems(schema, definition.type, given, name, suggestions=suggestions)
        ]
    return fields[:MOST_FIELDS]


def _problems(
    schema: GraphQLSchema, type_node: Any, given: Mapping[str, Any], name: str, *, suggestions: bool
) -> Iterator[tuple[list[str | int], str]]:
    type_ = type_from_ast(schema, type_node)
    if not is_input_type(type_):
        yield [], "The variable's type is unknown."
        return
    found: list[tuple[list[str | int], str]] = []
    try:
        validate_input_value(
            given.get(name, Undefined),
            type_,
            lambda error, path: found.append((path, error.message)),
            not suggestions,
        )
    except RecursionError:
        found = [([], "The value is nested too deeply.")]
    yield from found
