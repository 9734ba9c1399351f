"""What one operation may ask for: its shape before validation, its price before execution."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from schema.engine.errors import TooComplex
from schema.engine.settings import EngineSettings

PAGE_SIZES = ("first", "last")

#: Fields that show the schema. It has one size, whatever page sizes would make of its lists.
INTROSPECTION = frozenset({"__schema", "__type"})
INTROSPECTION_PRICE = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """What can be counted in a selection once its fragments are unfolded, without knowing the schema."""

    depth: int = 0
    fields: int = 0
    root_fields: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: "Shape") -> "Shape":
        """Both selections in one."""
        return Shape(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.root_fields + other.root_fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


class _Shapes:
    """Counts each fragment once; a fragment that contains itself counts as nothing there."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Shape] = {}

    def of(self, selections: SelectionSetNode | None) -> Shape:
        shape = Shape()
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                part = self._of_field(selection)
            elif isinstance(selection, InlineFragmentNode):
                part = self.of(selection.selection_set)
            else:
                part = self._of_fragment(selection)
            directives = len(selection.directives or ())
            shape = shape.beside(replace(part, directives=part.directives + directives))
        return shape

    def _of_field(self, field: FieldNode) -> Shape:
        below = self.of(field.selection_set)
        # Introspection nests deeper than any page; a validation rule of its own bounds it.
        depth = 0 if field.name.value in INTROSPECTION else below.depth
        alias = 1 if field.alias else 0
        return Shape(depth + 1, below.fields + 1, 1, below.aliases + alias, below.directives)

    def _of_fragment(self, spread: Any) -> Shape:
        name: str = spread.name.value
        if name not in self._known:
            self._known[name] = Shape()
            fragment = self._fragments.get(name)
            self._known[name] = self.of(fragment.selection_set if fragment else None)
        return self._known[name]


def excesses(document: DocumentNode, settings: EngineSettings) -> list[TooComplex]:
    """Why the document is too large to be worth validating. Validation costs more than linear time."""
    try:
        shapes = _Shapes(document)
        return [
            error
            for definition in document.definitions
            if isinstance(definition, OperationDefinitionNode)
            for error in _excesses_of(shapes.of(definition.selection_set), definition, settings)
        ]
    except RecursionError:
        return [TooComplex("The document is nested too deeply.")]


def _excesses_of(shape: Shape, operation: OperationDefinitionNode, settings: EngineSettings) -> Iterator[TooComplex]:
    for what, count, limit in (
        ("levels of fields", shape.depth, settings.depth),
        ("fields", shape.fields, settings.fields),
        ("fields at its root", shape.root_fields, settings.root_fields),
        ("aliases", shape.aliases, settings.aliases),
        ("directives", shape.directives, settings.directives),
    ):
        if count > limit:
            yield TooComplex(f"The operation has {count} {what}, at most {limit} are allowed.", [operation])


@dataclass(frozen=True, slots=True)
class Price:
    """How many objects an operation could fetch: a fixed part, and parts that page sizes multiply."""

    fixed: int
    paged: tuple[tuple["PageSize", "Price"], ...] = ()

    def of(self, variables: Mapping[str, Any]) -> int:
        """The price with these (coerced) variables."""
        return self.fixed + sum(size.of(variables) * price.of(variables) for size, price in self.paged)


@dataclass(frozen=True, slots=True)
class PageSize:
    """How many objects a field gives: a number, the largest of some variables, or what is assumed."""

    number: int
    variables: tuple[str, ...]
    assumed: int

    def of(self, variables: Mapping[str, Any]) -> int:
        """The size with these (coerced) variables."""
        sizes = [self.number, *(_size(variables.get(name)) for name in self.variables)]
        return max(sizes) or self.assumed


def _size(value: object) -> int:
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) and value > 0 else 0


