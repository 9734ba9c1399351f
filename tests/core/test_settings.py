import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.core.settings import Settings

SAFE: dict[str, object] = {
    "env": "production",
    "movable_clock": False,
    "wechat_sandbox": False,
    "token_keys": SecretStr("a:" + "x" * 32),
    "wechat_app_id": "wx1",
    "wechat_app_secret": SecretStr("s"),
    "wechat_mch_id": "1900000001",
    "wechat_merchant_serial": "5F",
    "wechat_merchant_key_file": Path("key.pem"),
    "wechat_api_v3_key": SecretStr("k" * 32),
}

_README = Path(__file__).parents[2] / "app" / "README.md"


def _written(default: object) -> str:
    """A default as the table has it: nothing for what is empty."""
    plain = default.get_secret_value() if isinstance(default, SecretStr) else default
    shown = str(plain).lower() if isinstance(plain, bool) else str(plain)
    return f"`{shown}`" if plain not in {None, ""} else ""


def test_the_readme_has_every_setting_with_its_default_and_what_it_is() -> None:
    table = re.findall(r"^\| `PINTUAN_([A-Z_0-9]+)` \| (.*?) ?\| (.+) \|$", _README.read_text(), re.MULTILINE)
    assert {name.lower(): (default, what.replace("`", "")) for name, default, what in table} == {
        name: (_written(field.default), (field.description or "").replace("`", ""))
        for name, field in Settings.model_fields.items()
    }


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a shop for which nobody has set anything."""
    for name in [each for each in os.environ if each.startswith("PINTUAN_")]:
        monkeypatch.delenv(name)
    return Settings()


def test_the_defaults_are_the_embedded_shop(bare: Settings) -> None:
    assert (bare.database_url, bare.redis_url, bare.media_store) == ("", "", "")
    assert bare.in_process_worker
    assert bare.wechat_sandbox


def test_what_the_platform_or_the_law_makes_risky_has_the_safe_side_as_its_default(bare: Settings) -> None:
    assert not bare.movable_clock
    # Nobody can say through a header that she comes from elsewhere, except to a proxy on this machine.
    assert bare.trusted_proxies == "127.0.0.1"
    assert bare.access_token_seconds <= 15 * 60
    assert not bare.wechat_mch_id


def test_in_production_landing_pages_have_a_domain_of_their_own_or_are_nowhere(bare: Settings) -> None:
    def shown(**given: object) -> bool:
        return Settings(**SAFE | {"public_origin": "https://api.example"} | given).has_landing_pages  # type: ignore[arg-type]  # each is of its field's type

    assert bare.has_landing_pages
    assert not Settings(landing_pages=False).has_landing_pages
    assert not shown()
    assert not shown(landing_origin="https://api.example/")
    assert shown(landing_origin="https://pages.example")
    assert not shown(landing_origin="https://pages.example", landing_pages=False)


@pytest.mark.parametrize(
    "unsafe",
    [
        {"movable_clock": True},
        {"wechat_sandbox": True},
        {"token_keys": SecretStr("")},
    ],
)
def test_production_refuses_what_is_for_playing(unsafe: dict[str, object]) -> None:
    assert Settings(**SAFE).env == "production"  # type: ignore[arg-type]  # each is of its field's type
    with pytest.raises(ValidationError):
        Settings(**SAFE | unsafe)  # type: ignore[arg-type]  # as above


def test_what_production_needs_is_named_all_at_once() -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(env="production", movable_clock=False, wechat_sandbox=False)
    (mistake,) = refused.value.errors()
    named = re.findall(r"PINTUAN_([A-Z_0-9]+)", mistake["msg"])
    assert {name.lower() for name in named} == SAFE.keys() - {"env", "movable_clock", "wechat_sandbox"}


@pytest.mark.parametrize(
    "keys",
    ["hushhush", "a:short", ":" + "x" * 32, "a:" + "x" * 31, f"a:{'x' * 32},b", f"a:{'x' * 32},a:{'y' * 32}"],
)
def test_keys_that_sign_tokens_are_named_apart_and_long(keys: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(token_keys=SecretStr(keys))
    assert keys not in str(refused.value)


def test_the_sandbox_refuses_to_stand_beside_a_real_merchant() -> None:
    with pytest.raises(ValidationError, match="real merchant"):
        Settings(wechat_mch_id="1900000001", wechat_sandbox=True)


def test_secrets_do_not_show_in_the_settings_repr() -> None:
    assert "hush" not in repr(Settings(token_keys=SecretStr("a:hush" + "x" * 32), staff_password=SecretStr("hush")))
