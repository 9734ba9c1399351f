"""Asking for things by their ids: as whose they are, as somebody else, as nobody, and as staff of each role.

An ask is one place where the API takes what names a thing, such as `Mutation.cancelOrder(orderId)`, with a real thing
that belongs to somebody. Where the contract has an operation for it, that is what is sent, word for word.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    parse,
)
from graphql.language import ArgumentNode, FieldNode, ObjectValueNode, VariableNode

from app.accounts.models import Role
from app.accounts.tokens import Grant
from app.community.actions import places
from app.core import ids
from app.core.ids import UserId, new_group_code, new_id, new_share_code, to_public
from schema.root import SCHEMA
from schema.trusted import living_documents, operations
from tests.conftest import Api
from tests.contract import asking
from tests.contract.asking import Door, doors
from tests.contract.things import Maker, Thing
from tests.factories.accounts import a_session, a_user
from tests.factories.live import a_member_of_staff

TABLE = Path(__file__).with_name("owners.csv")

OWNER, OTHER, ANONYMOUS = "OWNER", "OTHER_SHOPPER", "ANONYMOUS"
#: Who asks, in the table's order.
ASKERS = (OWNER, OTHER, ANONYMOUS, *[role.value for role in Role])
#: What a question is answered that is not refused; a mutation is answered the type of what it gives.
GIVEN, NULL, ELSE = "GIVEN", "NULL", "SOMETHING ELSE"
#: No owner asks for what is the house's.
NOBODY = "-"

#: Texts that name a thing, beside everything that is an ID.
_NAMES = {"code", "groupCode", "shareCode", "visitorId", "upToCursor"}
_FRESH = {"idempotencyKey", "clientId", "batchId"}
_ABOVE = {"Viewer": "viewer", "Staff": "staff"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One place where the API takes a thing's name, and whose thing it is given."""

    path: str
    #: The name of the input; None for a door that is asked without one.
    position: str | None = None
    make: Maker | None = None
    given: Mapping[str, object] = field(default_factory=dict)
    #: How many types deep it is asked for, where the contract has no operation.
    depth: int = 1

    @property
    def name(self) -> str:
        return f"{self.path}({self.position})" if self.position else self.path

    @property
    def thing(self) -> str:
        return self.make.__name__ if self.make else ""

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.thing

    @property
    def door(self) -> Door:
        return _doors()[self.path]

    @property
    def is_mutation(self) -> bool:
        return self.door.type_name == "Mutation"


@cache
def _doors() -> dict[str, Door]:
    return {door.path: door for door in doors()}


@cache
def staff_verbs() -> frozenset[str]:
    """The mutations that staff alone may send."""
    said = asking.table()
    shoppers = {path for path, _ in said if said[path, asking.SHOPPER] == "FORBIDDEN"}
    return frozenset(path for path in shoppers if path.startswith("Mutation."))


def positions() -> Iterator[str]:
    """Every place of every door that takes what names a thing."""
    for door in doors():
        for name, argument in door.field.args.items():
            for position in _names_in(name, argument.type):
                yield f"{door.path}({position})"


def _names_in(name: str, kind: GraphQLInputType) -> Iterator[str]:
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        for each, of in named.fields.items():
            yield from _names_in(each, of.type)
    elif named.name == "ID" or name in _NAMES:
        yield name


def arguments(ask: Ask, thing: Thing) -> dict[str, Any]:
    """What the door is given: the thing's name at its place, what it needs beside, and a word for all the rest."""
    known = {**thing.beside, **ask.given}
    if ask.position and thing.id:
        known[ask.position] = known.get(ask.position, thing.id)
    return {
        name: _value(name, argument.type, known, thing)
        for name, argument in ask.door.field.args.items()
        if isinstance(argument.type, GraphQLNonNull) or name in known
    }


def _value(name: str, kind: GraphQLInputType, known: Mapping[str, Any], thing: Thing) -> Any:
    bare = get_nullable_type(kind)
    if name in known:
        value = known[name]
        return [value] if isinstance(bare, GraphQLList) and not isinstance(value, list) else value
    if isinstance(bare, GraphQLInputObjectType):
        return {
            each: _value(each, of.type, known, thing)
            for each, of in bare.fields.items()
            if each in known or isinstance(of.type, GraphQLNonNull)
        }
    if name in _FRESH:
        return str(new_id())
    if name == "expectedVersion":
        return thing.version
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    return _WORDS[get_named_type(kind).name]


