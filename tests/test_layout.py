"""The house as it was planned: what stands where, under which name, and who may know whom."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
(LAYERS,) = (contract["layers"] for contract in CONTRACTS if contract["id"] == "rooms")

MUST_STAND = {"app", "schema", "share", "migrations", "tests", "pyproject.toml", "Dockerfile", "README.md"}
MAY_STAND = {"Makefile", "compose.yaml", "requirements.txt", "LICENSE", "benches", "deploy"}

#: What joins the rooms and is none: single files.
JOINTS = {"app.main", "app.worker", "app.cli", "app.wiring", "app.keeping"}
#: Not the shape of a capability: the ground, WeChat's own words, doors, the demo shop.
OF_THEIR_OWN_SHAPE = {"core", "wechat", "web", "demo"}
PARTS = {"models", "rules", "actions", "flows", "queries", "errors", "facts", "reactions", "jobs", "ports", "audit"}
PARTS |= {"states", "wording"}
PARTS_OF_SHARE = {"links", "codes", "cards", "posters", "landing", "touches", "attribution", "rewards"}
PARTS_OF_SCHEMA = {"types", "queries", "mutations", "subscriptions", "loaders", "refusals"}
#: Parts that only one room has, and its `__init__` or DECISIONS.md says why.
PARTS_OF_ONE = {
    "accounts": {"tokens"},
    "live": {"vendor", "watching"},
    "notifications": {"presence", "templates"},
    "media": {"pictures", "store"},
}
PARTS_OF_SHARE |= {"targets", "things", "figures"}
NOT_CODE = {"templates", "static"}
#: Folders of schema that hold no code.
PAPERS = {"documents"}
TESTS_OF_NO_ROOM = {"clients", "contract", "deploy", "engine", "factories", "fakes", "faults", "journeys", "schema"}

LONGEST_FILE = 330
#: Rows of goods, not code.
DATA = ("app/demo/goods",)
#: It could be a library of its own: its `__init__` is its face.
FACES = {"schema/engine"}
#: They say nothing about what a thing is.
EMPTY_NAMES = {"common", "helper", "helpers", "manager", "managers", "misc", "service", "services", "util", "utils"}


def _folders(path: str) -> set[str]:
    return {each.name for each in (ROOT / path).iterdir() if each.is_dir() and each.name[0] not in "._"}


def _parts(room: Path) -> set[str]:
    """Names of a room's modules and folders, its `__init__` left out."""
    return {each.stem for each in room.iterdir() if each.suffix == ".py" or each.is_dir()} - {"__init__", "__pycache__"}


def _files(*tops: str) -> Iterator[Path]:
    for top in tops:
        yield from (path for path in (ROOT / top).rglob("*.py") if "node_modules" not in path.parts)


def _named_in_layers(*, existing: bool) -> set[str]:
    """Names in the layers contract; those in parentheses do not exist yet."""
    names = re.findall(r"[\w.()]+", " ".join(LAYERS))
    return {name.strip("()") for name in names if name.startswith("(") is not existing}


def _rooms() -> set[str]:
    return _folders("app")


def test_the_top_of_the_house_is_fixed() -> None:
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - MAY_STAND - MUST_STAND == set()
    assert found >= MUST_STAND


def test_every_room_is_listed_in_the_layers_and_every_listed_room_exists() -> None:
    listed = {name.removeprefix("app.") for name in _named_in_layers(existing=True) - JOINTS} - {"schema", "share"}
    later = {name.removeprefix("app.") for name in _named_in_layers(existing=False) - JOINTS}
    assert _rooms() - listed - later == set(), "name the new room in the layers contract of pyproject.toml"
    assert _rooms() & later == set(), "the room exists: take its parentheses away in pyproject.toml"
    assert listed - _rooms() == set(), "the room does not exist: put it in parentheses in pyproject.toml"


