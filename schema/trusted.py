"""The operations that released mini-apps send, word for word, and so the trusted documents.

The contract's stand in `documents/`, whose README.md says how they are named; a shop's own front ends have theirs in
a folder of the shop's. In production nothing else runs. What was once released stays registered for 90 days at least
after the last release that sends it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)
from graphql.language import Node, Visitor, visit

_FOLDER = Path(__file__).parent / "documents"


class DocumentFault(Exception):  # noqa: N818 - what is at fault is the document
    """A document of the shop's own cannot be registered: the file, and what is wrong with it."""


@cache
def operations(folder: Path = _FOLDER) -> Mapping[str, str]:
    """Every operation by its name: its own text, and that of the fragments it uses, as they stand in their file."""
    return {name: text for file in sorted(folder.glob("*.graphql")) for name, text in _operations_in(file)}


@cache
def trusted_documents(folder: Path = _FOLDER) -> Mapping[str, str]:
    """The documents by the SHA-256 that names them: each operation by itself, and each file as a whole."""
    files = [file.read_text() for file in folder.glob("*.graphql")]
    return {hashlib.sha256(text.encode()).hexdigest(): text for text in (*operations(folder).values(), *files)}


def own_documents(schema: GraphQLSchema, folder: Path | None) -> Mapping[str, str]:
    """The documents of a shop's own front ends, named as the contract's; none without a folder.

    Raises DocumentFault for a folder that is not there and for a file that this schema cannot run: an operation that
    its front end sends would be unknown.
    """
    if folder is None:
        return {}
    if not folder.is_dir():
        raise DocumentFault(f"{folder} is no folder of documents.")
    for file in sorted(folder.glob("*.graphql")):
        try:
            faults = validate(schema, parse(file.read_text()))
        except GraphQLError as error:
            faults = [error]
        if faults:
            raise DocumentFault(f"{file} cannot be run: {faults[0].message}")
    return trusted_documents(folder)


@cache
def living_documents(schema: GraphQLSchema) -> Mapping[str, str]:
    """The trusted documents that this schema can run: production registers no others."""
    return {name: text for name, text in trusted_documents().items() if not validate(schema, parse(text))}


def _operations_in(file: Path) -> Iterator[tuple[str, str]]:
    document = parse(file.read_text())
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and definition.name:
            used = _fragments_of(definition, fragments)
            yield definition.name.value, "\n".join(_text(each) for each in (definition, *used))


def _text(node: Node) -> str:
    location = node.loc
    if location is None:
        raise ValueError("a document was parsed without locations")
    return location.source.body[location.start : location.end]


def _fragments_of(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    """The fragments that an operation spreads, directly or through others, each once."""
    found: dict[str, FragmentDefinitionNode] = {}
    waiting: list[Node] = [operation]
    while waiting:
        for name in _spreads_in(waiting.pop(0)):
            if name not in found:
                found[name] = fragments[name]
                waiting.append(fragments[name])
    return list(found.values())


def _spreads_in(node: Node) -> list[str]:
    names: list[str] = []

    class Collect(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            names.append(spread.name.value)

    visit(node, Collect())
    return names
