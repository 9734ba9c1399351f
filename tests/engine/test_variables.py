"""Variables become what resolvers expect, or a refusal that names every field."""

from typing import Any

import pytest

from tests.engine.toy import an_engine

RENAME = "mutation($name: Name!) { rename(name: $name) { __typename ... on Product { title } } }"


async def fields_of(query: str, variables: dict[str, Any]) -> list[Any]:
    engine, house = an_engine()
    answer = await engine.execute(query, variables)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "data" not in answer
    assert not house.world.calls["rename"]
    return [field["path"] for field in error["extensions"]["fields"]]


@pytest.mark.parametrize(
    ("variables", "paths"),
    [
        ({}, [["name"]]),
        ({"name": None}, [["name"]]),
        ({"name": "x"}, [["name"]]),
        ({"name": {}}, [["name"]]),
        ({"name": {"text": 5}}, [["name", "text"]]),
        ({"name": {"text": "x", "tags": [1, "a", None]}}, [["name", "tags", 1], ["name", "tags", 2]]),
        ({"name": {"text": 5, "unknown": 1}}, [["name", "text"], ["name"]]),
    ],
)
async def test_every_wrong_field_is_named(variables: dict[str, Any], paths: list[list[Any]]) -> None:
    assert sorted(await fields_of(RENAME, variables)) == sorted(paths)


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"name": {"text": "a\0b"}}, ["name", "text"]),
        ({"name": {"te\0xt": "a"}}, ["name", "text"]),
        ({"name": {"text": "x", "tags": ["\0"]}}, ["name", "tags", 0]),
        ({"name": {"text": "x"}, "unknown": "\0"}, ["unknown"]),
    ],
)
async def test_nul_is_refused_wherever_it_stands(variables: dict[str, Any], path: list[Any]) -> None:
    assert await fields_of(RENAME, variables) == [path]


async def test_not_every_one_of_a_thousand_wrong_fields_is_listed() -> None:
    for tag in ("a", "\0"):
        assert len(await fields_of(RENAME, {"name": {"text": "x", "tags": [tag] * 1000}})) <= 20


async def test_a_value_that_is_nested_very_deeply_is_only_wrong() -> None:
    nested: Any = "x"
    for _ in range(900):
        nested = [nested]
    await fields_of(RENAME, {"name": {"text": nested}})


async def test_variables_that_nobody_defined_are_ignored() -> None:
    engine, _house = an_engine()
    answer = await engine.execute(RENAME, {"name": {"text": "tea"}, "unknown": 1})
    assert answer["data"]["rename"]["title"] == "tea"
