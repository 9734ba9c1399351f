"""What a story brought: from its opening by a link to the order that came by it."""

from collections.abc import Awaitable, Callable

from app.core.ids import new_id
from app.core.targets import Target
from share.models import ShareForm
from tests.conftest import Api, WeChat
from tests.factories.accounts import a_signed_in_user
from tests.factories.group_buying import a_buyer, a_deal, opens, pays
from tests.factories.referral import buys_in_group, comes_by
from tests.factories.share import a_link, a_touch
from tests.factories.stories import a_manager, a_published, a_text, withdraws

Work = Callable[[], Awaitable[None]]

_FIGURES = "query ($id: ID!) { staff { storyFigures(storyId: $id) { opened visitors orders amount { fen } } } }"


async def test_a_story_says_what_it_brought_also_after_it_is_withdrawn(
    api: Api, wechat: WeChat, do_all_work: Work
) -> None:
    manager = (await a_manager()).access_token
    story, other = await a_published(), await a_published(a_text(title="别人的茶"))

    async def figures() -> tuple[int, int, int, int]:
        found = (await api.outcome(_FIGURES, {"id": story.public_id}, token=manager))["storyFigures"]
        return found["opened"], found["visitors"], found["orders"], found["amount"]["fen"]

    assert await figures() == (0, 0, 0, 0)
    ann = await a_buyer("ann")
    card, poster = [await a_link(ann.id, story.target, form=form) for form in (ShareForm.CARD, ShareForm.POSTER)]
    ben, cal, dan = [await a_buyer(name) for name in ("ben", "cal", "dan")]
    await a_touch(card, user=ben.id)
    await a_touch(poster, user=ben.id)
    await a_touch(poster, user=cal.id)
    await a_touch(await a_link(ann.id, other.target), user=dan.id)
    assert await figures() == (3, 2, 0, 0)
    # Who came by the story buys; who came by something else does too.
    await buys_in_group(ben, price=1990)
    await buys_in_group(cal, price=3000)
    await comes_by(dan, ann)
    await buys_in_group(dan, price=9900)
    await do_all_work()
    assert await figures() == (3, 2, 2, 4990)
    await withdraws(story)
    assert await figures() == (3, 2, 2, 4990)


async def test_money_of_a_group_that_failed_is_nothing_that_a_story_brought(
    api: Api, wechat: WeChat, do_all_work: Work
) -> None:
    manager, story = (await a_manager()).access_token, await a_published()
    ann, ben = await a_buyer("ann"), await a_buyer("ben")
    await a_touch(await a_link(ann.id, story.target), user=ben.id)
    held = await opens(ben, await a_deal(size=2, window_seconds=300))
    await pays(wechat, ben, held.order)
    await do_all_work()
    found = await api.outcome(_FIGURES, {"id": story.public_id}, token=manager)
    assert (found["storyFigures"]["orders"], found["storyFigures"]["amount"]["fen"]) == (1, 1990)
    await wechat.move_clock(301)
    await do_all_work()
    found = await api.outcome(_FIGURES, {"id": story.public_id}, token=manager)
    assert (found["storyFigures"]["orders"], found["storyFigures"]["amount"]["fen"]) == (1, 0)


async def test_there_are_no_figures_of_no_story_and_none_for_others(api: Api) -> None:
    manager, stranger = await a_manager(), await a_signed_in_user()
    nothing = {"id": Target("story", new_id()).public_id}
    assert (await api.outcome(_FIGURES, nothing, token=manager.access_token))["storyFigures"] is None
    story = await a_published()
    assert await api.outcome(_FIGURES, {"id": story.public_id}, token=stranger.access_token) is None
