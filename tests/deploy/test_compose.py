"""compose.yaml, read as data: a Docker engine is not needed to see what is wrong with it."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.settings import Settings
from app.wechat.sandbox import __main__ as sandbox_command
from app.wechat.sandbox.guard import refusal_to_start

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SETTINGS = {f"PINTUAN_{name.upper()}" for name in Settings.model_fields}
REFERENCE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<kind>:[-?])(?P<rest>[^}]*))?\}")
#: What answers to nobody: it ends by itself, or has no door.
WITHOUT_DOOR = {"migrate", "worker"}


def _env_file(path: Path) -> dict[str, str]:
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def _filled(value: str, given: dict[str, str]) -> str:
    """The value as compose fills it in; a variable that is needed and not given is an error, as there."""

    def fill(found: re.Match[str]) -> str:
        name, kind, rest = found["name"], found["kind"], found["rest"]
        if given.get(name):
            return given[name]
        assert kind == ":-", f"{name} {rest or 'has no default'}"
        return rest

    return REFERENCE.sub(fill, value)


def _environment(service: dict[str, Any], given: dict[str, str]) -> dict[str, str]:
    """What the service's process sees: null passes a variable on if it is given."""
    filled = {
        name: given.get(name) if value is None else _filled(str(value), given)
        for name, value in service["environment"].items()
    }
    return {name: value for name, value in filled.items() if value is not None}


def _settings(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> Settings:
    for name in SETTINGS & os.environ.keys():
        monkeypatch.delenv(name)
    for name, value in _environment(SERVICES["app1"], given).items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_there_are_two_servers_alike_behind_nginx_and_what_they_stand_on() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "app1", "app2", "worker", "nginx", "sandbox"}
    assert SERVICES["app1"] == SERVICES["app2"]
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"nginx", "sandbox"}
    assert SERVICES["sandbox"]["profiles"] == ["sandbox"]
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["sandbox"]


def test_every_upstream_of_nginx_is_a_service_at_its_port() -> None:
    upstreams = re.findall(r"^\s*server (\w+):(\d+)", (ROOT / "deploy/nginx.conf").read_text(), re.MULTILINE)
    assert [name for name, _ in upstreams] == ["app1", "app2"]
    for name, port in upstreams:
        assert SERVICES[name]["command"][-2:] == ["--port", port]


def test_every_service_with_a_door_has_a_health_check() -> None:
    for name, service in SERVICES.items():
        check = service.get("healthcheck", {})
        assert check.get("disable", False) is (name in WITHOUT_DOOR), name
        assert bool(check.get("test")) is (name not in WITHOUT_DOOR), name


def test_images_have_exact_names() -> None:
    for name, service in SERVICES.items():
        image, _, tag = service["image"].partition(":")
        assert tag, name
        assert tag != "latest", name
        assert "/" not in image, f"{name}: no registry is named"
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert {service["image"] for service in OURS.values()} == {f"pintuan:{version}"}


def test_who_waits_for_whom_waits_for_a_service_that_can_be_ready() -> None:
    for name, service in SERVICES.items():
        for other, wait in service.get("depends_on", {}).items():
            assert other in SERVICES, f"{name} waits for {other}"
            checked = not SERVICES[other]["healthcheck"].get("disable")
            wanted = "service_healthy" if checked else "service_completed_successfully"
            assert wait["condition"] == wanted, f"{name} waits for {other}"
    assert "migrate" in SERVICES["app1"]["depends_on"]
    assert "migrate" in SERVICES["worker"]["depends_on"]


