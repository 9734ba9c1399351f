"""The Makefile and what it starts, with stand-ins for the programs of the machine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIND_PYTHON = ROOT / "deploy" / "find_python.sh"

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def _program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _find_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Look for a Python where only the folder's programs (and cat) are on the path."""
    for needed in ("sh", "cat"):
        (folder / needed).symlink_to(str(shutil.which(needed)))
    return subprocess.run(
        ["sh", str(FIND_PYTHON), *arguments],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    _program(tmp_path / "python3", "exit 1")
    _program(tmp_path / "python3.12", f'exec "{sys.executable}" "$@"')
    assert _find_python(tmp_path).stdout.strip() == "python3.12"


def test_the_python_that_is_asked_for_is_taken(tmp_path: Path) -> None:
    _program(tmp_path / "python3", f'exec "{sys.executable}" "$@"')
    _program(tmp_path / "mine", f'exec "{sys.executable}" "$@"')
    assert _find_python(tmp_path, "mine").stdout.strip() == "mine"


def test_without_a_python_it_says_what_to_do(tmp_path: Path) -> None:
    _program(tmp_path / "python3", "exit 1")
    found = _find_python(tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
    assert "Pintuan needs Python 3.11, 3.12 or 3.13" in found.stderr
    assert "apt install python3 python3-venv" in found.stderr


def test_the_environment_is_installed_once_per_lock_file(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    calls = tmp_path / "calls"
    _program(tmp_path / ".venv/bin/python", f'echo "$@" >> {calls}')

    def make(*arguments: str) -> list[str]:
        calls.write_text("")
        subprocess.run(["make", *arguments], cwd=tmp_path, capture_output=True, check=True, timeout=60)
        return [line for line in calls.read_text().splitlines() if "pip" in line or "-m app" in line]

    install = "-m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt"
    (tmp_path / "requirements.txt").write_text("a==1\n")
    assert make("serve") == [install, "-m app.cli serve"]
    assert make("serve") == ["-m app.cli serve"]
    (tmp_path / "requirements.txt").write_text("a==2\n")
    assert make("demo") == [install, "-m app.cli demo"]


def test_every_command_stands_in_the_help() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert re.findall(r"^make (\w+)", said, re.MULTILINE) == phony[1].split()


def test_what_ci_starts_can_be_started() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert script.stat().st_mode & 0o111
