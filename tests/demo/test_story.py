"""The story is played against a shop of its own, over the network; and it has teeth: it notices what is not as told."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import httpx2
import pytest

from app.demo.story import Screen, play

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    os.environ.get("PINTUAN_TEST_BACKEND") == "postgres", reason="`make serve` is SQLite; the other run plays it"
)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `make serve` and `make demo` see: nothing of the suite's own settings, and a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PINTUAN_")}
    return ours | {"PORT": str(port), "PINTUAN_DATA_DIR": str(tmp_path_factory.mktemp("shop"))}


@pytest.fixture(scope="module")
def shop(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a running shop."""
    origin = f"http://127.0.0.1:{environment['PORT']}"
    log = tmp_path_factory.mktemp("log") / "serve.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve"], cwd=ROOT, env=environment, stdout=out, stderr=out
        )
    try:
        _wait_until_ready(origin, server, log)
        yield origin
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until_ready(origin: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx2.get(f"{origin}/health/ready", trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def screen() -> Screen:
    return Screen(StringIO(), width=200)


def _written(screen: Screen) -> str:
    assert isinstance(screen.out, StringIO)
    return screen.out.getvalue()


def _demo(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "demo", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=180, check=False,
    )  # fmt: skip


async def test_the_story_ends_well_for_every_phone_and_again_by_its_command(
    shop: str, environment: dict[str, str], screen: Screen
) -> None:
    assert await play(shop, wait=False, screen=screen) == 0, _written(screen)
    story = _written(screen)
    for seen in (
        "安安 Ann",
        "小白 Bob",
        "蔡蔡 Cai",
        "丹丹 Dan",
        "‹ ●◐○ FORMING",
        "‹ ●●● COMPLETED",
        "‹ ✉ Your group is complete.",
        "invites you to buy together",
        "The group is complete",
        "TO_SHIP",
        "✗ GROUP_FULL",
        "‹ ✉ Your payment came too late.",
        "‹ ✉ Your refund has arrived.",
        "10 heard it in the app and got no message, 40 got one message from WeChat, 50 inboxes have it once",
        "the old price until",
        "rolls back to version",
        "✗ You have no points to use",
        "is back; the order is RECEIVED",
        "a verified purchase",
        "takes her consent back: WITHDRAWN",
        "from its page, the list, the link and the open web",
        "in her own feed",
        "has 200 points to come: FROZEN",
        "his reward is REVERSED",
        "20 people, 13 payments, 4 refunds",
    ):
        assert seen in story
    played = _demo(environment)
    assert played.returncode == 0, played.stdout + played.stderr
    assert "All as told" in played.stdout
    assert "\x1b" not in played.stdout
    weather = httpx2.get(f"{shop}/wechat-sandbox/_/faults", trust_env=False).json()
    assert weather["errors"] == {}


async def test_one_scene_is_played_by_its_name_and_an_unknown_one_is_told_the_names(shop: str, screen: Screen) -> None:
    assert await play(shop, wait=False, screen=screen, only="alone") == 0, _written(screen)
    assert "3 people, 1 payment, 1 refund" in _written(screen)
    assert "Three friends" not in _written(screen)
    assert await play(shop, wait=False, screen=screen, only="nothing") == 1
    assert "There is no scene nothing: there are groups, story, live" in _written(screen)


async def test_a_shop_that_does_otherwise_ends_the_story_with_what_it_did(shop: str, screen: Screen) -> None:
    faults = f"{shop}/wechat-sandbox/_/faults"
    httpx2.post(faults, json={"errors": {"/sns/jscode2session": 40029}}, trust_env=False)
    try:
        assert await play(shop, wait=False, screen=screen) == 1
    finally:
        httpx2.post(faults, json={}, trust_env=False)
    assert "SignIn gave no SignInSuccess but LOGIN_CODE_INVALID" in _written(screen)


def test_without_a_shop_the_command_says_how_to_start_one(environment: dict[str, str]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        played = _demo(environment, "--at", f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert played.returncode == 1
    assert "make serve" in played.stdout
    assert "Traceback" not in played.stdout + played.stderr


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "http://", "http://127.0.0.1:port", "http://[::"])
async def test_what_is_no_address_is_called_so(address: str, screen: Screen) -> None:
    assert await play(address, wait=False, screen=screen) == 1
    assert "no address of a shop" in _written(screen)
