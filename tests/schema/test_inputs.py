"""What clients send is read, or refused with its field."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError

from schema.inputs import read_cursor, to_cursor

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
