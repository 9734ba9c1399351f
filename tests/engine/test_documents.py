"""Documents are prepared once, remembered within bounds, and registered ones are known by their hash."""

import hashlib

import pytest
from graphql import GraphQLError, get_introspection_query

from schema.engine import EngineSettings, Refused
from schema.engine.documents import Documents
from tests.engine.toy import an_engine, strawberry_schema

HELLO = "{ hello }"
SHA256 = hashlib.sha256(HELLO.encode()).hexdigest()


def documents(settings: EngineSettings | None = None, trusted: dict[str, str] | None = None) -> Documents:
    return Documents(strawberry_schema._schema, settings or EngineSettings(), trusted)


def refused(store: Documents, text: str | None, *, sha256: str | None = None) -> tuple[GraphQLError, ...]:
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": sha256}} if sha256 else {}
    with pytest.raises(Refused) as caught:
        store.find(text, extensions)
    return caught.value.errors


def code(errors: tuple[GraphQLError, ...]) -> str:
    return str((errors[0].extensions or {})["code"])


def test_a_document_is_prepared_once() -> None:
    store = documents()
    assert store.find(HELLO, {}) is store.find(HELLO, {})


def test_the_least_recently_used_document_is_forgotten_first() -> None:
    store = documents(EngineSettings(cached_documents=2))
    first = store.find("{ a: hello }", {})
    second = store.find("{ b: hello }", {})
    assert store.find("{ a: hello }", {}) is first
    store.find("{ c: hello }", {})
    assert store.find("{ a: hello }", {}) is first
    assert store.find("{ b: hello }", {}) is not second


def test_what_is_remembered_is_bounded_in_characters() -> None:
    store = documents(EngineSettings(cached_characters=1000))
    for number in range(300):
        store.find(f"{{ a{number}: hello }}", {})
    assert store._characters == sum(map(len, store._prepared)) <= 1000
    assert store._prepared


def test_a_document_that_does_not_hold_is_not_remembered() -> None:
    store = documents()
    assert code(refused(store, "{ nope }")) == "BAD_USER_INPUT"
    assert not store._prepared


def test_mistakes_are_told_with_their_places() -> None:
    (syntax,) = refused(documents(), "{ hello\n(")
    assert (syntax.locations or [])[0].line == 2
    (unknown,) = refused(documents(), "{ hello nope }")
    assert (unknown.locations or [])[0].column == 9
    assert len(refused(documents(), "{ " + "nope " * 19 + "}")) == 19


def test_names_of_the_schema_are_given_away_only_on_demand() -> None:
    (silent,) = refused(documents(), "{ helo }")
    (talkative,) = refused(documents(EngineSettings(suggestions=True)), "{ helo }")
    assert "hello" not in silent.message
    assert "hello" in talkative.message


def test_introspection_is_off_unless_it_is_on() -> None:
    for query in (get_introspection_query(), '{ __type(name: "Query") { name } }'):
        assert code(refused(documents(), query)) == "BAD_USER_INPUT"
        documents(EngineSettings(introspection=True)).find(query, {})
    documents().find("{ __typename }", {})


def test_nul_in_a_literal_is_refused() -> None:
    for literal in ('"\\u0000"', '"\\u{0}"', '"\0"', '"""a\0"""'):
        (error,) = refused(documents(), f"{{ hello(name: {literal}) }}")
        assert "NUL" in error.message
    documents().find('{ hello(name: "\\\\u0000") }', {})


def test_an_operation_is_chosen_by_its_name() -> None:
    several = documents().find("query a { hello } query b { hello }", {})
    assert several.operation("b").name == "b"
    for name in (None, "c"):
        with pytest.raises(Refused):
            several.operation(name)
    only = documents().find("query a { hello }", {})
    assert only.operation(None) is only.operation("a")
    with pytest.raises(Refused):
        only.operation("b")


def test_a_registered_document_is_found_by_its_hash() -> None:
    store = documents(trusted={SHA256: HELLO})
    by_hash = store.find(None, {"persistedQuery": {"sha256Hash": SHA256.upper()}})
    assert by_hash is store.find(HELLO, {}) is store.find(HELLO, {"persistedQuery": {"sha256Hash": SHA256}})


def test_registered_documents_are_never_forgotten() -> None:
    store = documents(EngineSettings(cached_documents=1), {SHA256: HELLO})
    registered = store.find(HELLO, {})
    for number in range(10):
        store.find(f"{{ a{number}: hello }}", {})
    assert store.find(HELLO, {}) is registered


def test_a_hash_that_is_not_registered_is_told_in_the_word_that_clients_know() -> None:
    (error,) = refused(documents(), None, sha256=SHA256)
    assert error.message == "PersistedQueryNotFound"
    assert code((error,)) == "PERSISTED_QUERY_NOT_FOUND"


def test_a_hash_of_another_text_is_refused() -> None:
    assert code(refused(documents(), "{ __typename }", sha256=SHA256)) == "BAD_USER_INPUT"


def test_only_registered_documents_run_where_only_they_may() -> None:
    store = documents(EngineSettings(trusted_only=True), {SHA256: HELLO})
    store.find(HELLO, {})
    store.find(None, {"persistedQuery": {"sha256Hash": SHA256}})
    other = "{ __typename }"
    for sha256 in (None, hashlib.sha256(other.encode()).hexdigest()):
        assert code(refused(store, other, sha256=sha256)) == "PERSISTED_QUERY_NOT_FOUND"


async def test_registered_documents_run_by_their_hash_on_every_way_in() -> None:
    engine, _house = an_engine(EngineSettings(trusted_only=True), trusted={SHA256: HELLO})
    answer = await engine.execute(None, extensions={"persistedQuery": {"version": 1, "sha256Hash": SHA256}})
    assert answer == {"data": {"hello": "hello world"}}


def test_registered_documents_that_the_schema_does_not_answer_are_named() -> None:
    engine, _house = an_engine(trusted={SHA256: HELLO, "ab": "{ nope }"})
    assert engine.faults_of_trusted_documents() == {
        "ab": ["Cannot query field 'nope' on type 'Query'. Did you mean 'nodes'?"]
    }
