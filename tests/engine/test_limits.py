"""No document is a weapon: its shape is bounded before validation, its price before execution."""

import time
from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query

from schema.engine import EngineSettings, Refused
from schema.engine.documents import Documents
from tests.engine.toy import an_engine, strawberry_schema

CHAIN = "{ ...f0 } " + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(60))
DEEP = "{ ...f0 }" + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(900))
SAME = " ".join(f"fragment f{n} on Products {{ total edges {{ cursor }} }}" for n in range(120))


def refusal(text: str, **limits: Any) -> GraphQLError:
    with pytest.raises(Refused) as caught:
        Documents(strawberry_schema._schema, EngineSettings(**limits)).find(text, {})
    return caught.value.errors[0]


@pytest.mark.parametrize(
    ("limit", "fits", "exceeds"),
    [
        ({"depth": 2}, "{ products { total } }", "{ products { edges { cursor } } }"),
        (
            {"depth": 2},
            "{ products { ...f } } fragment f on Products { total }",
            "{ ...f } fragment f on Query { products { edges { cursor } } }",
        ),
        (
            {"fields": 3},
            "{ a: hello b: hello c: hello }",
            "{ a: hello ...f ...f } fragment f on Query { b: hello c: hello }",
        ),
        ({"root_fields": 2}, "{ a: hello b: hello }", "{ a: hello ... { b: hello ... { c: hello } } }"),
        ({"aliases": 1}, "{ a: hello }", "{ a: hello products { b: total } }"),
        (
            {"directives": 1},
            "{ hello @skip(if: false) }",
            "{ hello @skip(if: false) ... @skip(if: false) { __typename } }",
        ),
        ({"tokens": 5}, "{ hello }", "{ a: hello b: hello }"),
        ({"document_characters": 9}, "{ hello }", "{  hello }"),
        (
            {"tokens": 20_000},
            "{ hello }",
            "{ ...f0 }" + " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(900)),
        ),
        ({"tokens": 20}, "#\n" * 20 + "{ hello }", "#\n" * 21 + "{ hello }"),
    ],
)
def test_a_shape_has_its_limit(limit: dict[str, Any], fits: str, exceeds: str) -> None:
    Documents(strawberry_schema._schema, EngineSettings(**limit)).find(fits, {})
    assert (refusal(exceeds, **limit).extensions or {})["code"] == "TOO_COMPLEX"


def test_every_operation_of_a_document_is_bounded() -> None:
    assert "levels" in refusal("query a { hello } query b { products { edges { cursor } } }", depth=2).message


@pytest.mark.parametrize(
    "text",
    [
        CHAIN + " fragment f60 on Query { hello }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
        "{ " * 5000,
        "{ a(x: " + "[" * 1500,
        "{ products { " + "edges { node { id } } " * 160 + "} }",
        "{ products { " + "total " * 499 + "} }",
        "query(" + " ".join(f"$v{n}: Int" for n in range(300)) + ") { hello }",
        "{ products { " + " ".join(f"...f{n}" for n in range(120)) + " } }" + SAME,
    ],
)
async def test_a_hostile_document_is_answered_soon(text: str) -> None:
    engine, house = an_engine()
    began = time.process_time()
    answer = await engine.execute(text)
    assert time.process_time() - began < 1.0
    assert all(error["extensions"]["code"] in {"TOO_COMPLEX", "BAD_USER_INPUT"} for error in answer.get("errors", ()))
    assert house.world.reported == []


@pytest.mark.parametrize(
    ("text", "variables", "cost"),
    [
        ("{ hello }", {}, 1),
        ("{ products(first: 10) { total } }", {}, 1),
        ("{ products(first: 10) { edges { cursor } } }", {}, 11),
        ("{ products(first: 10) { edges { node { title } } } }", {}, 21),
        ("{ products { edges { cursor } } }", {}, 21),
        ("query($n: Int!) { products(first: $n) { edges { cursor } } }", {"n": 7}, 8),
        ("query($n: Int! = 7) { products(first: $n) { edges { cursor } } }", {}, 8),
        ("{ products(first: -5) { edges { cursor } } }", {}, 11),
        ("{ products(first: 10) { edges { node { pictures { url } } } } }", {}, 1 + 10 * (1 + 1 + 10)),
        ("{ products(first: 10) { ...page } } fragment page on Products { edges { cursor } }", {}, 11),
        ("{ things { __typename ... on Product { pictures { url } } } }", {}, 10 * (1 + 10)),
        ('{ nodes(ids: ["1", "2", "3"]) { id } }', {}, 3),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["1"] * 50}, 50),
        (get_introspection_query(), {}, 100),
        ("{ a: products(first: 5) { edges { cursor } } b: products(first: 5) { edges { cursor } } }", {}, 12),
    ],
)
async def test_the_price_is_how_many_objects_could_be_fetched(
    text: str, variables: dict[str, object], cost: int
) -> None:
    engine, house = an_engine()
    before = house.world.budget
    assert "errors" not in await engine.execute(text, variables)
    assert before - house.world.budget == cost


async def test_what_costs_too_much_is_refused_before_it_runs() -> None:
    engine, house = an_engine(EngineSettings(cost=100))
    query = "query($n: Int!) { products(first: $n) { edges { cursor } } }"
    assert "errors" not in await engine.execute(query, {"n": 99})
    for first in (100, 2_147_483_647):
        (error,) = (await engine.execute(query, {"n": first}))["errors"]
        assert error["extensions"]["code"] == "TOO_COMPLEX"
    assert house.world.calls["products"] == 1


async def test_a_huge_product_of_page_sizes_is_only_a_large_number() -> None:
    engine, _house = an_engine()
    query = "{ products(first: 2147483647) { edges { node { pictures { url } } } } }"
    assert (await engine.execute(query))["errors"][0]["extensions"]["code"] == "TOO_COMPLEX"
