"""What a shop keeps to itself, looked for in all that it wrote and answered."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from app.accounts.models import Address, Identity
from tests.journeys.installation import TOKEN_KEY, Installation
from tests.journeys.people import a_phone
from tests.journeys.running import Server
from tests.journeys.story import offer_deal, opened_group, paid


@contextmanager
def _heard(server: Server) -> Iterator[list[str]]:
    """Whatever the server answers while the block runs."""
    answers: list[str] = []

    async def keep(response: httpx2.Response) -> None:
        await response.aread()
        answers.append(response.text)

    hooks = server.http.event_hooks
    server.http.event_hooks = {"response": [keep]}
    try:
        yield answers
    finally:
        server.http.event_hooks = hooks


async def test_no_log_holds_an_openid_phone_or_token_and_no_answer_an_openid_or_session_key(
    shop: Installation,
) -> None:
    with _heard(shop.servers[0]) as answers:
        group = await opened_group(shop, await offer_deal(size=2))
        friend = await a_phone(shop, "bob")
        await paid(friend, await friend.join(group.code))
        await shop.all_is_done()
        assert (await friend.told("GROUP_COMPLETED")) == 1
    ours = [
        each
        for identity in await Identity.all()
        for each in (identity.openid, identity.unionid, identity.session_key)
        if each
    ]
    assert len(ours) >= 4
    assert "GROUP_COMPLETED" in "".join(answers)
    assert [each for each in ours if each in "".join(answers)] == []
    phones = [each.phone for each in await Address.all()]
    said = shop.said()
    assert "web.request" in said
    assert [each for each in [*ours, *phones, group.leader.token, friend.token, TOKEN_KEY] if each in said] == []