_REFUSED = " { __typename ... on UserError { code } }"
_WORDS = {"String": "看过了", "Int": 1, "Boolean": True, "Fen": 1990}


@dataclass(frozen=True, slots=True)
class Sent:
    """An operation as it is sent."""

    document: str
    variables: dict[str, Any]


def written(ask: Ask, given: Mapping[str, Any]) -> Sent:
    """The contract's operation, or one that asks for whatever the door gives."""
    name = operation_of(ask)
    return Sent(operations()[name], dict(_variables(name, given))) if name else generated(ask, given)


def generated(ask: Ask, given: Mapping[str, Any], *, depth: int | None = None) -> Sent:
    """An operation that asks for every field that the door gives, so many types deep."""
    args = ask.door.field.args
    declared = ", ".join(f"${each}: {args[each].type}" for each in given)
    passed = ", ".join(f"{each}: ${each}" for each in given)
    deep = ask.depth if depth is None else depth
    asks_for = _REFUSED if ask.is_mutation else selection(get_named_type(ask.door.field.type), deep)
    asked = ask.door.name + (f"({passed})" if passed else "") + asks_for
    above = _ABOVE.get(ask.door.type_name)
    operation = "query" if above else ask.door.type_name.lower()
    inside = f"{above} {{ {asked} }}" if above else asked
    return Sent(f"{operation}{f'({declared})' if declared else ''} {{ {inside} }}", dict(given))


def selection(kind: Any, depth: int) -> str:
    """Every field of a type that needs nothing to be asked, so many types deep."""
    if isinstance(kind, GraphQLUnionType):
        members = (f"... on {each.name}{selection(each, depth)}" for each in kind.types)
        return f" {{ __typename {' '.join(members)} }}"
    if not isinstance(kind, GraphQLObjectType):
        return ""
    asked = [_field(kind, name, depth) for name in kind.fields]
    return f" {{ __typename {' '.join(each for each in asked if each)} }}"


def _field(kind: GraphQLObjectType, name: str, depth: int) -> str:
    of = kind.fields[name]
    needed = [each for each, argument in of.args.items() if isinstance(argument.type, GraphQLNonNull)]
    inner = get_named_type(of.type)
    is_leaf = not isinstance(inner, GraphQLObjectType | GraphQLUnionType)
    on_the_way = kind.name.endswith(("Connection", "Edge"))
    is_too_deep = depth == 0 and not is_leaf and not on_the_way
    if needed not in ([], ["first"]) or is_too_deep or inner.name == "UserError":
        return ""
    # Members of a union may call different things by one name.
    alias = name if is_leaf and inner.name in {"ID", "String"} and name in {"id", "code"} else f"{kind.name}_{name}"
    passed = "(first: 2)" if needed else ""
    below = depth if on_the_way else depth - 1
    return f"{alias}: {name}{passed}{selection(inner, below)}"


def operation_of(ask: Ask) -> str | None:
    """The contract's operation that says this place; None where it has none."""
    return next(
        (
            name
            for name, (path, variables) in _contract().items()
            if path == ask.path and (ask.position is None or ask.position in variables or "input" in variables)
        ),
        None,
    )


def living() -> set[str]:
    """Every operation of the contract that is alive."""
    return set(_contract())


@cache
def _contract() -> dict[str, tuple[str, dict[str, str]]]:
    """The contract's living operations: their door, and what each of its arguments is called by the variables."""
    alive = set(living_documents(SCHEMA._schema).values())
    found = {}
    for name, text in operations().items():
        operation = next(each for each in parse(text).definitions if isinstance(each, OperationDefinitionNode))
        (root,) = (each for each in operation.selection_set.selections[:1] if isinstance(each, FieldNode))
        kind = operation.operation.value.capitalize()
        if root.name.value in _ABOVE.values() and root.selection_set:
            kind = root.name.value.capitalize()
            below = [each for each in root.selection_set.selections if isinstance(each, FieldNode)]
            root = next(each for each in below if each.selection_set)
        if text in alive:
            found[name] = f"{kind}.{root.name.value}", dict(_called(root.arguments))
    return found


