"""What clients send is read, or refused with its field."""

import ast
import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError

from app.core import words
from schema.inputs import read_cursor, read_text, to_cursor

ID = UUID("01a208286cb67521b1197dd6645854aa")
MOMENT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_a_cursor_gives_back_the_sort_key_it_was_made_of() -> None:
    cursor = to_cursor(7, MOMENT, ID, "茶")
    assert read_cursor(cursor, [int, datetime, UUID, str]) == (7, MOMENT, ID, "茶")
    assert read_cursor(None, [int]) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, 2**31),
        (int, -(2**31)),
        (int, True),
        (int, 1.5),
        (int, "1"),
        (datetime, "2026-11-24T08:30:00"),
        (datetime, "2026-11-24"),
        (datetime, "9999-12-31T23:59:59-01:00"),
        (datetime, "0001-01-01T00:00:00+01:00"),
        (datetime, 5),
        (datetime, None),
        (UUID, "nonsense"),
        (UUID, 7),
        (str, 7),
        (str, "a\0b"),
        (str, ["a"]),
    ],
)
def test_a_well_formed_cursor_with_what_was_never_in_one_is_refused_with_its_field(kind: type, value: Any) -> None:
    with pytest.raises(GraphQLError) as refused:
        read_cursor(to_cursor(value), [kind], "input.after")
    assert refused.value.extensions is not None
    assert refused.value.extensions["code"] == "BAD_USER_INPUT"
    assert refused.value.extensions["fields"][0]["path"] == ["input", "after"]


@pytest.mark.parametrize("key", ['{"0": 1}', '"1"', "[1, 2]", "[]", "1", "null", "[" * 5000])
def test_a_cursor_that_is_no_list_of_as_many_values_is_refused(key: str) -> None:
    with pytest.raises(GraphQLError):
        read_cursor(base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode(), [int])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  茶 \u202e叶 ", "茶 叶"),
        ("\ufeff茶\u200b叶\u2066", "茶叶"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("a\n\tb", "a\n\tb"),
        ("茶\r\n叶", "茶\n叶"),
        ("❤\ufe0f", "❤\ufe0f"),
    ],
)
def test_what_turns_the_direction_of_writing_or_cannot_be_seen_is_left_out(written: str, read: str) -> None:
    assert read_text(written, "text", 20) == read


@pytest.mark.parametrize(
    "text",
    ["a\0b", "a\x7fb", "a\x85b", "a\rb", "a\ud800b", "\u202e\u202e", "\u200d", "\u3164", "\u2800 \u2800", "\ufe0f"],
)
def test_control_characters_are_refused_and_what_cannot_be_seen_is_no_text(text: str) -> None:
    with pytest.raises(GraphQLError):
        read_text(text, "text", 20, shortest=1)


def test_whatever_is_said_of_bad_input_is_said_in_chinese_too() -> None:
    sentences = set()
    for path in Path("schema").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "bad_input":
                sentence = call.args[1]
                composed = isinstance(sentence, ast.JoinedStr)
                assert not composed, f"{path}:{call.lineno}: name the values, the catalogue must know the sentence"
                if isinstance(sentence, ast.Constant):
                    sentences.add(str(sentence.value))
    assert len(sentences) > 10
    assert [each for each in sorted(sentences) if words.say(words.CHINESE, each) == each] == []
