"""deploy/nginx.conf, run as it is but for addresses and folders, before two small servers."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

HERE = Path(__file__).parent
CONF = HERE.parents[1] / "deploy" / "nginx.conf"
PATIENCE = 20.0  # seconds until a process that does not answer is a failure

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")


@dataclass(frozen=True, slots=True)
class House:
    """nginx before two servers, all on loopback."""

    port: int
    servers: dict[str, subprocess.Popen[bytes]]
    access_log: Path

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status and JSON answer (None if it is not JSON); the path goes out exactly as given."""
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            text = answer.read()
        is_json = (answer.getheader("content-type") or "").startswith("application/json")
        return answer.status, json.loads(text) if is_json else None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _rendered(folder: Path, port: int, server_ports: dict[str, int]) -> str:
    text = CONF.read_text()
    for name, server_port in server_ports.items():
        text = text.replace(f"server {name}:8000", f"server 127.0.0.1:{server_port}")
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace("/tmp/", f"{folder}/")  # noqa: S108 the text to replace
    text = text.replace("/dev/stdout", f"{folder}/access.log")
    # Started by root, nginx would hand its work to a user who may not write into the test's folder.
    return "user root;\n" + text if os.geteuid() == 0 else text


@contextlib.contextmanager
def _running(*command: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=HERE, env={**os.environ, **(env or {})})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_door(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{process.args!r} ended with {process.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on {port} after {PATIENCE} s")


@contextlib.contextmanager
def _house(folder: Path) -> Iterator[House]:
    ports = {"app1": _free_port(), "app2": _free_port()}
    port = _free_port()
    conf = folder / "nginx.conf"
    conf.write_text(_rendered(folder, port, ports))
    with contextlib.ExitStack() as stack:
        servers = {}
        for name, server_port in ports.items():
            command = [sys.executable, "-m", "uvicorn", "upstream:app", "--log-level=warning"]
            env = {"UPSTREAM_NAME": name}
            servers[name] = stack.enter_context(_running(*command, f"--port={server_port}", env=env))
        for name, server_port in ports.items():
            _await_door(server_port, servers[name])
        nginx = stack.enter_context(_running("nginx", "-c", str(conf), "-g", "daemon off;"))
        _await_door(port, nginx)
        yield House(port, servers, folder / "access.log")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with _house(tmp_path_factory.mktemp("nginx")) as running:
        yield running


def test_nginx_finds_no_fault_in_the_configuration(tmp_path: Path) -> None:
    conf = tmp_path / "nginx.conf"
    conf.write_text(_rendered(tmp_path, _free_port(), {"app1": _free_port(), "app2": _free_port()}))
    said = subprocess.run(["nginx", "-t", "-c", str(conf)], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert "[warn]" not in said.stderr


def test_both_servers_get_work(house: House) -> None:
    names = [house.ask("GET", "/graphql?query={a}")[1]["name"] for _ in range(10)]
    assert set(names) == {"app1", "app2"}


def test_a_server_that_is_gone_is_passed_over_without_a_lost_request(tmp_path: Path) -> None:
    with _house(tmp_path) as house:
        house.servers["app1"].kill()
        house.servers["app1"].wait()
        answers = [house.ask("POST", "/graphql", b"{}") for _ in range(10)]
    assert [(status, answer["name"]) for status, answer in answers] == [(200, "app2")] * 10


def test_a_socket_goes_through(house: House) -> None:
    protocol = Subprotocol("graphql-transport-ws")
    with connect(f"ws://127.0.0.1:{house.port}/graphql", subprotocols=[protocol]) as client:
        client.send("hello")
        assert client.recv(timeout=10) in {"app1: hello", "app2: hello"}
        assert client.subprotocol == protocol


def test_an_event_arrives_before_the_stream_ends(house: House) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)) as client:
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "gzip"}
        client.request("POST", "/graphql", body=b"{}", headers=headers)
        answer = client.getresponse()
        assert answer.getheader("content-encoding") is None
        assert answer.readline() == b"event: next\n"


@pytest.mark.parametrize(
    ("path", "most"),
    [("/graphql", 256 * 1024), ("/uploads/ticket", 12 * 1024 * 1024), ("/wechat/pay/notify", 64 * 1024)],
)
def test_a_body_over_its_doors_limit_is_refused(house: House, path: str, most: int) -> None:
    assert house.ask("POST", path, b"x" * most)[1]["body"] == most
    status, answer = house.ask("POST", path, b"x" * (most + 1))
    assert (status, answer) == (413, None)


def test_the_address_that_counts_is_the_one_nginx_saw(house: House) -> None:
    _, answer = house.ask("GET", "/graphql", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer["forwarded_for"] == "127.0.0.1"


def test_a_balancer_that_ended_tls_is_believed_and_others_change_nothing(house: House) -> None:
    seen = {
        said: house.ask("GET", "/", headers={"X-Forwarded-Proto": said})[1]["forwarded_proto"]
        for said in ("https", "gopher")
    }
    assert seen == {"https": "https", "gopher": "http"}
    assert house.ask("GET", "/", headers={"Host": "shop.example:8080"})[1]["host"] == "shop.example:8080"


@pytest.mark.parametrize("path", ["/metrics", "//metrics", "/%6Detrics", "/x/../metrics", "/metrics/", "/metrics?a=1"])
def test_metrics_are_not_public(house: House, path: str) -> None:
    assert house.ask("GET", path) == (404, None)


def test_health_is_reachable_and_other_paths_pass_unchanged(house: House) -> None:
    assert house.ask("GET", "/health/live")[1]["path"] == "/health/live"
    assert house.ask("GET", "/s/S23456789AB/poster.png")[1]["path"] == "/s/S23456789AB/poster.png"


def test_the_log_keeps_no_query_and_no_upload_ticket(house: House) -> None:
    house.ask("POST", "/uploads/ticket-5f0a", b"x")
    house.ask("GET", "/graphql?variables=secret-5f0a")
    house.ask("GET", "/logged-5f0a")
    deadline = time.monotonic() + PATIENCE
    while "/logged-5f0a" not in (log := house.access_log.read_text()):
        assert time.monotonic() < deadline, "nginx has not logged the request"
        time.sleep(0.01)
    assert "ticket-5f0a" not in log
    assert "secret-5f0a" not in log