class Pricing:
    """Finds the price of operations of one valid document."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], settings: EngineSettings
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._assumed = settings.assumed_list
        self._known: dict[tuple[str, bool], Price] = {}

    def of(self, operation: OperationDefinitionNode) -> Price:
        """The price of a valid operation."""
        root = self._schema.get_root_type(operation.operation)
        return self._of_selections(operation.selection_set, root, in_page=False) if root else Price(0)

    def _of_selections(self, selections: SelectionSetNode, parent: GraphQLCompositeType, *, in_page: bool) -> Price:
        fixed = 0
        paged: list[tuple[PageSize, Price]] = []
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                price = self._of_field(selection, parent, in_page=in_page)
            elif isinstance(selection, FragmentSpreadNode):
                price = self._of_fragment(selection.name.value, in_page=in_page)
            elif isinstance(selection, InlineFragmentNode):
                price = self._of_selections(
                    selection.selection_set, self._condition(selection, parent), in_page=in_page
                )
            fixed += price.fixed
            paged += price.paged
        return Price(fixed, tuple(paged))

    def _condition(
        self, fragment: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLCompositeType | None
    ) -> GraphQLCompositeType:
        condition = fragment.type_condition
        type_ = self._schema.get_type(condition.name.value) if condition else parent
        if not is_composite_type(type_):
            raise TypeError("Only validated documents have a price.")
        return type_

    def _of_fragment(self, name: str, *, in_page: bool) -> Price:
        key = (name, in_page)
        if key not in self._known:
            fragment = self._fragments[name]
            self._known[key] = self._of_selections(
                fragment.selection_set, self._condition(fragment, None), in_page=in_page
            )
        return self._known[key]

    def _of_field(self, node: FieldNode, parent: GraphQLCompositeType, *, in_page: bool) -> Price:
        """Leaves come with their object and are free; a list inside a page (`edges`) is the page itself."""
        if node.name.value in INTROSPECTION:
            return Price(INTROSPECTION_PRICE)
        field = self._schema.get_field(parent, node.name.value)
        named = get_named_type(field.type) if field else None
        if field is None or not is_composite_type(named) or not node.selection_set:
            return Price(0)
        is_list = is_list_type(get_nullable_type(field.type))
        sized_by = _sizes_of(field, is_list=is_list and not in_page)
        is_page = any(name in field.args for name in PAGE_SIZES)
        below = self._of_selections(node.selection_set, named, in_page=is_page and not is_list)
        if is_list:
            item = Price(below.fixed + 1, below.paged)
            return item if sized_by is None else _times(self._page(node, field, sized_by), item, 0)
        if sized_by is None:
            return Price(below.fixed + 1, below.paged)
        return _times(self._page(node, field, sized_by), below, 1)

    def _page(self, node: FieldNode, field: GraphQLField, sized_by: Sequence[str]) -> PageSize:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        number, variables = 0, []
        for name in sized_by:
            value = given.get(name)
            if isinstance(value, VariableNode):
                variables.append(value.name.value)
            elif value is not None:
                number = max(number, _literal_size(value))
            else:
                number = max(number, _size(_default(field.args[name])))
        return PageSize(number, tuple(variables), self._assumed)


def _sizes_of(field: GraphQLField, *, is_list: bool) -> list[str] | None:
    """The arguments that tell how much the field gives; None where it gives one thing."""
    pages = [name for name in PAGE_SIZES if name in field.args]
    if pages or not is_list:
        return pages or None
    return [name for name, arg in field.args.items() if is_list_type(get_nullable_type(arg.type))]


def _default(argument: GraphQLArgument) -> object:
    if argument.default_value is not Undefined:
        return argument.default_value
    return argument.default.value if argument.default else None


def _literal_size(value: ValueNode) -> int:
    if isinstance(value, ListValueNode):
        return len(value.values)
    return max(int(value.value), 0) if isinstance(value, IntValueNode) else 0


def _times(size: PageSize, each: Price, more: int) -> Price:
    if size.variables or each.paged:
        return Price(more, ((size, each),))
    return Price(more + size.of({}) * each.fixed)