def _called(arguments: tuple[ArgumentNode, ...] | None) -> Iterator[tuple[str, str]]:
    for each in arguments or ():
        if isinstance(each.value, VariableNode):
            yield each.name.value, each.value.name.value
        elif isinstance(each.value, ObjectValueNode):
            for inner in each.value.fields:
                if isinstance(inner.value, VariableNode):
                    yield inner.name.value, inner.value.name.value


def _variables(operation: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    _, called = _contract()[operation]
    flat = {**given, **({} if "input" in called else given.get("input", {}))}
    for name, variable in called.items():
        if name in flat:
            yield variable, flat[name]
    # The one fragment of the contract that takes a variable of its own.
    declared = {each for each in ("groups", "first") if f"${each}: Int!" in operations()[operation]}
    yield from ((each, 5) for each in declared if each not in flat)


def _of_nothing(name: str) -> str:
    """The name of a thing of the same kind that is not there."""
    try:
        return to_public(ids.from_public(name)[0], new_id())
    except ids.MalformedIdError:
        return new_group_code() if name.startswith("G") else new_share_code()


class People:
    """Who asks: one person for each column, somebody new once she has done something."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[UserId, str]] = {}

    async def who(self, asker: str, thing: Thing) -> tuple[UserId | None, str | None]:
        """Her id and what she shows."""
        if asker == ANONYMOUS:
            return None, None
        known = f"{asker} {thing.owner}" if asker == OWNER else asker
        if known not in self._known:
            grant = await self._comes(asker, thing)
            self._known[known] = grant.user, grant.access_token
        user, token = self._known[known]
        if thing.community is not None:
            await places.join(user=user, community=thing.community)
        return user, token

    async def _comes(self, asker: str, thing: Thing) -> Grant:
        if asker == OWNER and thing.owner is not None:
            return await a_session(thing.owner)
        if asker == OTHER:
            return await a_session((await a_user(asker)).id)
        return await a_member_of_staff(Role(asker), nickname=asker)

    def leaves(self, asker: str) -> None:
        self._known.pop(asker, None)


async def answer(api: Api, ask: Ask, thing: Thing, token: str | None, *, gone: bool = False) -> str:
    """What somebody is answered who asks for the thing; or, gone, for one like it that never was."""
    given = arguments(ask, thing)
    if gone:
        given = json.loads(json.dumps(given).replace(thing.id, _of_nothing(thing.id)))
    sent = written(ask, given)
    result = await api(sent.document, sent.variables, token=token)
    codes = [error["extensions"]["code"] for error in result.get("errors", ())]
    if codes:
        return str(codes[0])
    value = result["data"]
    for name in (_ABOVE.get(ask.door.type_name), ask.door.name):
        value = value if name is None or value is None else value[name]
    if ask.is_mutation and value is not None:
        kind = SCHEMA._schema.get_type(value["__typename"])
        assert isinstance(kind, GraphQLObjectType)
        return str(value["code"] if any(each.name == "UserError" for each in kind.interfaces) else kind.name)
    if value is None or value == [] or _is_empty(value):
        return NULL
    shown = thing.shows or thing.id
    return GIVEN if shown in json.dumps(value, ensure_ascii=False) else ELSE


def _is_empty(value: object) -> bool:
    return isinstance(value, dict) and any(each == [] for name, each in value.items() if name.endswith("edges"))


def is_refusal(answered: str) -> bool:
    """Whether nothing was given or done: null, or a code."""
    return answered == NOBODY or (answered != GIVEN and answered.isupper())


def table() -> dict[tuple[str, str], dict[str, str]]:
    """What the table says: (where, which thing) to who is answered what."""
    with TABLE.open(newline="") as file:
        return {(row["ask"], row["thing"]): row for row in csv.DictReader(file)}


def write(rows: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """Write the table anew."""
    with TABLE.open("w", newline="") as file:
        out = csv.DictWriter(file, ["ask", "thing", *ASKERS], lineterminator="\n")
        out.writeheader()
        for (name, thing), row in rows.items():
            out.writerow({"ask": name, "thing": thing, **{asker: row[asker] for asker in ASKERS}})
