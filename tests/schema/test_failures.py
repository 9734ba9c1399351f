"""What went wrong on our side: said in words, under a number that the log has too."""

import json
import re

import pytest

from app.core.allowance import Allowance
from app.core.log import configure_logs
from schema.engine import Caller, Engine, EngineSettings
from schema.ports import HousePorts
from schema.root import SCHEMA
from schema.trusted import operations


@pytest.mark.parametrize(
    ("locale", "message"), [("zh-CN", "处理超时，请重试。"), ("en", "This took too long. Please try again.")]
)
@pytest.mark.usefixtures("database")
async def test_an_operation_that_took_too_long_has_a_number_in_the_log(
    locale: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(as_json=True)
    # Over at the first wait for the database.
    engine = Engine(SCHEMA._schema, HousePorts(Allowance(1000)), EngineSettings(operation_seconds=0))
    answer = await engine.execute(operations()["Deals"], {"first": 5}, caller=Caller(accept_language=locale))
    await engine.drain()
    (error,) = answer["errors"]
    assert (error["message"], error["extensions"]["code"]) == (message, "INTERNAL")
    number = error["extensions"]["errorId"]
    assert re.fullmatch("[0-9a-f]{32}", number)
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines() if number in line]
    assert [(line["event"], line["level"]) for line in logged] == [("api.internal_error", "error")]