def test_our_processes_may_do_no_more_than_they_need() -> None:
    for name in [*OURS, "nginx"]:
        service = SERVICES[name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for name in ("nginx", "sandbox"):
        assert all(re.match(r"(\$\{PINTUAN_BIND:-)?127\.0\.0\.1", port) for port in SERVICES[name]["ports"]), name


def test_files_and_volumes_that_are_named_exist() -> None:
    made_when_missing = {"./.data/secrets"}
    for name, service in SERVICES.items():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert source in made_when_missing or (ROOT / source).is_file(), f"{name}: {source}"
            else:
                assert source in COMPOSE["volumes"], f"{name}: {source}"


def test_the_address_that_servers_believe_is_nginx() -> None:
    nginx = SERVICES["nginx"]["networks"]["inside"]["ipv4_address"]
    assert SERVICES["app1"]["environment"]["PINTUAN_TRUSTED_PROXIES"] == nginx


def test_only_the_migration_is_the_owner_of_the_tables() -> None:
    given = {"POSTGRES_PASSWORD": "p", "PINTUAN_DATABASE_PASSWORD": "q", "PINTUAN_TOKEN_KEYS": "a:" + "b" * 32}
    for name, service in OURS.items():
        if name == "sandbox":
            continue
        environment = _environment(service, given)
        assert environment["PINTUAN_DATABASE_URL"] == "postgres://pintuan_app:q@postgres:5432/pintuan", name
        owner = environment.get("PINTUAN_DATABASE_OWNER_URL")
        assert owner == ("postgres://pintuan:p@postgres:5432/pintuan" if name == "migrate" else None), name


def test_every_variable_that_is_passed_is_a_setting() -> None:
    for name, service in OURS.items():
        assert service["environment"].keys() - {"PINTUAN_WECHAT_SANDBOX_ANYWAY"} <= SETTINGS, name
    assert {name for name in _env_file(ROOT / "deploy/sandbox.env") if name.startswith("PINTUAN_")} <= SETTINGS | {
        "PINTUAN_DATABASE_PASSWORD"
    }


def test_every_setting_of_wechat_can_be_passed() -> None:
    has_a_good_default = {"PINTUAN_WECHAT_API_ORIGIN", "PINTUAN_WECHAT_PAY_ORIGIN"}
    of_wechat = {name for name in SETTINGS if name.startswith("PINTUAN_WECHAT_")}
    assert of_wechat - has_a_good_default <= OURS["app1"]["environment"].keys()


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|TOKEN|KEY$|KEYS$", name):
                assert value is None or re.fullmatch(r"\$\{\w+:\?[^}]*\}", value), name


def test_with_the_needed_variables_a_server_starts_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "POSTGRES_PASSWORD": "o",
        "PINTUAN_DATABASE_PASSWORD": "p",
        "PINTUAN_TOKEN_KEYS": "a:" + "b" * 32,
        "PINTUAN_WECHAT_APP_ID": "wx1",
        "PINTUAN_WECHAT_APP_SECRET": "s",
        "PINTUAN_WECHAT_MCH_ID": "1900000001",
        "PINTUAN_WECHAT_MERCHANT_SERIAL": "5F",
        "PINTUAN_WECHAT_MERCHANT_KEY_FILE": "/run/secrets/merchant.pem",
        "PINTUAN_WECHAT_API_V3_KEY": "k" * 32,
    }
    settings = _settings(monkeypatch, given)
    assert settings.env == "production"
    assert settings.database_url == "postgres://pintuan_app:p@postgres:5432/pintuan"
    assert settings.redis_url
    assert not settings.in_process_worker
    assert settings.wechat_merchant_key_file is not None
    assert settings.wechat_pay_public_key_file is None


@pytest.mark.parametrize("forgotten", ["PINTUAN_DATABASE_PASSWORD", "PINTUAN_TOKEN_KEYS"])
def test_a_forgotten_secret_is_asked_for(monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    given = {"PINTUAN_DATABASE_PASSWORD": "p", "PINTUAN_TOKEN_KEYS": "a:" + "b" * 32, forgotten: ""}
    with pytest.raises(AssertionError, match=f"{forgotten} is needed"):
        _settings(monkeypatch, given)


def test_the_sandbox_profile_starts_with_its_own_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _settings(monkeypatch, _env_file(ROOT / "deploy/sandbox.env"))
    assert settings.env == "development"
    assert settings.wechat_sandbox
    assert settings.wechat_sandbox_origin == "http://sandbox:8787"
    assert settings.wechat_notify_origin == "http://nginx:8080"
    assert f"sandbox:{settings.sandbox_dir}" in SERVICES["app1"]["volumes"]


def test_the_sandbox_is_told_twice_that_it_may_answer_beyond_loopback() -> None:
    sandbox = SERVICES["sandbox"]
    assert sandbox["command"][:3] == ["python", "-m", "app.wechat.sandbox"]
    asked = sandbox_command._parser().parse_args(sandbox["command"][3:])
    told = asked.anyway + (sandbox["environment"]["PINTUAN_WECHAT_SANDBOX_ANYWAY"] == "yes")
    assert refusal_to_start(host=asked.host, merchant_id="", times_told=told) is None
    assert SERVICES["app1"]["environment"]["PINTUAN_WECHAT_SANDBOX_ORIGIN"] == f"http://sandbox:{asked.port}"
    assert SERVICES["app1"]["environment"]["PINTUAN_WECHAT_SANDBOX_DIR"] == str(asked.data)
