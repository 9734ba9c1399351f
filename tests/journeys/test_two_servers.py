"""Two servers, a worker and WeChat: four processes that share nothing but PostgreSQL and Redis."""

from tests.journeys.installation import Installation
from tests.journeys.sockets import Sockets
from tests.journeys.story import friends_buy_together, offer_deal


async def test_what_one_server_commits_is_pushed_by_the_other(shop: Installation, sockets: Sockets) -> None:
    asks_at, hears_at = shop.servers
    assert len({asks_at.pid, hears_at.pid, shop.workers[0].pid, shop.wechat_pid}) == 4
    requests, news = await hears_at.requests_to("/graphql"), await asks_at.requests_to("/wechat/pay/notify")
    told = await friends_buy_together(shop, sockets, await offer_deal(), asks_at=asks_at, hears_at=hears_at)
    assert all(each.connected for each in (*told.watching, *told.inboxes))
    # Nothing but the sockets came to the server that pushed, so it has committed nothing of this story.
    assert await hears_at.requests_to("/graphql") == requests
    assert await hears_at.requests_to("/wechat/pay/notify") == 0
    assert await asks_at.requests_to("/wechat/pay/notify") >= news + 3
    asked = await shop.command("audit")
    assert asked.code == 0, asked.said
