"""Whatever Strawberry builds runs here: unions, interfaces, permissions, mutations in turn."""

import pytest

from schema.engine import Caller
from tests.engine.toy import an_engine


async def test_unions_and_interfaces_are_resolved() -> None:
    engine, _house = an_engine()
    answer = await engine.execute(
        """query($with: Boolean = true) {
            things { __typename ... on Node { id } ...product ... on Story { text @include(if: $with) } }
            nodes(ids: ["1"]) { __typename id ...product }
        }
        fragment product on Product { title }"""
    )
    assert answer["data"] == {
        "things": [
            {"__typename": "Product", "id": "p", "title": "tea"},
            {"__typename": "Story", "id": "s", "text": "once"},
        ],
        "nodes": [{"__typename": "Product", "id": "1", "title": "tea"}],
    }


async def test_permissions_hold() -> None:
    engine, _house = an_engine()
    nobody = await engine.execute("{ secret hello }")
    assert nobody["data"] == {"secret": None, "hello": "hello world"}
    assert nobody["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    ann = await engine.execute("{ secret viewer { name } }", caller=Caller(authorization="Bearer ann"))
    assert ann == {"data": {"secret": "42", "viewer": {"name": "ann"}}}


async def test_mutations_of_one_document_run_in_turn() -> None:
    engine, house = an_engine()
    names = "abcdefgh"
    query = "mutation {" + " ".join(f'{name}: add(topic: "t", text: "{name}")' for name in names) + "}"
    assert (await engine.execute(query))["data"] == {name: place for place, name in enumerate(names, start=1)}
    assert house.world.logs["t"].entries == list(names)


async def test_a_refusal_of_a_mutation_is_an_answer() -> None:
    engine, _house = an_engine()
    answer = await engine.execute('mutation { rename(name: {text: ""}) { __typename ... on Refusal { code } } }')
    assert answer == {"data": {"rename": {"__typename": "Refusal", "code": "EMPTY"}}}


async def test_what_refuses_a_request_is_its_answer() -> None:
    engine, house = an_engine()
    caller = Caller(authorization="Bearer nobody")
    assert (await engine.execute("{ hello }", caller=caller))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    results = [each async for each in engine.subscribe("subscription { counting(to: 1) }", caller=caller)]
    assert [each["errors"][0]["extensions"]["code"] for each in results] == ["UNAUTHENTICATED"]
    assert house.world.reported == []


async def test_a_house_that_cannot_even_say_what_went_wrong_is_an_inner_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    engine, house = an_engine()

    def silent(_error: object, _locale: str) -> dict[str, object]:
        raise LookupError("no catalogue")

    monkeypatch.setattr(house, "present", silent)
    answer = await engine.execute("{ broken hello }")
    assert answer["data"] == {"broken": None, "hello": "hello world"}
    assert answer["errors"] == [{"message": "Internal error.", "extensions": {"code": "INTERNAL"}}]
    assert "no catalogue" in caplog.text


async def test_a_time_out_of_the_house_itself_is_not_taken_for_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, house = an_engine()

    async def late(*_args: object) -> None:
        raise TimeoutError("the pool is empty")

    monkeypatch.setattr(house, "admit", late)
    (error,) = (await engine.execute("{ hello }"))["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert [str(reported) for reported in house.world.reported] == ["the pool is empty"]
