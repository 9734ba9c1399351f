"""Documents become prepared operations: parsed, bounded, validated and priced once, then remembered."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    TokenKind,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.collect_fields import FragmentDetails

from schema.engine.errors import BadInput, DocumentNotFound, EngineError, Refused, TooComplex
from schema.engine.limits import Price, Pricing, excesses
from schema.engine.settings import EngineSettings

#: Mistakes of one document that are told; looking for more only costs time.
MOST_ERRORS = 20


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class PreparedOperation:
    """One operation of a valid document. The same document gives the same object while it is remembered."""

    name: str | None
    kind: OperationType
    node: OperationDefinitionNode
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]
    price: Price


@dataclass(frozen=True, slots=True, eq=False)
class PreparedDocument:
    """A valid document."""

    operations: tuple[PreparedOperation, ...]

    def operation(self, name: str | None) -> PreparedOperation:
        """The operation to run; raises `Refused` where the name tells none or not which."""
        if name is None and len(self.operations) == 1:
            return self.operations[0]
        if name is None:
            raise Refused(BadInput("The document has several operations: operationName must name one."))
        for operation in self.operations:
            if operation.name == name:
                return operation
        raise Refused(BadInput(f"The document has no operation named '{name}'."))


class Documents:
    """Finds or prepares the document of a request."""

    def __init__(
        self, schema: GraphQLSchema, settings: EngineSettings, trusted: Mapping[str, str] | None = None
    ) -> None:
        self._schema = schema
        self._settings = settings
        self._trusted = {sha256.lower(): text for sha256, text in (trusted or {}).items()}
        self._trusted_texts = frozenset(self._trusted.values())
        self._prepared_trusted: dict[str, PreparedDocument] = {}
        self._prepared: OrderedDict[str, PreparedDocument] = OrderedDict()
        self._characters = 0
        self._rules = specified_rules if settings.introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)

    def find(self, text: str | None, extensions: Mapping[str, Any]) -> PreparedDocument:
        """The prepared document that a request means; raises `Refused`."""
        sha256 = _sha256_asked_for(extensions)
        if sha256 is not None:
            text = self._registered(sha256, text)
        if text is None:
            raise Refused(BadInput("The request has no query."))
        if text in self._trusted_texts:
            return self._find_trusted(text)
        if self._settings.trusted_only:
            raise Refused(DocumentNotFound("Only registered documents are answered here."))
        return self._find_free(text)

    def faults_of_trusted(self) -> dict[str, list[str]]:
        """What is wrong with registered documents under this schema and these limits, by their hash."""
        faults = {}
        for sha256, text in self._trusted.items():
            try:
                self._find_trusted(text)
            except Refused as refused:
                faults[sha256] = [error.message for error in refused.errors]
        return faults

    def _registered(self, sha256: str, text: str | None) -> str:
        if text is None:
            text = self._trusted.get(sha256)
            if text is None:
                raise Refused(DocumentNotFound())
        elif hashlib.sha256(text.encode()).hexdigest() != sha256:
            raise Refused(BadInput("The hash is not that of the query."))
        return text

    def _find_trusted(self, text: str) -> PreparedDocument:
        prepared = self._prepared_trusted.get(text)
        if prepared is None:
            prepared = self._prepared_trusted[text] = self._prepare(text)
        return prepared

    def _find_free(self, text: str) -> PreparedDocument:
        prepared = self._prepared.get(text)
        if prepared is not None:
            self._prepared.move_to_end(text)
            return prepared
        prepared = self._prepared[text] = self._prepare(text)
        self._characters += len(text)
        while (
            len(self._prepared) > self._settings.cached_documents or self._characters > self._settings.cached_characters
        ):
            forgotten, _ = self._prepared.popitem(last=False)
            self._characters -= len(forgotten)
        return prepared

    def _prepare(self, text: str) -> PreparedDocument:
        document = self._parsed(text)
        errors: list[GraphQLError] = list(excesses(document, self._settings))
        if not errors:
            found = validate(
                self._schema,
                document,
                self._rules,
                max_errors=MOST_ERRORS,
                hide_suggestions=not self._settings.suggestions,
            )
            errors = [BadInput(error.message, at=error) for error in found]
        if errors:
            raise Refused(*errors)
        return PreparedDocument(tuple(self._operations(document)))

    def _parsed(self, text: str) -> DocumentNode:
        if len(text) > self._settings.document_characters:
            raise Refused(TooComplex(f"A document has at most {self._settings.document_characters} characters."))
        try:
            document = parse(text, max_lexical_tokens=self._settings.tokens, max_comments=self._settings.tokens)
        except GraphQLSyntaxError as error:
            raise Refused(_syntax_error(error)) from None
        if _has_nul(document):
            raise Refused(BadInput("NUL characters are not allowed in the document."))
        return document

    def _operations(self, document: DocumentNode) -> Iterator[PreparedOperation]:
        definitions = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        pricing = Pricing(self._schema, definitions, self._settings)
        fragments = {name: FragmentDetails(node) for name, node in definitions.items()}
        for node in document.definitions:
            if isinstance(node, OperationDefinitionNode):
                name = node.name.value if node.name else None
                yield PreparedOperation(name, node.operation, node, definitions, fragments, pricing.of(node))


def _sha256_asked_for(extensions: Mapping[str, Any]) -> str | None:
    asked = extensions.get("persistedQuery")
    if asked is None:
        return None
    sha256 = asked.get("sha256Hash") if isinstance(asked, Mapping) else None
    if not isinstance(sha256, str):
        raise Refused(BadInput("extensions.persistedQuery has no sha256Hash."))
    return sha256.lower()


def _syntax_error(error: GraphQLSyntaxError) -> EngineError:
    # graphql-core has no other sign for its limits than the end of the message.
    kind = TooComplex if error.message.endswith("Parsing aborted.") else BadInput
    return kind(error.message, at=error)


def _has_nul(document: DocumentNode) -> bool:
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind in {TokenKind.STRING, TokenKind.BLOCK_STRING} and "\0" in (token.value or ""):
            return True
        token = token.next
    return False
