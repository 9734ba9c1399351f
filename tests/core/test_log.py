"""What the log never says."""

import json

import pytest

from app.core.log import FORBIDDEN_KEYS, configure_logs, logger


def test_a_value_under_a_forbidden_name_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(as_json=True)
    logger("test").info("test.event", kept="this", **dict.fromkeys(FORBIDDEN_KEYS, "a secret"))
    line = json.loads(capsys.readouterr().out)
    assert line["kept"] == "this"
    assert {line[name] for name in FORBIDDEN_KEYS} == {"[left out]"}
