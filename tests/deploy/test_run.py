"""tests/run.py, run on a suite of its own in a temporary folder."""

import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

RUN = Path(__file__).parents[1] / "run.py"
NOBODY = "127.0.0.1:1"  # no server listens on port 1

PASSING = "def test_one(): pass\ndef test_two(): pass\n"
FAILING = "def test_one(): assert False\n"
BY_BACKEND = """
import os, pytest
def test_one(): pass
@pytest.mark.skipif(os.environ["PINTUAN_TEST_BACKEND"] == "sqlite", reason="only PostgreSQL has it")
def test_on_postgres(): assert os.environ["PINTUAN_TEST_DATABASE_URL"]
def test_no_shop_of_the_callers(): assert "PINTUAN_DATABASE_URL" not in os.environ
"""
NEEDS_NODE = "import pytest\ndef test_client(): pytest.skip('node is not installed')\n"
MODULE_NEEDS_NODE = "import pytest\npytest.skip('node is not installed', allow_module_level=True)\n"


def _servers(postgres: str, redis: str) -> dict[str, str]:
    return {"PINTUAN_TEST_DATABASE_URL": f"postgres://u@{postgres}/d", "PINTUAN_TEST_REDIS_URL": f"redis://{redis}/0"}


#: A caller's shell that names a real shop. No plugins: they are a good part of each process's time.
OUTER = {"PINTUAN_DATABASE_URL": "postgres://the-real-shop/", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
NO_SERVERS = _servers(NOBODY, NOBODY)


def _run(folder: Path, suite: dict[str, str], env: dict[str, str], *arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines of a run over the given files, named by their paths under tests/."""
    tests = folder / "tests"
    for name, text in {"run.py": RUN.read_text(), **suite}.items():
        path = tests / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n")
    clean = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    said = subprocess.run(
        [sys.executable, str(tests / "run.py"), *arguments],
        env=clean | OUTER | env,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.returncode, said.stdout.splitlines()


@contextmanager
def _answering(answer: bytes) -> Iterator[str]:
    """Listen on loopback and say one thing to everybody; gives host:port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(64)
            self.request.sendall(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture(scope="module")
def both_servers() -> Iterator[dict[str, str]]:
    with _answering(b"N") as postgres, _answering(b"+PONG\r\n") as redis:
        yield _servers(postgres, redis)


def _last(lines: list[str]) -> str:
    return lines[-1].rpartition(" in ")[0]


def test_without_servers_only_sqlite_runs_and_the_rest_is_named(tmp_path: Path) -> None:
    code, lines = _run(tmp_path, {"test_a.py": PASSING}, NO_SERVERS)
    assert code == 0
    assert _last(lines) == "2 passed, 0 failed, 0 left out"
    assert "== postgres ==" not in lines
    left_out = [line for line in lines if "does not answer at 127.0.0.1:1" in line]
    assert ["PostgreSQL" in left_out[0], "Redis" in left_out[1]] == [True, True]


def test_in_ci_a_missing_server_is_a_failure(tmp_path: Path) -> None:
    code, lines = _run(tmp_path, {"test_a.py": PASSING}, {**NO_SERVERS, "CI": "true"})
    assert code == 1
    assert lines[-1] == "CI=true: what is left out is a failure."


def test_where_both_answer_the_suite_runs_twice(tmp_path: Path, both_servers: dict[str, str]) -> None:
    code, lines = _run(tmp_path, {"test_a.py": BY_BACKEND}, {**both_servers, "CI": "true"})
    assert code == 0, lines
    assert _last(lines) == "5 passed, 0 failed, 0 left out"
    assert "  nothing" in lines


def test_a_stranger_at_the_port_is_not_taken_for_the_server(tmp_path: Path) -> None:
    with _answering(b"HTTP/1.1 400 Bad Request\r\n") as stranger:
        code, lines = _run(tmp_path, {"test_a.py": PASSING}, _servers(stranger, stranger))
    assert code == 0
    assert sum(f"what answers at {stranger}" in line for line in lines) == 2


def test_a_test_without_database_runs_once(tmp_path: Path, both_servers: dict[str, str]) -> None:
    _, lines = _run(tmp_path, {"wechat/test_a.py": PASSING, "orders/test_b.py": PASSING}, both_servers)
    assert _last(lines) == "6 passed, 0 failed, 0 left out"


def test_one_failure_fails_the_whole(tmp_path: Path) -> None:
    code, lines = _run(tmp_path, {"test_a.py": PASSING, "test_b.py": FAILING}, NO_SERVERS)
    assert code == 1
    assert _last(lines) == "2 passed, 1 failed, 0 left out"


@pytest.mark.parametrize("suite", [NEEDS_NODE, MODULE_NEEDS_NODE])
def test_what_no_run_ran_is_named_with_its_reason_and_fails_in_ci(
    tmp_path: Path, both_servers: dict[str, str], suite: str
) -> None:
    files = {"test_a.py": PASSING, "test_client.py": suite}
    code, lines = _run(tmp_path, files, both_servers)
    assert code == 0, lines
    assert "  1 of tests.test_client: node is not installed" in lines
    assert _last(lines) == "4 passed, 0 failed, 1 left out"
    code, _ = _run(tmp_path, files, {**both_servers, "CI": "true"})
    assert code == 1


def test_a_suite_without_tests_is_a_failure(tmp_path: Path) -> None:
    assert _run(tmp_path, {}, NO_SERVERS)[0] == 1
