"""A share link on the open web: what is there, for whom, and for how long."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO

import httpx2
import pytest
from PIL import Image
from starlette.applications import Starlette

from app.accounts.models import User
from app.core import clock, worker
from app.core.allowance import Allowance
from app.core.settings import settings
from app.core.targets import Target
from app.group_buying.models import Deal, Group
from app.group_buying.states import DealStatus
from app.live.actions import running
from app.web import codes, landing
from app.web.codes import CodePictures, qr_code
from app.wechat.errors import WeChatBusy
from app.wechat.sandbox.drawing import Drawing, address, draw
from app.wiring import JOBS
from share import links
from share.models import ShareForm, Touch, Visitor
from share.queries import Link
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.group_buying import Opened, a_buyer, a_deal, a_group, joins, money_arrives, opens
from tests.factories.live import a_room
from tests.factories.share import a_link, a_thing
from tests.web.conftest import asking

pytestmark = pytest.mark.usefixtures("wechat")

LANDING = "http://127.0.0.1:8000"


async def _get(path: str, **headers: str) -> httpx2.Response:
    async with asking(landing.routes(Allowance(1000))) as client:
        return await client.get(path, headers=headers)


async def _link_to(group: Opened) -> Link:
    return await a_link(group.members[0].id, Target("group", group.id), form=ShareForm.LINK)


@pytest.fixture
async def group() -> Opened:
    return await a_group(taken=2)


@pytest.fixture
async def link(group: Opened) -> Link:
    return await _link_to(group)


async def test_a_group_is_shown_as_it_is_to_anybody(link: Link) -> None:
    answer = await _get(f"/s/{link.code}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for words in ("龙井茶 三人团", "¥19.90", "单买 ¥39.80", "还差 1 人成团", "3 人团", "小*明", "团长"):
        assert words in answer.text
    assert "member0" not in answer.text
    assert f'src="{LANDING}/s/{link.code}/code.png"' in answer.text
    assert f'href="{LANDING}/s/{link.code}/poster.png?lang=zh-CN"' in answer.text


async def test_a_page_may_run_its_own_script_alone_and_is_kept_by_nobody(link: Link) -> None:
    answer = await _get(f"/s/{link.code}")
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("query", "accepted", "language", "words"),
    [
        ("", "en-GB,en;q=0.9", "en", "1 seat left"),
        ("", "zh-CN,zh;q=0.9", "zh-CN", "还差 1 人成团"),
        ("?lang=en", "zh-CN", "en", "1 seat left"),
        ("?lang=zh-CN", "en", "zh-CN", "还差 1 人成团"),
        ("?lang=%3Cscript%3E", "en", "zh-CN", "还差 1 人成团"),
    ],
)
async def test_a_page_speaks_the_language_that_is_asked_for(
    link: Link, query: str, accepted: str, language: str, words: str
) -> None:
    answer = await _get(f"/s/{link.code}{query}", **{"accept-language": accepted})
    assert answer.headers["content-language"] == language
    assert words in answer.text
    assert f"poster.png?lang={language}" in answer.text


async def test_a_page_follows_its_group(group: Opened, link: Link) -> None:
    last = await joins(await a_buyer("last"), await group.now())
    assert "名额占满，等待付款" in (await _get(f"/s/{link.code}")).text
    await money_arrives(last.order)
    assert "拼团成功" in (await _get(f"/s/{link.code}")).text


async def test_a_failing_group_tells_of_its_refunds(link: Link, wechat: WeChat) -> None:
    await wechat.move_clock(86_401)
    await worker.run_until_idle([job for job in JOBS if job.name == "group_buying.decide_deadlines"])
    page = (await _get(f"/s/{link.code}")).text
    assert "拼团没有成功，正在退款" in page
    assert "到截止时间人数没有满。" in page
    assert "退款进度 0/2" in page


async def test_where_the_deal_has_ended_nobody_is_asked_to_open_another_group(group: Opened, link: Link) -> None:
    last = await joins(await a_buyer("last"), await group.now())
    await money_arrives(last.order)
    assert "去小程序开团" in (await _get(f"/s/{link.code}")).text
    await Deal.filter(id=group.deal.id).update(status=DealStatus.ENDED)
    page = (await _get(f"/s/{link.code}")).text
    assert "拼团成功" in page
    assert "去小程序开团" not in page


async def test_a_group_whose_leader_has_not_paid_says_so() -> None:
    buyer = await a_buyer()
    held = await opens(buyer, await a_deal())
    link = await a_link(buyer.id, Target("group", held.group))
    assert "等团长付款" in (await _get(f"/s/{link.code}")).text


async def test_who_leads_now_comes_first(group: Opened) -> None:
    for member, name in zip(group.members, ("甲乙", "丙丁"), strict=True):
        await User.filter(id=member.id).update(nickname=name)
    await Group.filter(id=group.id).update(leader_id=group.members[1].id)
    link = await a_link((await a_user()).id, Target("group", group.id))
    page = (await _get(f"/s/{link.code}")).text
    assert page.index("丙*") < page.index("甲*")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (DealStatus.SCHEDULED, "3 人成团，¥19.90"),
        (DealStatus.PAUSED, "暂停开新团"),
        (DealStatus.ENDED, "这次拼团已经结束"),
    ],
)
async def test_a_deal_is_shown_as_it_is(status: DealStatus, words: str) -> None:
    deal = await a_deal(prices=(2990, 1990))
    link = await a_link((await a_user()).id, Target("deal", deal.id))
    await Deal.filter(id=deal.id).update(status=status)
    assert words in (await _get(f"/s/{link.code}")).text


async def test_a_product_is_shown_with_its_price_alone() -> None:
    deal = await a_deal()
    link = await a_link((await a_user("小红")).id, Target("product", deal.product))
    page = (await _get(f"/s/{link.code}")).text
    for words in ("龙井茶", "¥39.80", "明前龙井，清香回甘。", "小* 分享给你"):
        assert words in page


async def _unknown() -> str:
    return "S23456789AB"


async def _markup() -> str:
    return "%3Cscript%3Ealert(1)"


async def _revoked() -> str:
    link = await a_link((await a_user()).id)
    await links.revoke(inviter=link.inviter, code=link.code)
    return link.code


async def _expired() -> str:
    link = await a_link((await a_user()).id, a_thing(expires_at=await clock.now() + timedelta(minutes=1)))
    await clock.move(61)
    return link.code


async def _taken_down() -> str:
    deal = await a_deal()
    link = await a_link((await a_user()).id, Target("deal", deal.id))
    await Deal.filter(id=deal.id).update(status=DealStatus.TAKEN_DOWN)
    return link.code


async def _of_no_room() -> str:
    return (await a_link((await a_user()).id)).code


@pytest.mark.parametrize("door", ["", "/poster.png", "/code.png"])
@pytest.mark.parametrize(
    ("a_code", "status", "words"),
    [
        (_unknown, 404, "没有找到这个链接"),
        (_markup, 404, "没有找到这个链接"),
        (_revoked, 410, "分享人收回了这个链接"),
        (_expired, 410, "这个链接已经过期"),
    ],
)
async def test_a_link_that_leads_nowhere_says_why_at_every_door(
    a_code: Callable[[], Awaitable[str]], status: int, words: str, door: str
) -> None:
    answer = await _get(f"/s/{await a_code()}{door}")
    assert answer.status_code == status
    assert words in answer.text
    assert "<script>alert" not in answer.text
    assert "code.png" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("a_code", [_taken_down, _of_no_room])
async def test_what_is_withdrawn_is_on_no_page_and_no_poster_but_its_code_opens_the_mini_app(
    a_code: Callable[[], Awaitable[str]],
) -> None:
    code = await a_code()
    answers = [await _get(f"/s/{code}{door}") for door in ("", "/poster.png", "/code.png")]
    assert [answer.status_code for answer in answers] == [410, 410, 200]
    assert "这里的内容已经撤下" in answers[0].text
    assert "龙井茶" not in answers[0].text
    assert f"/s/{code}/code.png" in answers[0].text


async def test_looking_is_no_touch(link: Link) -> None:
    for door in ("", "/poster.png", "/code.png"):
        assert (await _get(f"/s/{link.code}{door}")).status_code == 200
    assert await Touch.all().count() + await Visitor.all().count() == 0


@pytest.fixture
def without_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "landing_pages", False)


@pytest.mark.usefixtures("without_pages")
async def test_one_switch_turns_the_pages_off_and_leaves_the_pictures(link: Link) -> None:
    answer = await _get(f"/s/{link.code}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert (await _get(f"/s/{link.code}/poster.png")).status_code == 200


async def test_pages_on_a_domain_of_their_own_name_it(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "landing_origin", "https://s.example/")
    page = (await _get(f"/s/{link.code}")).text
    assert f'<link rel="canonical" href="https://s.example/s/{link.code}">' in page
    assert f"https://s.example/s/{link.code}/code.png" in page


async def test_the_code_opens_the_groups_page_with_the_links_code(link: Link) -> None:
    answer = await _get(f"/s/{link.code}/code.png")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.content == draw(Drawing(address("pages/group", link.code), 430, transparent=False))


async def test_while_wechat_is_away_the_code_is_asked_for_later(link: Link, wechat: WeChat) -> None:
    await wechat.faults(system_busy=1)
    answer = await _get(f"/s/{link.code}/code.png")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


async def test_a_code_that_wechat_refuses_is_an_error_of_its(link: Link, wechat: WeChat) -> None:
    await wechat.faults(errors={"/wxa/getwxacodeunlimit": 41030})
    assert (await _get(f"/s/{link.code}/code.png")).status_code == 502


def _opened(answer: httpx2.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(BytesIO(answer.content)).convert("RGB")


async def test_a_poster_says_how_things_are_now(group: Opened, link: Link) -> None:
    before = await _get(f"/s/{link.code}/poster.png")
    assert before.headers["content-type"] == "image/png"
    assert before.headers["cache-control"] == "no-store"
    assert _opened(before).size == (750, 1200)
    last = await joins(await a_buyer("last"), await group.now())
    await money_arrives(last.order)
    assert (await _get(f"/s/{link.code}/poster.png")).content != before.content


async def test_a_poster_speaks_the_language_that_is_asked_for(link: Link) -> None:
    chinese, english = [await _get(f"/s/{link.code}/poster.png?lang={each}") for each in ("zh-CN", "en")]
    assert chinese.content != english.content


async def test_a_poster_shows_the_products_picture(link: Link, request: pytest.FixtureRequest) -> None:
    without = _opened(await _get(f"/s/{link.code}/poster.png"))
    file = settings().data_dir / "media/demo/tea.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    request.addfinalizer(file.unlink)
    Image.new("RGB", (80, 80), "#00ff00").save(file)
    middle = (375, 350)
    assert _opened(await _get(f"/s/{link.code}/poster.png")).getpixel(middle) == (0, 255, 0)
    assert without.getpixel(middle) != (0, 255, 0)


@pytest.mark.parametrize("weather", [{"system_busy": 1}, {"errors": {"/wxa/getwxacodeunlimit": 41030}}])
async def test_without_wechat_a_poster_leads_to_the_page(
    link: Link, wechat: WeChat, weather: dict[str, object]
) -> None:
    await wechat.faults(**weather)
    poster = _opened(await _get(f"/s/{link.code}/poster.png"))
    expected = Image.open(BytesIO(qr_code(f"{LANDING}/s/{link.code}"))).convert("RGB")
    shown = poster.crop((504, 956, 700, 1152)).resize((50, 50)).convert("L")
    there = expected.resize((196, 196)).resize((50, 50)).convert("L")
    pairs = zip(shown.tobytes(), there.tobytes(), strict=True)
    assert sum(abs(one - other) < 64 for one, other in pairs) > 2400


@pytest.mark.usefixtures("without_pages")
async def test_without_wechat_and_without_pages_there_is_no_poster_now(link: Link, wechat: WeChat) -> None:
    await wechat.faults(system_busy=1)
    answer = await _get(f"/s/{link.code}/poster.png")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_only_so_many_posters_are_drawn_at_once(
    link: Link, wechat: WeChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "TURN_WITHIN_S", 0)
    # They all wait for the same code, and then want their turn at the same moment.
    await wechat.faults(slow_s=0.3)
    async with asking(landing.routes(Allowance(1000))) as client:
        answers = await asyncio.gather(*[client.get(f"/s/{link.code}/poster.png") for _ in range(6)])
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503, 503, 503]


async def test_who_ask_for_one_code_at_once_ask_wechat_once() -> None:
    pictures = CodePictures()
    first, *others = await asyncio.gather(*[pictures.get(scene="S1", page="pages/group") for _ in range(5)])
    assert all(other is first for other in others)


async def test_who_leaves_takes_the_answer_from_nobody(wechat: WeChat) -> None:
    pictures = CodePictures()
    await wechat.faults(slow_s=0.1)
    leaves, stays = [asyncio.create_task(pictures.get(scene="S1", page="pages/group")) for _ in range(2)]
    await asyncio.sleep(0)
    leaves.cancel()
    assert (await stays).mime == "image/jpeg"
    assert leaves.cancelled()


async def test_codes_are_kept_as_long_as_there_is_room(wechat: WeChat) -> None:
    pictures = CodePictures(most=2)
    kept = [await pictures.get(scene=scene, page="pages/group") for scene in ("S1", "S2", "S1", "S3")]
    assert kept[2] is kept[0]
    await wechat.faults(system_busy=1)
    assert await pictures.get(scene="S1", page="pages/group") is kept[0]
    with pytest.raises(WeChatBusy):
        await pictures.get(scene="S2", page="pages/group")
    await wechat.faults()
    assert (await pictures.get(scene="S2", page="pages/group")).content == kept[1].content


async def test_an_answer_that_came_too_late_serves_the_next(wechat: WeChat, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = CodePictures()
    await wechat.faults(slow_s=0.2)
    monkeypatch.setattr(codes, "WAIT_S", 0.01)
    with pytest.raises(WeChatBusy):
        await pictures.get(scene="S1", page="pages/group")
    monkeypatch.undo()
    assert (await pictures.get(scene="S1", page="pages/group")).mime == "image/jpeg"


async def test_one_address_gets_so_many_pictures_a_minute_and_pages_without_end(link: Link) -> None:
    shop = Starlette(routes=[*landing.routes(Allowance(3))])
    asked = [f"/s/{link.code}/{picture}" for picture in ("code.png", "poster.png", "code.png", "poster.png")]
    async with _from("203.0.113.7", shop) as phone, _from("203.0.113.8", shop) as neighbour:
        answers = [await phone.get(each) for each in asked]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
        assert answers[-1].headers["cache-control"] == "no-store"
        assert (await phone.get(f"/s/{link.code}")).status_code == 200
        assert (await neighbour.get(asked[0])).status_code == 200


def _from(address: str, shop: Starlette) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(shop, client=(address, 50000))
    return httpx2.AsyncClient(transport=transport, base_url="http://shop.test")


async def test_a_live_room_is_shown_until_it_is_cancelled() -> None:
    room = await a_room(title="春茶直播")
    link = await a_link((await a_user()).id, Target("live", room.id), form=ShareForm.LINK)
    shown = await _get(f"/s/{link.code}")
    assert shown.status_code == 200
    assert "春茶直播" in shown.text
    await running.cancel(room.id, by=room.host)
    gone = await _get(f"/s/{link.code}")
    assert gone.status_code == 410
    assert "春茶直播" not in gone.text
