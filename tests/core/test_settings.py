import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from app.core.settings import Settings

_README = Path(__file__).parents[2] / "app" / "README.md"


def test_every_setting_is_described_and_documented() -> None:
    documented = _README.read_text()
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"`PINTUAN_{name.upper()}`" in documented, f"app/README.md does not name {name}"


def test_every_documented_setting_exists() -> None:
    named = set(re.findall(r"`PINTUAN_([A-Z_]+)`", _README.read_text()))
    others = {"COMPILED_PLANS", "TEST_BACKEND", "TEST_DATABASE_URL", "TEST_REDIS_URL"}
    assert {name.lower() for name in named - others} <= set(Settings.model_fields)


def test_the_defaults_are_the_embedded_shop_and_the_safe_side() -> None:
    chosen = Settings()
    assert chosen.database_url != "postgres"
    assert chosen.wechat_sandbox
    assert not Settings.model_fields["movable_clock"].default


@pytest.mark.parametrize(
    "unsafe",
    [
        {"movable_clock": True},
        {"wechat_sandbox": True},
        {"token_keys": SecretStr("")},
    ],
)
def test_production_refuses_what_is_for_playing(unsafe: dict[str, object]) -> None:
    safe: dict[str, object] = {
        "env": "production",
        "movable_clock": False,
        "wechat_sandbox": False,
        "token_keys": SecretStr("a:" + "x" * 32),
    }
    assert Settings(**safe).env == "production"  # type: ignore[arg-type]  # each is of its field's type
    with pytest.raises(ValidationError):
        Settings(**safe | unsafe)  # type: ignore[arg-type]  # as above


def test_the_sandbox_refuses_to_stand_beside_a_real_merchant() -> None:
    with pytest.raises(ValidationError, match="real merchant"):
        Settings(wechat_mch_id="1900000001", wechat_sandbox=True)


def test_secrets_do_not_show_in_the_settings_repr() -> None:
    assert "hush" not in repr(Settings(token_keys=SecretStr("a:hush"), staff_password=SecretStr("hush")))
