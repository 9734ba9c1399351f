import re
import subprocess
import sys
from pathlib import Path

import yaml

from app.core.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Dockerfile").read_text()
#: (instruction, the rest) without comments, continued lines joined.
STEPS = [
    (step.split(None, 1)[0], step.split(None, 1)[1])
    for step in re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)).splitlines()
    if step.strip()
]


def _all(instruction: str) -> list[str]:
    return [rest for name, rest in STEPS if name == instruction]


def test_it_is_built_in_two_stages_from_exact_tags() -> None:
    images = [rest.split()[0] for rest in _all("FROM")]
    assert len(images) == 2
    for image in images:
        assert re.fullmatch(r"python:3\.11-slim-\w+", image), image


def test_the_server_does_not_run_as_root() -> None:
    (user,) = _all("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    after = [name for name, _ in STEPS[STEPS.index(("USER", user)) :]]
    assert {"RUN", "COPY", "ADD"}.isdisjoint(after)


def test_it_says_how_to_see_that_it_lives_without_curl() -> None:
    (check,) = _all("HEALTHCHECK")
    assert "http://127.0.0.1:8000/health/live" in check
    assert '"python", "-c"' in check
    assert "curl" not in check


def test_no_host_and_no_index_is_named() -> None:
    addresses = re.findall(r"https?://([^/\s']+)", TEXT)
    assert set(addresses) == {"127.0.0.1:8000"}
    assert not re.search(r"index-url|find-links|trusted-host|PIP_|apt-get", TEXT)


def test_only_the_locked_runtime_is_installed() -> None:
    installs = [step for step in _all("RUN") if "install" in step and "pip" in step]
    assert len(installs) == 1
    assert "python runtime_lock.py > runtime.txt" in installs[0]
    assert "--require-hashes -r runtime.txt" in installs[0]


def test_what_is_copied_exists_and_passes_dockerignore() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    named = {line[1:] for line in ignore if line.startswith("!")}
    from_here = [rest.split()[:-1] for rest in _all("COPY") if not rest.startswith("--from=")]
    sources = {source for step in from_here for source in step}
    assert sources == named
    assert all((ROOT / source).exists() for source in sources)
    assert "*" in ignore


def test_its_environment_consists_of_settings() -> None:
    known = {f"PINTUAN_{name.upper()}" for name in Settings.model_fields}
    (environment,) = _all("ENV")
    assert set(re.findall(r"(PINTUAN_\w+)=", environment)) <= known


def test_the_commands_that_image_compose_and_make_start_exist() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    lines = [" ".join(service["command"]) for service in services if "command" in service]
    lines += [TEXT.replace('", "', " "), (ROOT / "Makefile").read_text()]
    started = set(re.findall(r"-m app\.cli (\w+)", "\n".join(lines)))
    assert {"serve", "server", "worker", "migrate", "schema", "demo"} <= started
    said = subprocess.run([sys.executable, "-m", "app.cli", "--help"], cwd=ROOT, capture_output=True, check=False)
    assert said.returncode == 0, said.stderr.decode()
    assert started <= set(re.findall(r"\w+", said.stdout.decode()))
