"""Friends without WeChat open a link in their browsers, and are handed over to the mini-app."""

import asyncio
import re
from itertools import cycle, islice

import httpx2

from tests.journeys.installation import Installation
from tests.journeys.people import a_phone
from tests.journeys.processes import until
from tests.journeys.story import offer_deal

_BUTTON = re.compile(r'<a class="button open" href="([^"]+)">')


async def test_browsers_at_every_server_are_handed_over_by_one_url_link(shop: Installation) -> None:
    ann = await a_phone(shop, "ann-in-a-browser")
    link = await ann.do("CreateShareLink", targetId=await offer_deal(), form="LINK")
    path = f"/s/{link['code']}"
    at_once = await asyncio.gather(*[server.http.get(path) for server in islice(cycle(shop.servers), 12)])
    assert {answer.status_code for answer in at_once} == {200}

    async def buttons() -> set[str]:
        """The addresses that pages of all servers have; none while one lacks it."""
        found = [_BUTTON.findall((await server.http.get(path)).text) for server in shop.servers]
        return {address for each in found for address in each} if all(found) else set()

    (address,) = await until(buttons, "every server's page hands over")
    assert {each for answer in at_once for each in _BUTTON.findall(answer.text)} <= {address}
    made = [each for each in (await shop.wechat.sent())["url_links"] if f"s={link['code']}" in each["query"]]
    assert [each["page"] for each in made] == ["pages/deal"]
    async with httpx2.AsyncClient(trust_env=False) as browser:
        assert "Here WeChat would open the mini-app" in (await browser.get(address)).text
