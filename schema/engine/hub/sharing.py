"""Which subscribers may share one execution, and what makes them the same."""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import orjson
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLSchema,
    NullValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    visit,
)

from schema.engine.documents import PreparedOperation
from schema.engine.operations import Operation

IsPublic = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a subscription selects, as far as sharing goes."""

    is_public: bool
    root: FieldNode
    #: How often each variable is used, its definition left out.
    uses: Counter[str]


class Sharing:
    """Knows the facts of each prepared subscription, and which argument of each field carries the cursor."""

    def __init__(self, schema: GraphQLSchema, is_public: IsPublic) -> None:
        self._schema = schema
        self._is_public = is_public
        self._facts: WeakKeyDictionary[PreparedOperation, Facts] = WeakKeyDictionary()
        self._resume_arguments: dict[str, str] = {}

    def is_shareable(self, operation: Operation) -> bool:
        """Whether every selected field is public."""
        return self._facts_of(operation).is_public

    def resume_argument(self, operation: Operation) -> str | None:
        """The argument that carries the cursor; None until a stream of this field has told it."""
        return self._resume_arguments.get(self._facts_of(operation).root.name.value)

    def learn(self, operation: Operation, resume_argument: str) -> None:
        """Remember what a stream of this operation's field said."""
        self._resume_arguments[self._facts_of(operation).root.name.value] = resume_argument

    def key(self, operation: Operation, locale: str) -> Hashable:
        """Equal for those who get the same frames: only their cursors may differ."""
        cursor = self._cursor_variable(operation)
        given = {name: value for name, value in operation.given.items() if name != cursor}
        return operation.prepared, orjson.dumps(given, option=orjson.OPT_SORT_KEYS), locale

    def has_cursor(self, operation: Operation) -> bool:
        """Whether the subscriber says where to go on from."""
        value = self._cursor(operation)
        if isinstance(value, VariableNode):
            return operation.variables.coerced.get(value.name.value) is not None
        return value is not None and not isinstance(value, NullValueNode)

    def _cursor(self, operation: Operation) -> Any:
        name = self.resume_argument(operation)
        arguments = self._facts_of(operation).root.arguments or ()
        return next((argument.value for argument in arguments if argument.name.value == name), None)

    def _cursor_variable(self, operation: Operation) -> str | None:
        """The variable that is the cursor and nothing else."""
        value = self._cursor(operation)
        if not isinstance(value, VariableNode):
            return None
        name: str = value.name.value
        return name if self._facts_of(operation).uses[name] == 1 else None

    def _facts_of(self, operation: Operation) -> Facts:
        prepared = operation.prepared
        facts = self._facts.get(prepared)
        if facts is None:
            facts = self._facts[prepared] = _facts(self._schema, prepared, self._is_public)
        return facts


def _facts(schema: GraphQLSchema, prepared: PreparedOperation, is_public: IsPublic) -> Facts:
    type_info = TypeInfo(schema)
    seen = _Selected(schema, type_info, is_public)
    for node in (prepared.node, *prepared.fragment_definitions.values()):
        visit(node, TypeInfoVisitor(type_info, seen))
    for definition in prepared.node.variable_definitions or ():
        seen.uses[definition.variable.name.value] -= 1
    return Facts(is_public=seen.is_public, root=_root_field(prepared), uses=seen.uses)


def _root_field(prepared: PreparedOperation) -> FieldNode:
    """The single field of a valid subscription, which may stand in fragments."""
    selections = list(prepared.node.selection_set.selections)
    while True:
        selection = selections.pop(0)
        if isinstance(selection, FieldNode):
            return selection
        fragment: Any = selection
        if isinstance(selection, FragmentSpreadNode):
            fragment = prepared.fragment_definitions[fragment.name.value]
        selections = [*fragment.selection_set.selections, *selections]


class _Selected(Visitor):
    """Looks at every field of a document, in fragments that other operations use too."""

    def __init__(self, schema: GraphQLSchema, type_info: TypeInfo, is_public: IsPublic) -> None:
        super().__init__()
        self.is_public = True
        self.uses: Counter[str] = Counter()
        self._schema = schema
        self._type_info = type_info
        self._may_share = is_public

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        """A field of an interface is public where it is public on every type behind it."""
        name = node.name.value
        parent = get_named_type(self._type_info.get_parent_type())
        if name == "__typename":
            return
        types = [parent.name] if parent else []
        if is_abstract_type(parent):
            types += self._possible(parent)
        if not types or not all(self._may_share(type_name, name) for type_name in types):
            self.is_public = False

    def enter_variable(self, node: VariableNode, *_args: Any) -> None:
        """Count the use."""
        self.uses[node.name.value] += 1

    def _possible(self, parent: GraphQLAbstractType) -> list[str]:
        return [type_.name for type_ in self._schema.get_possible_types(parent)]
