"""Run the suite on SQLite, then, in a process of its own, on PostgreSQL and Redis where they answer.

Ends by saying what ran, what was left out and why. With CI=true whatever is left out is a failure. Arguments
are handed to pytest. The conftest reads PINTUAN_TEST_BACKEND (sqlite or postgres), PINTUAN_TEST_DATABASE_URL
and PINTUAN_TEST_REDIS_URL. Needs nothing but the standard library and pytest beside it.
"""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
DATABASE_URL = "postgres://postgres@127.0.0.1:5432/postgres"
REDIS_URL = "redis://127.0.0.1:6379/0"

#: These touch no database, so one run says everything; test_layout.py watches that it stays true.
WITHOUT_DATABASE = (
    "tests/contract/test_promises.py",
    "tests/core/test_commands.py",
    "tests/deploy",
    "tests/engine",
    "tests/wechat",
    "tests/test_layout.py",
)

Backend = Literal["sqlite", "postgres"]
Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Server:
    """A server that the second run needs, and how to see that it is the right one."""

    name: str
    variable: str
    default_url: str
    default_port: int
    greeting: bytes
    answers: tuple[bytes, ...]

    @property
    def url(self) -> str:
        """Where the tests look for it."""
        return os.environ.get(self.variable, self.default_url)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of its URL."""
        parts = urlsplit(self.url)
        return parts.hostname or "127.0.0.1", parts.port or self.default_port

    def why_missing(self) -> str | None:
        """None if it answers in its own protocol within three seconds, else the reason in words."""
        host, port = self.address
        try:
            with socket.create_connection((host, port), timeout=3) as connection:
                connection.sendall(self.greeting)
                answer = connection.recv(64)
        except OSError as error:
            return f"{self.name} does not answer at {host}:{port} ({self.variable}): {error}"
        if not answer.startswith(self.answers):
            return f"what answers at {host}:{port} ({self.variable}) is not {self.name}"
        return None


SERVERS = (
    Server(
        name="PostgreSQL",
        variable="PINTUAN_TEST_DATABASE_URL",
        default_url=DATABASE_URL,
        default_port=5432,
        greeting=struct.pack("!ii", 8, 80877103),  # SSLRequest: any PostgreSQL answers one letter, S or N
        answers=(b"S", b"N"),
    ),
    Server(
        name="Redis",
        variable="PINTUAN_TEST_REDIS_URL",
        default_url=REDIS_URL,
        default_port=6379,
        greeting=b"PING\r\n",
        answers=(b"+PONG", b"-NOAUTH"),
    ),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One test and how it ended; a skipped one says why. A module that was skipped whole counts as one test."""

    module: str
    name: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One pytest process: which backend, its exit code, its tests, how long it took."""

    backend: Backend
    code: int
    cases: tuple[Case, ...]
    seconds: float

    def count(self, outcome: Outcome) -> int:
        """How many tests ended so."""
        return sum(case.outcome == outcome for case in self.cases)


def main(arguments: Sequence[str]) -> int:
    """Run everything that can be run here; 0 only if nothing failed and, in CI, nothing was left out."""
    in_ci = os.environ.get("CI") == "true"
    missing = [reason for server in SERVERS if (reason := server.why_missing())]
    runs = [_pytest("sqlite", arguments)]
    if not missing:
        again = [f"--ignore={path}" for path in WITHOUT_DATABASE]
        runs.append(_pytest("postgres", [*again, *arguments]))
    left_out = list(_never_ran(runs))
    for line in _summary(runs, missing, left_out):
        _say(line)
    if any(run.code for run in runs):
        return 1
    if in_ci and (missing or left_out):
        _say("CI=true: what is left out is a failure.")
        return 1
    return 0


def _pytest(backend: Backend, arguments: Sequence[str]) -> Run:
    """Run pytest once; its own output goes straight to ours."""
    _say(f"\n== {backend} ==")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pintuan-tests-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", *arguments]
        code = subprocess.run(command, cwd=ROOT, env=_environment(backend), check=False).returncode
        cases = tuple(_read(report)) if report.exists() else ()
    return Run(backend=backend, code=code, cases=cases, seconds=time.monotonic() - started)


def _environment(backend: Backend) -> dict[str, str]:
    """Return the tests' environment. The caller's own settings do not pass: they may name a real shop."""
    settings = {name for name in os.environ if name.startswith("PINTUAN_") and "_TEST_" not in name}
    ours = {name: value for name, value in os.environ.items() if name not in settings}
    ours["PINTUAN_TEST_BACKEND"] = backend
    if backend == "postgres":
        ours |= {server.variable: server.url for server in SERVERS}
    return ours


def _read(report: Path) -> Iterator[Case]:
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 our own pytest wrote it
        name = case.get("name", "")
        module = case.get("classname") or name
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            yield Case(module, name, "failed")
        elif skipped is None or skipped.get("type") == "pytest.xfail":
            yield Case(module, name, "passed")
        else:
            yield Case(module, name, "skipped", _reason(skipped))


def _reason(skipped: ET.Element) -> str:
    """Why a test was skipped; for a whole module pytest writes the reason into the text alone."""
    message, text = skipped.get("message", ""), skipped.text or ""
    if message == "collection skipped":
        message = text.rpartition("Skipped: ")[2].rstrip("')\"")
    return message or "no reason given"


def _never_ran(runs: Iterable[Run]) -> Iterator[Case]:
    """Tests that no run ran: a test for one database alone is skipped on the other and is not left out."""
    cases = [case for run in runs for case in run.cases]
    ran = {(case.module, case.name) for case in cases if case.outcome != "skipped"}
    skipped = {(case.module, case.name): case for case in cases if case.outcome == "skipped"}
    return (case for name, case in skipped.items() if name not in ran)


def _summary(runs: Sequence[Run], missing: Sequence[str], left_out: Sequence[Case]) -> Iterator[str]:
    yield "\nWhat ran"
    for run in runs:
        state = f"{run.count('passed')} passed, {run.count('failed')} failed, {run.count('skipped')} skipped"
        yield f"  {run.backend:8} {state} in {run.seconds:.0f} s, exit code {run.code}"
    yield "What was left out"
    for reason in missing:
        yield f"  the whole run on PostgreSQL and Redis: {reason}"
    modules = Counter((case.reason, case.module) for case in left_out)
    for (reason, module), count in sorted(modules.items()):
        yield f"  {count} of {module}: {reason}"
    if not missing and not left_out:
        yield "  nothing"
    passed, failed = (sum(run.count(outcome) for run in runs) for outcome in ("passed", "failed"))
    seconds = sum(run.seconds for run in runs)
    yield f"\n{passed} passed, {failed} failed, {len(left_out)} left out in {seconds:.0f} s"


def _say(line: str) -> None:
    """Print at once, so that our lines keep their place among pytest's."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
