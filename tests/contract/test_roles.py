"""Who may ask for what: a table of every field and every role, asked of the real schema.

A field without a row fails. `PINTUAN_TEST_WRITE_ROLES=1` writes the rows that are missing, as they are answered today,
for a person to read: what stands in the table is what should be, and no run ever changes a row.
"""

import ast
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from graphql import GraphQLError

from app.accounts.models import Role
from app.audit_log import queries as audit_log
from app.core.ids import SessionId, UserId, new_id
from schema.context import Asker, Context
from tests.conftest import Api
from tests.contract import asking

_SCHEMA = Path(__file__).parents[2] / "schema"
_WRITES = os.environ.get("PINTUAN_TEST_WRITE_ROLES") == "1"
DOORS = list(asking.doors())

#: A file and a line; a field and who asks for it.
Site = tuple[str, int]
Cell = tuple[str, str]


if _WRITES:

    @pytest.mark.timeout(600)
    async def test_the_rows_that_are_missing_are_written(api: Api) -> None:
        known = asking.table() if asking.TABLE.exists() else {}
        asked = {
            (door.path, asker): known.get((door.path, asker)) or await asking.ask(api, door, asker)
            for door in DOORS
            for asker in asking.ASKERS
        }
        assert "INTERNAL" not in asked.values()
        asking.write(asked)


def test_every_field_has_its_row_and_every_row_its_field() -> None:
    said = "write what is missing by PINTUAN_TEST_WRITE_ROLES=1 pytest tests/contract, and read what it wrote"
    assert {path for path, _ in asking.table()} == {door.path for door in DOORS}, said


@pytest.mark.timeout(300)
@pytest.mark.parametrize("asker", asking.ASKERS)
async def test_everybody_is_answered_as_the_table_says(api: Api, asker: str) -> None:
    expected = asking.table()
    asked = {door.path: await asking.ask(api, door, asker) for door in DOORS}
    assert {path: answer for path, answer in asked.items() if answer != expected[path, asker]} == {}
    if asker in {asking.ANONYMOUS, asking.SHOPPER}:
        assert await audit_log.page(limit=1) == []


def test_an_admin_may_do_whatever_any_staff_may() -> None:
    said = asking.table()
    for door in DOORS:
        if any(said[door.path, role.value] == "ALLOWED" for role in Role):
            assert said[door.path, Role.ADMIN.value] == "ALLOWED", door.path


_NAMED = re.compile(r"^For ([A-Z_, and]+?)[.:;]")


def test_what_a_field_says_of_roles_is_what_the_table_says() -> None:
    said = asking.table()
    checked = 0
    for door in DOORS:
        found = _NAMED.match(door.field.description or "")
        if found is None:
            continue
        named = {*re.findall(r"[A-Z_]{3,}", found[1]), Role.ADMIN.value}
        allowed = {asker for asker in asking.ASKERS if said[door.path, asker] == "ALLOWED"}
        assert allowed == named, door.path
        checked += 1
    assert checked > 30


def _guards(name: str) -> set[Site]:
    """Every place of the schema that may turn somebody away by the context's method of this name."""
    found = set()
    for path in _SCHEMA.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                found.add((str(path), node.lineno))
    return {(path, line) for path, line in found if path != str(_SCHEMA / "context.py")}


@dataclass
class _Watch:
    """The context's two guards, watched: who was turned away where, and one place where nobody is."""

    turned_away: dict[Site, set[Cell]] = field(default_factory=lambda: defaultdict(set))
    now_asking: Cell = ("", "")
    without: Site | None = None

    def over(self, guard: Callable[..., Asker]) -> Callable[..., Asker]:
        def watched(context: Context, *roles: Role) -> Asker:
            frame = sys._getframe(1)
            site = (frame.f_code.co_filename, frame.f_lineno)
            try:
                return guard(context, *roles)
            except GraphQLError:
                if site == self.without:
                    return context.asker or Asker(UserId(new_id()), SessionId(new_id()), frozenset(Role))
                self.turned_away[site].add(self.now_asking)
                raise

        return watched


@pytest.mark.timeout(600)
async def test_without_any_one_guard_the_table_is_not_what_is_answered(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = _Watch()
    for name in ("must_have", "must_be_signed_in"):
        monkeypatch.setattr(Context, name, watch.over(getattr(Context, name)))
    expected = asking.table()
    by_path = {door.path: door for door in DOORS}

    async def answered(cell: Cell) -> str:
        watch.now_asking = cell
        return await asking.ask(api, by_path[cell[0]], cell[1])

    for cell, answer in expected.items():
        if answer == "FORBIDDEN" or (answer == "UNAUTHENTICATED" and cell[1] == asking.ANONYMOUS):
            await answered(cell)
    by_role, by_session = _guards("must_have"), _guards("must_be_signed_in")
    assert len(by_role) > 50
    assert by_role - watch.turned_away.keys() == set(), "guards that turn nobody away"
    # What is under `viewer` is not reached by who is not signed in: it asks only who she is.
    in_vain = {path for path, _ in by_session - watch.turned_away.keys()}
    assert {
        path for path in in_vain if Path(path).name not in {"queries.py", "loaders.py"} and "types" not in path
    } == set()
    unnoticed = []
    for site in sorted((by_role | by_session) & watch.turned_away.keys()):
        cell = min(watch.turned_away[site])
        watch.without = site
        if await answered(cell) == expected[cell]:
            unnoticed.append((site, cell))
    assert unnoticed == []
