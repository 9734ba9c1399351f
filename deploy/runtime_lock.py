#!/usr/bin/env python3
"""Print the part of requirements.txt that a server needs: what pyproject.toml's dependencies bring.

One lock file, with its hashes, serves developers and servers. It says below each package who asked for it
(`# via`); whatever nobody at run time asked for stays out. Run it beside requirements.txt and pyproject.toml.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of the lock file: its lines as they are, and the packages that ask for it."""

    name: str
    text: str
    asked_for_by: frozenset[str]


def normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted(pyproject: str) -> frozenset[str]:
    """Names of the packages that the project itself asks for at run time."""
    dependencies = tomllib.loads(pyproject)["project"]["dependencies"]
    return frozenset(normal(_name(line)) for line in dependencies)


def locked(requirements: str) -> list[Locked]:
    """Every package of the lock file, in its order."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", requirements, flags=re.MULTILINE)[1:]
    return [_read(block) for block in blocks]


def at_run_time(packages: Iterable[Locked], names: frozenset[str]) -> list[Locked]:
    """Those of the packages that are named, or asked for by one that is kept."""
    packages = list(packages)
    while True:
        more = {package.name for package in packages if package.asked_for_by & names}
        if more <= names:
            return [package for package in packages if package.name in names]
        names |= more


def _read(block: str) -> Locked:
    lines = block.splitlines()
    via = re.sub(r"^\s*#(\s*via\b)?", "", "\n".join(line for line in lines if "#" in line), flags=re.MULTILINE)
    asked_for_by = frozenset(normal(_name(line.strip())) for line in via.splitlines() if line.strip())
    return Locked(normal(_name(lines[0])), block, asked_for_by)


def _name(line: str) -> str:
    found = NAME.match(line)
    if found is None:
        raise ValueError(f"no package name at the start of {line!r}")
    return found.group()


if __name__ == "__main__":
    needed = at_run_time(locked(Path("requirements.txt").read_text()), wanted(Path("pyproject.toml").read_text()))
    sys.stdout.write("".join(package.text for package in needed))
