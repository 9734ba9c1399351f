"""What the log never says."""

import json
import logging
from collections.abc import Awaitable, Callable

import pytest

from app.accounts.models import Identity, User
from app.core.log import FORBIDDEN_KEYS, configure_logs, logger
from app.orders.models import Order
from tests.conftest import Api, WeChat
from tests.factories.accounts import an_address
from tests.factories.orders import a_bought, ships

Work = Callable[[], Awaitable[None]]


def test_a_value_under_a_forbidden_name_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(as_json=True)
    logger("test").info("test.event", kept="this", **dict.fromkeys(FORBIDDEN_KEYS, "a secret"))
    line = json.loads(capsys.readouterr().out)
    assert line["kept"] == "this"
    assert {line[name] for name in FORBIDDEN_KEYS} == {"[left out]"}


async def test_no_line_of_a_days_work_says_an_openid_a_phone_or_a_token(
    api: Api, wechat: WeChat, do_all_work: Work, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(as_json=True, level=logging.DEBUG)
    token = await api.sign_in(wechat, "ann")
    code = (await wechat.play("phone", **{"as": "ann"}))["code"]
    await api("BindPhone", {"code": code}, token=token)
    await an_address((await User.get()).id, phone="13912345678")
    await api("SignIn", {"code": "nobody gave this"})
    await api("{ viewer { user { id } } }", token=f"{token}x")
    # WeChat knows of no payment for it, and refuses the parcel: that is logged.
    bought = await a_bought()
    await ships(bought)
    await do_all_work()
    await api("SignOut", token=token)
    said = capsys.readouterr().out
    assert "orders.shipping_refused" in said
    order = await Order.get(id=bought.id)
    assert order.address is not None
    secrets = {token, code, "13912345678", order.address["phone"]}
    secrets |= {each.openid for each in await Identity.all()} | {each.session_key for each in await Identity.all()}
    secrets |= {str(each.phone) for each in await User.all() if each.phone}
    assert [secret for secret in secrets if secret in said] == []
