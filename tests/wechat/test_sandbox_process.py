"""The sandbox as a process of its own, killed from outside."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from app.wechat.client import MiniProgram
from app.wechat.errors import LoginCodeUsed
from app.wechat.pay import PaymentNotified, WeChatPay
from app.wechat.sandbox import refusal_to_start, sandbox_config
from app.wechat.sandbox.keys import MCH_ID, load_keys
from app.wechat.tokens import MemoryTokenStore

from .conftest import QUICK, Merchant, an_order, doors_of, served

ROOT = Path(__file__).parents[2]


@contextmanager
def a_sandbox(data: Path, port: int, *more: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "app.wechat.sandbox", "--port", str(port), "--data", str(data), *more]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PINTUAN_")}
    process = subprocess.Popen(command, cwd=ROOT, env=clean | environment, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def a_free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


async def answering(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            await writer.wait_closed()
            return
    raise TimeoutError(port)


async def test_a_killed_sandbox_keeps_its_state_and_carries_what_was_not_taken(
    folder: Path, listening: socket.socket
) -> None:
    port = a_free_port()
    merchant_url = f"http://127.0.0.1:{listening.getsockname()[1]}/notify"
    config = sandbox_config(folder, f"http://127.0.0.1:{port}", merchant_url)
    async with WeChatPay(config, patience=QUICK) as pay, httpx2.AsyncClient(base_url=config.api_origin) as phone:
        with a_sandbox(folder, port) as first:
            await answering(port)
            code = (await phone.post("/_/login", json={"as": "ann"})).json()["code"]
            async with MiniProgram(config, MemoryTokenStore()) as mini:
                await mini.login(code)
            prepay_id = await pay.place_order(an_order())
            # Nobody listens at the merchant's yet.
            await phone.post("/_/faults", json={"delay_s": 0.2})
            transaction_id = (await phone.post("/_/pay", json={"prepay_id": prepay_id, "as": "ann"})).json()
            first.send_signal(signal.SIGKILL)
            first.wait()
        merchant = Merchant()
        doors = Starlette(routes=doors_of(merchant, lambda: pay, config))
        async with served(doors, listening):
            with a_sandbox(folder, port, "--pace", "0.01"):
                await answering(port)
                await merchant.until(lambda: bool(merchant.news), within_s=20)
                async with MiniProgram(config, MemoryTokenStore()) as mini:
                    with pytest.raises(LoginCodeUsed):
                        await mini.login(code)
                news = merchant.news[0]
                assert isinstance(news, PaymentNotified)
                assert {"transaction_id": news.transaction.transaction_id} == transaction_id
                assert await pay.query_order("order-0001") == news.transaction


@pytest.mark.parametrize(
    ("more", "environment", "why"),
    [
        (("--host", "0.0.0.0"), {}, "loopback"),  # noqa: S104 - the address that must be refused
        ((), {"PINTUAN_WECHAT_MCH_ID": "1234567890"}, "real merchant"),
        (("--anyway",), {"PINTUAN_WECHAT_MCH_ID": "1234567890"}, "real merchant"),
    ],
)
def test_the_command_refuses_where_real_money_or_strangers_are(
    tmp_path: Path, more: tuple[str, ...], environment: dict[str, str], why: str
) -> None:
    with a_sandbox(tmp_path, a_free_port(), *more, **environment) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert why in said.decode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "starts"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"host": "localhost"}, True),
        ({"merchant_id": MCH_ID}, True),
        ({"host": "192.168.1.2"}, False),
        ({"host": "wechat.example"}, False),
        ({"host": "192.168.1.2", "times_told": 1}, False),
        ({"host": "192.168.1.2", "times_told": 2}, True),
        ({"merchant_id": "1234567890"}, False),
        ({"merchant_id": "1234567890", "times_told": 1}, False),
        ({"merchant_id": "1234567890", "times_told": 2}, True),
    ],
)
def test_only_who_was_told_twice_starts_anyway(given: dict[str, Any], *, starts: bool) -> None:
    asked: dict[str, Any] = {"host": "127.0.0.1", "merchant_id": "", "times_told": 0} | given
    assert (refusal_to_start(**asked) is None) is starts


def test_processes_that_start_at_once_get_the_same_keys(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from app.wechat.sandbox.keys import load_keys;"
        "print(load_keys(Path(sys.argv[1])).api_v3_key)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)]
    printed = {process.communicate(timeout=60)[0] for process in processes}
    assert printed == {f"{load_keys(tmp_path).api_v3_key}\n".encode()}
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
