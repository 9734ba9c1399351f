"""The contract: every document is valid and alive, the codes are those of ERRORS.md."""

import hashlib
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from app import wiring
from app.core.errors import DomainError
from schema.engine import Engine, EngineSettings
from schema.ports import HousePorts
from schema.root import SCHEMA, sdl
from schema.trusted import living_documents, operations, trusted_documents
from tests.conftest import Api, WeChat

_SCHEMA = Path(__file__).parents[2] / "schema"


@pytest.fixture(scope="module")
def exported() -> GraphQLSchema:
    return build_schema((_SCHEMA / "schema.graphql").read_text())


def test_the_exported_schema_is_the_code_s() -> None:
    assert (_SCHEMA / "schema.graphql").read_text() == sdl(), "run `make schema`"


@pytest.mark.parametrize("name", operations())
def test_a_document_is_valid_under_the_exported_schema(exported: GraphQLSchema, name: str) -> None:
    assert validate(exported, parse(operations()[name])) == []


def _codes_of(area: str) -> set[str]:
    rows = re.findall(r"^\| ([^|]+) \| (.+) \|$", (_SCHEMA / "ERRORS.md").read_text(), re.MULTILINE)
    return {code for name, codes in rows if name.strip().startswith(area) for code in re.findall(r"`([A-Z_]+)`", codes)}


def _all_refusals(base: type[DomainError] = DomainError) -> set[str]:
    codes = set()
    for child in base.__subclasses__():
        codes |= {child.code} | _all_refusals(child)
    return codes


def test_every_refusal_stands_in_the_table_of_codes() -> None:
    wiring.join_rooms()
    assert {code for code in _all_refusals() if code != "BELL_RANG"} <= _codes_of("")


@pytest.mark.parametrize(
    "area", ["sign-in", "any mutation", "anything", "deal", "group", "order", "shipping", "after-sale", "share"]
)
def test_every_code_of_a_living_area_has_its_refusal(area: str) -> None:
    wiring.join_rooms()
    assert _codes_of(area) <= _all_refusals()


async def test_production_runs_trusted_documents_and_nothing_else(api: Api, wechat: WeChat) -> None:
    del wechat
    ports = api.engine._operations.ports
    assert isinstance(ports, HousePorts)
    strict = Engine(SCHEMA._schema, ports, EngineSettings(trusted_only=True), trusted_documents())
    known = next(name for name, text in trusted_documents().items() if text == operations()["Deals"])
    answer = await strict.execute(None, {"first": 1}, extensions={"persistedQuery": {"sha256Hash": known}})
    assert answer["data"]["deals"]["edges"] == []
    refused = await strict.execute("{ __typename }")
    assert refused["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


def test_production_registers_every_document() -> None:
    assert living_documents(SCHEMA._schema) == trusted_documents()


def test_a_document_is_named_as_the_readme_of_the_documents_says() -> None:
    name = hashlib.sha256(operations()["CancelOrder"].encode()).hexdigest()
    readme = (_SCHEMA / "documents" / "README.md").read_text()
    assert name in readme
    assert living_documents(SCHEMA._schema)[name] == operations()["CancelOrder"]


async def test_trusted_documents_fit_the_limits(api: Api) -> None:
    assert not api.engine.faults_of_trusted_documents()
