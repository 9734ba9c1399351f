"""requirements.txt: one lock file for developers and servers."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from deploy import runtime_lock

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.txt").read_text()
PYPROJECT = (ROOT / "pyproject.toml").read_text()
LOCKED = runtime_lock.locked(LOCK)
RUNTIME = runtime_lock.at_run_time(LOCKED, runtime_lock.wanted(PYPROJECT))
PINS = [Requirement(package.text.split("\\")[0]) for package in LOCKED]
VERSIONS = {runtime_lock.normal(pin.name): next(iter(pin.specifier)).version for pin in PINS}


def test_every_package_is_pinned_once_with_its_hashes() -> None:
    assert len(VERSIONS) == len(LOCKED)
    for pin, package in zip(PINS, LOCKED, strict=True):
        assert [part.operator for part in pin.specifier] == ["=="], package.name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", package.text), package.name
        assert package.asked_for_by, package.name


def test_no_index_and_no_folder_is_named() -> None:
    assert not re.search(r"https?:|file:|index-url|find-links|@ |^-|/\w", LOCK, re.MULTILINE)


def test_what_pyproject_asks_for_is_locked() -> None:
    project = tomllib.loads(PYPROJECT)["project"]
    for line in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        asked = Requirement(line)
        locked = VERSIONS.get(runtime_lock.normal(asked.name))
        assert locked, f"{asked.name} is not locked: make lock"
        assert asked.specifier.contains(locked), f"{asked.name} {locked} does not fit {line}: make lock"


def test_a_server_gets_nothing_that_only_development_needs() -> None:
    names = {package.name for package in RUNTIME}
    assert {"uvicorn", "tortoise-orm", "strawberry-graphql", "uvloop"} <= names
    assert names.isdisjoint({"pytest", "mypy", "ruff", "hypothesis", "import-linter", "coverage"})


@pytest.mark.parametrize("package", [package.name for package in RUNTIME])
def test_a_server_gets_whatever_its_packages_need(package: str) -> None:
    try:
        needs = [Requirement(line) for line in requires(package) or []]
    except ModuleNotFoundError:
        needs = []  # for another platform or Python: not installed here
    here = [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    assert {runtime_lock.normal(need.name) for need in here} <= {package.name for package in RUNTIME}


def test_a_package_that_only_developers_ask_for_is_left_out_with_what_it_brings() -> None:
    lock = """\
# made by hand
server==1 \\
    --hash=sha256:00
    # via pintuan (pyproject.toml)
Shared_Part==1 ; sys_platform == 'linux' \\
    --hash=sha256:01
    # via
    #   server
    #   tester
tester==1 \\
    --hash=sha256:02
    # via pintuan (pyproject.toml)
tester-part==1 \\
    --hash=sha256:03
    # via tester
"""
    wanted = runtime_lock.wanted('[project]\ndependencies = ["server[x]>=1,<2"]')
    kept = runtime_lock.at_run_time(runtime_lock.locked(lock), wanted)
    assert [package.name for package in kept] == ["server", "shared-part"]
    assert "".join(package.text for package in kept) == lock[lock.index("server==") : lock.index("tester==")]


def test_what_the_code_imports_is_asked_for_and_not_only_brought_along() -> None:
    asked = runtime_lock.wanted(PYPROJECT)
    brought_by = packages_distributions()
    imported = {
        name for top in ("app", "schema", "share") for file in (ROOT / top).rglob("*.py") for name in _imports(file)
    }
    for name in sorted(imported - sys.stdlib_module_names - {"app", "schema", "share", "migrations"}):
        distributions = {runtime_lock.normal(each) for each in brought_by.get(name, [])}
        assert distributions & asked, f"{name} is imported and not among pyproject's dependencies"


def _imports(file: Path) -> Iterator[str]:
    """Top names of the modules that a file imports."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
