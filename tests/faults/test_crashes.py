"""SIGKILL between a commit and its consequences, and in the midst of them."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial

from app.core import db
from app.notifications import actions as notifications
from app.notifications.models import InboxHead, Message, MessagePurpose, MessageStatus, Notification, NotificationKind
from app.notifications.rules import MessageConsentOutcome
from app.notifications.templates import template_ids
from app.wechat.sandbox import openid_of
from tests.factories.group_buying import Buyer, Opened, a_deal, a_group
from tests.journeys.installation import Installation
from tests.journeys.people import a_phone
from tests.journeys.processes import Process, until
from tests.journeys.running import start_together, start_worker
from tests.journeys.story import offer_deal, opened_group, paid

GROUPS = 12
#: What is left of the deliveries when the worker is killed.
KILLED_AT = (0.85, 0.6, 0.35, 0.1)


async def test_everybody_is_told_once_though_the_server_died_before_anybody_was(shop: Installation) -> None:
    server = shop.servers[0]
    group = await opened_group(shop, await offer_deal())
    friends = [group.leader, await a_phone(shop, "bob"), await a_phone(shop, "cai")]
    for phone in friends:
        await phone.consent()
    for phone in friends[1:]:
        await paid(phone, await phone.join(group.code))
    assert (await group.leader.order(group.order))["status"] == "TO_SHIP"
    assert [await phone.inbox() for phone in friends] == [[], [], []]

    await server.process.kill()
    await start_together(server.start(), shop.worker("after"))
    await shop.all_is_done()
    assert [await phone.told("GROUP_COMPLETED") for phone in friends] == [1, 1, 1]
    assert await group.leader.told("SEAT_TAKEN") == 2
    sent = await _sent_to(shop, [phone.name for phone in friends])
    assert sent == dict.fromkeys([openid_of(phone.name) for phone in friends], 1)


async def test_a_worker_that_is_killed_again_and_again_tells_everybody_once(shop: Installation) -> None:
    deal = await a_deal(quota=1000)
    groups = [await a_group(taken=3, deal=deal, prefix=f"crash{number}-") for number in range(GROUPS)]
    members = [member for group in groups for member in group.members]
    await asyncio.gather(*[_consents(shop, member) for member in members])
    worker = await shop.worker("mortal")
    await _kill_it_often(shop, worker)
    await start_worker(worker)
    await shop.all_is_done()

    for group in groups:
        await _was_told_of_once(group)
    sent = await _sent_to(shop, [member.name for member in members])
    assert set(sent.values()) == {1}, sent
    messages = await Message.filter(user_id__in=[member.id for member in members])
    # What was in a dying worker's hands was perhaps not sent, and is not sent again.
    counts = Counter(each.status for each in messages)
    assert counts[MessageStatus.SENT] + counts[MessageStatus.ATTEMPTED] == len(messages) == len(members)
    assert counts[MessageStatus.SENT] <= len(sent)


async def _consents(shop: Installation, member: Buyer) -> None:
    template = template_ids()[MessagePurpose.GROUP_RESULT]
    await shop.wechat.play("consent", template_ids=[template], **{"as": member.name})
    outcomes = {MessagePurpose.GROUP_RESULT: MessageConsentOutcome.ACCEPT}
    await notifications.report_consent(user=member.id, outcomes=outcomes, client_id="once")


async def _kill_it_often(shop: Installation, worker: Process) -> None:
    """Kill the worker while it has deliveries in hand, start it again, and so on."""
    whole = await _deliveries()
    left = []
    for share in KILLED_AT:
        await until(partial(_is_left, share * whole), f"{share} of the deliveries are left")
        await worker.kill()
        left.append(await _deliveries())
        # The dead worker's leases run out.
        await shop.move_clock(61)
        await start_worker(worker)
    await worker.kill()
    assert sum(each > 0 for each in left) >= 2, f"it was killed too late, with {left} of {whole} deliveries left"
    await shop.move_clock(61)


async def _deliveries() -> int:
    return await db.value(int, "SELECT COUNT(*) AS n FROM deliveries") or 0


async def _is_left(most: float) -> bool:
    return await _deliveries() <= most


async def _was_told_of_once(group: Opened) -> None:
    """Every member has one entry of the completion, the leader one of each friend, and nobody has a gap."""
    for member in group.members:
        entries = await Notification.filter(user_id=member.id).order_by("seq")
        expected = [NotificationKind.GROUP_COMPLETED]
        if member is group.members[0]:
            expected += [NotificationKind.SEAT_TAKEN] * 2
        assert sorted(each.kind for each in entries) == sorted(expected)
        assert [each.seq for each in entries] == list(range(1, len(expected) + 1))
        assert (await InboxHead.get(user_id=member.id)).head == len(expected)


async def _sent_to(shop: Installation, names: Sequence[str]) -> dict[str, int]:
    """How many subscribe messages WeChat has for each of these people who has any."""
    people = {openid_of(name) for name in names}
    messages = (await shop.wechat.sent())["subscribe_messages"]
    return dict(Counter(each["touser"] for each in messages if each["touser"] in people))