def test_the_readme_has_the_rooms_in_the_order_of_the_layers() -> None:
    table = (ROOT / "app/README.md").read_text().partition("| room | what it is |")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines() if row for name in re.findall(r"`([\w.]+)`", row.split("|")[1])]
    existing = _named_in_layers(existing=True)
    assert named == [name for layer in LAYERS for name in re.findall(r"[\w.]+", layer) if name in existing]


def test_rooms_are_named_alike_in_app_schema_and_tests() -> None:
    rooms = _rooms() | {"share"}
    assert _folders("schema") - rooms - PAPERS - {"engine"} == set()
    assert _folders("tests") - rooms - TESTS_OF_NO_ROOM == set()
    assert rooms - _folders("tests") == set(), "a room without tests"


def test_a_room_consists_of_the_parts_that_every_room_has() -> None:
    app = {f"app/{room}": PARTS | PARTS_OF_ONE.get(room, set()) for room in _rooms() - OF_THEIR_OWN_SHAPE}
    schema = {f"schema/{room}": PARTS_OF_SCHEMA for room in _folders("schema") - PAPERS - {"engine"}}
    for room, parts in {**app, **schema, "share": PARTS | PARTS_OF_SHARE}.items():
        assert _parts(ROOT / room) - parts - NOT_CODE == set(), room


def test_a_rooms_init_is_a_docstring_and_nothing_else() -> None:
    rooms = {f"{top}/{room}" for top in ("app", "schema") for room in _folders(top) - PAPERS} - FACES
    for room in sorted(rooms | {"app", "schema", "share"}):
        module = ast.parse((ROOT / room / "__init__.py").read_text())
        assert ast.get_docstring(module), room
        assert len(module.body) == 1, room


def test_no_file_is_too_long_to_know() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in _files("app", "schema", "share")}
    too_long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE and not name.startswith(DATA)}
    assert too_long == {}, "a file this long becomes a folder of the same name"


def test_no_name_says_nothing() -> None:
    for path in _files("app", "schema", "share", "tests", "benches"):
        name = path.relative_to(ROOT)
        assert EMPTY_NAMES.isdisjoint(part.removesuffix(".py") for part in name.parts), name
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                assert not re.search(r"(Service|Manager|Helper|Util)s?$", node.name), f"{name}: {node.name}"


def test_what_runs_once_touches_no_database() -> None:
    run = ast.parse((ROOT / "tests/run.py").read_text())
    (once,) = (
        ast.literal_eval(node.value)
        for node in run.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "WITHOUT_DATABASE"
    )
    for path in once:
        assert (ROOT / path).exists(), path
        for file in _files(path):
            assert not re.search(
                r"^\s*(from|import) (tortoise|asyncpg|app\.core\.db|app\.core import .*\bdb\b)",
                file.read_text(),
                re.MULTILINE,
            ), file


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        ("rooms", "app/wechat/planted.py", "import app.orders.models"),
        ("rooms", "app/group_buying/planted.py", "import share.models"),
        ("rooms", "app/ledger/planted.py", "import app.desk.models"),
        ("core-floors", "app/core/money.py", "import app.core.db"),
        ("core-floors", "app/core/planted.py", "import json"),
        ("schema-floors", "schema/engine/planted.py", "import schema.context"),
        ("engine-is-given-ports", "schema/engine/planted.py", "import app.core.ids"),
        ("graphql-stays-above", "app/orders/planted.py", "from graphql import GraphQLError"),
        ("rules-are-pure", "app/orders/rules.py", "import app.core.db"),
        ("rules-are-pure", "share/rules.py", "import asyncio"),
    ],
)
def test_a_forbidden_import_is_found(tmp_path: Path, contract: str, file: str, line: str) -> None:
    for top in ("app", "schema", "share"):
        shutil.copytree(ROOT / top, tmp_path / top, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / file).open("a") as planted:
        planted.write(f"\n{line}\n")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--contract", contract]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 1, said.stdout + said.stderr
    assert file.removesuffix(".py").replace("/", ".") in said.stdout.partition("Broken contracts")[2]
