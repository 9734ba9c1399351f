"""What was promised, and the test that holds it: `promises/<room>.csv`, one row per promise and test.

A row is `kind,promise,test`. A `rule` is a sentence of the product's rules, in its words; a `state` is a member of an
enum of states, as `OrderStatus.SHIPPED`; a `refusal` is a code of `schema/ERRORS.md`. The test is named as pytest
names it. A promise may have many rows; a state or a code without any fails, and so does a row whose test is gone.
"""

import ast
import csv
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROMISES = Path(__file__).with_name("promises")
KINDS = ("rule", "state", "refusal")

#: Codes of what comes in depth, the last two with red packets: they stand in the contract, and nothing gives them yet.
NOT_YET = {"APPROVAL_NEEDED", "PLAN_NOT_SIMULATED", "ALREADY_CLAIMED", "NOTHING_LEFT"}
#: An enum of states by its name: what a thing is in, and how it ended.
_STATES = re.compile(r"(Status|State|End)$")


@dataclass(frozen=True, slots=True)
class Promise:
    """One row: what was promised, and a test that fails when it is broken."""

    kind: str
    words: str
    test: str


def _promises() -> Iterator[Promise]:
    for path in sorted(PROMISES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                yield Promise(row["kind"], row["promise"], row["test"])


@cache
def _tests_of(path: str) -> dict[str, str]:
    """Every test of a file and its source, together with the file's tables of cases."""
    source = (ROOT / path).read_text(encoding="utf-8")
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.name: source
        for node in ast.walk(ast.parse(source))
        if isinstance(node, functions) and node.name.startswith("test_")
    }


def _states() -> Iterator[str]:
    """Every member of every enum of states below the schema, as `OrderStatus.SHIPPED`."""
    for path in sorted([*ROOT.glob("app/*/states.py"), *ROOT.glob("app/*/models.py"), *ROOT.glob("share/*.py")]):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for name, found in vars(importlib.import_module(module)).items():
            if isinstance(found, type) and issubclass(found, StrEnum) and found.__module__ == module:
                yield from (f"{name}.{member.name}" for member in found if _STATES.search(name))


def _codes() -> set[str]:
    """Every refusal's code of the table of codes."""
    rows = re.findall(r"(?m)^\|[^|]+\|(.+)\|$", (ROOT / "schema/ERRORS.md").read_text(encoding="utf-8"))
    return {code for row in rows for code in re.findall(r"`([A-Z_]+)`", row)}


def _promised(kind: str) -> set[str]:
    return {promise.words for promise in _promises() if promise.kind == kind}


@pytest.mark.parametrize("promise", list(_promises()), ids=lambda promise: f"{promise.kind}: {promise.words}"[:100])
def test_what_is_said_to_hold_a_promise_is_a_test(promise: Promise) -> None:
    path, _, name = promise.test.partition("::")
    assert promise.kind in KINDS
    assert name in _tests_of(path), promise.test
    if promise.kind == "refusal":
        assert promise.words in _tests_of(path)[name], f"{promise.test} never says {promise.words}"


def test_every_state_has_a_test_that_reaches_it() -> None:
    assert set(_states()) == _promised("state")


def test_every_refusal_has_a_test_that_meets_it() -> None:
    assert _codes() - NOT_YET == _promised("refusal")
