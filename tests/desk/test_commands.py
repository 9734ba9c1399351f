"""The desk from the command line, for whoever keeps the shop."""

import asyncio
import sys

from app.core import clock
from app.core.ids import new_id
from app.desk.models import DeskItem, Matter
from app.group_buying import flows as group_buying
from app.payments import jobs
from app.payments.models import Refund, RefundStatus
from tests.conftest import WeChat
from tests.factories.group_buying import a_group


async def _command(*arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_failed_refund_is_listed_and_sent_again_by_its_id(wechat: WeChat) -> None:
    group = await a_group(size=3, taken=2, wechat=wechat)
    order = await group_buying.leave(member=group.members[1].id, group=group.code, key="leave")
    await wechat.faults(errors={"/v3/refund": "PARAM_ERROR"})
    await jobs.send_refunds()
    refund = await Refund.get(order_id=order)
    assert refund.status is RefundStatus.FAILED
    code, said = await _command("desk")
    (item, total) = said.splitlines()
    assert (code, total) == (0, "1 open")
    assert f"REFUND_FAILED  {refund.id}" in item
    code, _ = await _command("retry-refund", str(refund.id))
    assert code == 0
    now = await Refund.get(id=refund.id)
    assert now.status is RefundStatus.WAITING
    assert now.next_attempt_at is not None
    assert now.next_attempt_at <= await clock.now()
    assert await DeskItem.filter(matter=Matter.REFUND_FAILED, resolved_at=None).count() == 1


async def test_what_has_not_failed_is_told_in_one_line(database: None) -> None:
    unknown = new_id()
    assert await _command("retry-refund", str(unknown)) == (1, f"No refund {unknown} has failed.\n")
