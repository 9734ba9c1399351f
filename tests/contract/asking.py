"""Asking every field of the schema as somebody of each role, with input of the right shape that names nothing."""

import asyncio
import csv
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)

from app.accounts.models import Role, User, UserRole
from app.core import clock
from app.core.ids import new_id, to_public
from schema.root import SCHEMA
from tests.conftest import Api
from tests.factories.accounts import a_token

TABLE = Path(__file__).with_name("roles.csv")

ANONYMOUS, SHOPPER = "ANONYMOUS", "SHOPPER"
#: Who asks, in the table's order.
ASKERS = (ANONYMOUS, SHOPPER, *[role.value for role in Role])

#: Types whose fields are doors, and the field of the query that leads to them.
_DOORS = {"Query": None, "Viewer": "viewer", "Staff": "staff", "Mutation": None, "Subscription": None}

_PATIENCE_S = 0.3
_LEAVES = {"String": "x", "Int": 1, "Float": 1.0, "Boolean": False, "Fen": 1, "DateTime": "2026-11-23T10:00:00+08:00"}


@dataclass(frozen=True, slots=True)
class Door:
    """One field that somebody can ask for."""

    type_name: str
    name: str
    field: GraphQLField

    @property
    def path(self) -> str:
        return f"{self.type_name}.{self.name}"


def doors() -> Iterator[Door]:
    """Every field of the roots, of what is the viewer's and of what is the staff's."""
    for type_name in _DOORS:
        found = SCHEMA._schema.get_type(type_name)
        assert isinstance(found, GraphQLObjectType)
        yield from (Door(type_name, name, field) for name, field in sorted(found.fields.items()))


def table() -> dict[tuple[str, str], str]:
    """What the table says: (field, who asks) to the answer."""
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["field"], asker): row[asker] for row in rows for asker in ASKERS}


def write(answers: dict[tuple[str, str], str]) -> None:
    """Write the table anew."""
    with TABLE.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["field", *ASKERS])
        for path in [door.path for door in doors()]:
            rows.writerow([path, *[answers[path, asker] for asker in ASKERS]])


async def ask(api: Api, door: Door, asker: str) -> str:
    """What somebody new of this role is answered; ALLOWED is a refusal of the shop too."""
    token = await _token(asker)
    document = _document(door)
    if door.type_name != "Subscription":
        return _answer(door, await api(document, token=token))
    async with aclosing(api.subscribe(document, token=token)) as results:
        try:
            return _answer(door, await asyncio.wait_for(anext(results), _PATIENCE_S))
        except (TimeoutError, StopAsyncIteration):
            return "ALLOWED"


async def _token(asker: str) -> str | None:
    if asker == ANONYMOUS:
        return None
    user = await User.create(nickname=asker, created_at=await clock.now())
    if asker != SHOPPER:
        await UserRole.create(user_id=user.id, role=Role(asker))
    return await a_token(user.id)


def _answer(door: Door, result: dict[str, Any]) -> str:
    codes = {error["extensions"]["code"] for error in result.get("errors", ())}
    for code in ("UNAUTHENTICATED", "FORBIDDEN", "INTERNAL"):
        if code in codes:
            return code
    above = _DOORS[door.type_name]
    is_null = above is not None and (result.get("data") or {}).get(above, {}) is None
    # A door that is shut to somebody says so by null where it has no other way.
    return "NULL" if is_null or (door.name in _DOORS.values() and result["data"][door.name] is None) else "ALLOWED"


def _document(door: Door) -> str:
    given = ", ".join(
        f"{name}: {_literal(argument.type)}"
        for name, argument in door.field.args.items()
        if isinstance(argument.type, GraphQLNonNull)
    )
    field = door.name + (f"({given})" if given else "") + _selection(door.field)
    above = _DOORS[door.type_name]
    operation = door.type_name.lower() if above is None else "query"
    return f"{operation} {{ {f'{above} {{ {field} }}' if above else field} }}"


def _selection(field: GraphQLField) -> str:
    composite = isinstance(get_named_type(field.type), (GraphQLObjectType, GraphQLUnionType, GraphQLInterfaceType))
    return " { __typename }" if composite else ""


def _literal(kind: GraphQLInputType) -> str:
    match kind:
        case GraphQLNonNull():
            return _literal(kind.of_type)
        case GraphQLList():
            return f"[{_literal(kind.of_type)}]"
        case GraphQLEnumType():
            return str(next(iter(kind.values)))
        case GraphQLInputObjectType():
            needed = [(name, each.type) for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)]
            return "{" + ", ".join(f"{name}: {_literal(of)}" for name, of in needed) + "}"
    if kind.name == "ID":
        return f'"{to_public("nothing", new_id())}"'
    leaf = _LEAVES[kind.name]
    return f'"{leaf}"' if isinstance(leaf, str) else str(leaf).lower()
