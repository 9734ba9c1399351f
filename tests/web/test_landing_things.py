"""Links that lead to stories and live rooms, on the open web."""

import httpx2
import pytest

from app.accounts.models import Role
from app.core.allowance import Allowance
from app.core.clock import now
from app.core.targets import Target
from app.live.actions import running
from app.stories import actions, wording
from app.stories.actions import NewStory
from app.stories.states import ReviewDecision
from app.web import landing
from share import targets
from share.models import ShareForm
from tests.factories.accounts import a_user
from tests.factories.checkout import a_product
from tests.factories.live import a_member_of_staff, a_room
from tests.factories.live import a_product as a_bare_product
from tests.factories.share import a_link
from tests.web.conftest import asking

pytestmark = pytest.mark.usefixtures("wechat")


async def _get(path: str) -> httpx2.Response:
    async with asking(landing.routes(Allowance(1000))) as client:
        return await client.get(path)


async def test_a_story_is_shown_with_its_first_words_until_its_customer_takes_it_back() -> None:
    ann, manager = (await a_user("小大明")).id, await a_member_of_staff(Role.COMMUNITY_MANAGER)
    told = NewStory(title="三年的茶", body="每天早上一杯。")
    story = await actions.submit(customer=ann, story=told, wording_version=wording.NEWEST, client_id="s1")
    await actions.review(
        by=manager.user, story=story, decision=ReviewDecision.APPROVE, note=None, publish_at=await now()
    )
    link = await a_link(ann, Target("story", story), form=ShareForm.LINK)
    answer = await _get(f"/s/{link.code}")
    assert answer.status_code == 200
    for words in ("三年的茶", "每天早上一杯。", "买家故事", "小*明 分享给你"):
        assert words in answer.text
    await actions.withdraw(customer=ann, story=story)
    answer = await _get(f"/s/{link.code}")
    assert answer.status_code == 410
    assert "三年的茶" not in answer.text
    assert (await _get(f"/s/{link.code}/poster.png")).status_code == 410


async def test_a_live_room_is_shown() -> None:
    room = await a_room()
    link = await a_link((await a_user()).id, Target("live", room.id), form=ShareForm.LINK)
    announced = await _get(f"/s/{link.code}")
    assert announced.status_code == 200
    assert "春茶上新" in announced.text
    assert "直播预告" in announced.text
    await running.start(room.id, by=room.host)
    assert "正在直播" in (await _get(f"/s/{link.code}")).text
    await running.pause(room.id, by=room.host, as_staff=False)
    assert "直播暂停中" in (await _get(f"/s/{link.code}")).text
    await running.end(room.id, by=room.host)
    assert "直播已经结束" in (await _get(f"/s/{link.code}")).text
    assert (await _get(f"/s/{link.code}/poster.png")).status_code == 200


async def test_a_live_room_without_a_cover_is_shared_under_its_first_product() -> None:
    pictured, bare = (await a_product()).id, await a_bare_product()
    for products, picture in (([pictured, bare], "demo/tea.png"), ([bare], None), ([], None)):
        room = await a_room(products=products)
        thing = await targets.read(Target("live", room.id))
        assert thing is not None
        assert thing.picture_path == picture
