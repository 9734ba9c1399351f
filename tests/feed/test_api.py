"""Feeds through the API: what stands in them, and that their pages hold still."""

import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.accounts import actions as accounts
from app.community.actions import feeling, places, posting
from app.community.states import Reaction
from app.core import clock
from app.core.ids import new_id, to_public
from app.core.targets import Target
from app.feed import jobs, rules
from app.feed.models import FeedEdition
from app.group_buying.models import Group
from app.live.actions import running
from tests.conftest import Api
from tests.factories.accounts import a_signed_in_user, a_token, a_user
from tests.factories.community import a_comment, a_community, a_post, public
from tests.factories.feed import a_published_story, feed_of, ids_in, my_feed, whys_in
from tests.factories.group_buying import a_buyer, a_deal, a_group, group_of, money_arrives, opens
from tests.factories.live import a_room
from tests.factories.referral import buys_in_group, comes_by

Work = Callable[[], Awaitable[None]]


async def test_a_community_s_feed_has_posts_stories_open_groups_and_rooms_on_the_air(api: Api) -> None:
    post = await a_post()
    story, group, room = await a_published_story(), await a_group(size=3), await a_room(on_air=True)
    tea = public(post.community_id)
    feed = await feed_of(api, tea)
    kinds = {each["node"]["__typename"]: each["node"]["id"] for each in feed["edges"]}
    assert kinds == {
        "Post": posting.target(post.id).public_id,
        "Story": Target("story", story.id).public_id,
        "Group": Target("group", group.id).public_id,
        "LiveRoom": room.public_id,
    }
    assert whys_in(feed)[room.public_id] == "正在直播"
    assert feed["pageInfo"]["hasNextPage"] is False
    await running.end(room.id, by=room.host)
    await Group.filter(id=group.id).update(held=2)
    assert set(ids_in(await feed_of(api, tea))) == {kinds["Post"], kinds["Story"]}


@pytest.mark.parametrize("seed", range(3))
async def test_pages_neither_repeat_nor_skip_while_everything_moves(api: Api, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test's dice
    ann = await a_signed_in_user()
    tea = await a_community("茶友会", ann.user)
    author = (await a_user()).id
    posts = [await a_post(tea, author) for _ in range(9)]
    there = {posting.target(each.id).public_id for each in posts}
    gone: set[str] = set()
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await my_feed(api, ann.access_token, first=dice.randint(1, 4), after=after)
        seen += ids_in(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        await a_post(tea, author, "后来的")
        liked, removed = dice.choice(posts), dice.choice(posts)
        if posting.target(liked.id).public_id not in gone:
            await feeling.react(user=ann.user, target=posting.target(liked.id), reaction=Reaction.LIKE)
        if posting.target(removed.id).public_id not in seen:
            await posting.take_away(removed.id)
            gone.add(posting.target(removed.id).public_id)
    assert len(seen) == len(set(seen))
    assert set(seen) == there - gone


async def test_behind_the_edition_older_posts_follow_by_their_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_POSTS", 3)
    tea, author = await a_community(), (await a_user()).id
    posts = [posting.target((await a_post(tea, author)).id).public_id for _ in range(8)]
    seen: list[str] = []
    after: str | None = None
    while True:
        page = await feed_of(api, public(tea), first=2, after=after)
        seen += ids_in(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
        await a_post(tea, author)
    assert set(seen[:3]) == set(posts[5:])
    assert seen[3:] == posts[4::-1]


async def test_a_small_community_is_filled_from_elsewhere_and_says_so(api: Api) -> None:
    ann = await a_signed_in_user()
    small = await a_community("小社区", ann.user)
    other = await a_post()
    thing = posting.target(other.id).public_id
    assert whys_in(await feed_of(api, public(small))) == {thing: "来自其他社区"}
    assert whys_in(await my_feed(api, ann.access_token, locale="en")) == {thing: "From another community"}


@pytest.mark.parametrize("chooses", [True, False])
async def test_who_belongs_nowhere_or_alone_to_an_empty_community_reads_what_others_write(
    api: Api, *, chooses: bool
) -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    await a_community("空社区", bob.user)
    thing = posting.target((await a_post()).id).public_id
    for each in (ann, bob):
        await accounts.set_personalised_feed(user=each.user, personalised=chooses)
        assert ids_in(await my_feed(api, each.access_token, first=1)) == [thing]


async def test_whom_she_follows_and_knows_comes_first(api: Api) -> None:
    group = await a_group(size=3)
    await a_group(size=3, prefix="stranger")
    ann = await a_signed_in_user()
    leader = group.members[0].id
    await feeling.follow(follower=ann.user, profile=await accounts.profile_of(leader), wanted=True)
    await feeling.follow(follower=leader, profile=await accounts.profile_of(ann.user), wanted=True)
    post = await a_post(author=leader)
    feed = await my_feed(api, ann.access_token)
    whys = whys_in(feed)
    assert whys[Target("group", group.id).public_id] == "你认识的人在这个团里"
    assert whys[posting.target(post.id).public_id] == "来自你关注的人"
    assert set(ids_in(feed)[:2]) == {Target("group", group.id).public_id, posting.target(post.id).public_id}


async def test_who_completed_a_group_together_knows_each_other(api: Api) -> None:
    done = await a_group(size=2, taken=2)
    ann, bob = done.members
    token = await a_token(ann.id)
    open_one = await a_group(size=3, prefix="other")
    await Group.filter(id=open_one.id).update(leader_id=bob.id)
    from app.group_buying.models import Seat  # noqa: PLC0415 - only here

    await Seat.filter(group_id=open_one.id).update(user_id=bob.id)
    assert whys_in(await my_feed(api, token))[Target("group", open_one.id).public_id] == "你认识的人在这个团里"


async def test_who_bought_upon_her_link_and_she_know_each_other(api: Api, do_all_work: Work) -> None:
    ann, bob = await a_buyer("ann"), await a_buyer("bob")
    await comes_by(ann, bob)
    await buys_in_group(ann)
    await do_all_work()
    led: dict[str, str] = {}
    for each in (ann, bob):
        held = await opens(each, await a_deal(size=3))
        await money_arrives(held.order)
        led[each.name] = Target("group", (await group_of(held)).id).public_id
    for each, other in ((ann, bob), (bob, ann)):
        feed = await my_feed(api, await a_token(each.id))
        assert whys_in(feed)[led[other.name]] == "你认识的人在这个团里"


async def test_who_does_not_want_to_be_chosen_for_reads_the_newest_first(api: Api) -> None:
    ann = await a_signed_in_user()
    tea = await a_community("茶友会", ann.user)
    liked, newer = await a_post(tea), await a_post(tea)
    await feeling.follow(follower=ann.user, profile=await accounts.profile_of(liked.author_id), wanted=True)
    liked_id, newer_id = (posting.target(each.id).public_id for each in (liked, newer))
    assert ids_in(await my_feed(api, ann.access_token)) == [liked_id, newer_id]
    await accounts.set_personalised_feed(user=ann.user, personalised=False)
    plain = await my_feed(api, ann.access_token)
    assert ids_in(plain) == [newer_id, liked_id]
    assert set(whys_in(plain).values()) == {"按时间排序"}


async def test_a_community_s_edition_serves_everybody_until_somebody_posts(api: Api) -> None:
    tea = await a_community()
    post = await a_post(tea)
    for _ in range(3):
        await feed_of(api, public(tea))
    assert await FeedEdition.all().count() == 1
    newer = await a_post(tea)
    assert set(ids_in(await feed_of(api, public(tea)))) == {posting.target(each.id).public_id for each in (post, newer)}
    await clock.move(rules.EDITION_SHARED.total_seconds() + 1)
    await feed_of(api, public(tea))
    assert await FeedEdition.all().count() == 3


async def test_a_person_has_few_editions_and_old_ones_are_forgotten(api: Api) -> None:
    ann = await a_signed_in_user()
    await a_post(await a_community("茶友会", ann.user))
    for _ in range(rules.MOST_EDITIONS + 2):
        await my_feed(api, ann.access_token)
    assert await FeedEdition.all().count() == rules.MOST_EDITIONS
    await clock.move((rules.EDITION_KEPT + timedelta(seconds=1)).total_seconds())
    assert await jobs.forget_old() == rules.MOST_EDITIONS


async def test_nobody_reads_on_in_another_s_feed_or_with_a_forged_cursor(api: Api) -> None:
    ann, bob = await a_signed_in_user(), await a_signed_in_user()
    tea = await a_community("茶友会", ann.user, bob.user)
    for _ in range(2):
        await a_post(tea)
    hers = (await my_feed(api, ann.access_token, first=1))["pageInfo"]["endCursor"]
    for asked, token in ((hers, bob.access_token), ("nonsense", ann.access_token)):
        answer = await api("MyFeed", {"first": 1, "after": asked}, token=token)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    answer = await api("CommunityFeed", {"communityId": public(tea), "first": 1, "after": hers})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_community_that_is_none_has_an_empty_feed(api: Api) -> None:
    ann = await a_signed_in_user()
    await a_post(await a_community("茶友会", ann.user))
    for nowhere in ("post", "community"):
        feed = await my_feed(api, ann.access_token, community=to_public(nowhere, new_id()))
        assert (feed["edges"], feed["pageInfo"]["hasNextPage"]) == ([], False)


async def test_a_page_costs_the_same_statements_however_much_it_shows(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core.db import connections  # noqa: PLC0415 - only here

    ann = await a_signed_in_user()
    tea = await a_community("茶友会", ann.user)

    async def cost(first: int) -> int:
        sent: list[str] = []
        connection = connections.connection()
        with monkeypatch.context() as watch:
            for name in ("execute_query", "execute_query_dict"):
                run = getattr(type(connection), name)

                async def counted(self: object, query: str, *given: object, _run: object = run) -> object:
                    sent.append(query)
                    return await _run(self, query, *given)  # type: ignore[operator]  # the backend's own

                watch.setattr(type(connection), name, counted)
            page = await my_feed(api, ann.access_token, first=first)
        assert len(page["edges"]) == first
        return len(sent)

    for _ in range(2):
        post = await a_post(tea)
        await a_comment(post)
        await a_published_story()
    few = await cost(4)
    for _ in range(4):
        await a_post(tea)
        await a_published_story()
    assert await cost(12) == few


async def test_what_is_removed_is_gone_at_once_and_back_where_it_stood(api: Api) -> None:
    tea = await a_community()
    first, second, third = [await a_post(tea) for _ in range(3)]
    page = await feed_of(api, public(tea), first=1)
    await posting.take_away(second.id)
    rest = await feed_of(api, public(tea), after=page["pageInfo"]["endCursor"])
    shown = ids_in(page) + ids_in(rest)
    assert posting.target(second.id).public_id not in shown
    assert set(shown) == {posting.target(each.id).public_id for each in (first, third)}
    await places.join(user=first.author_id, community=tea)
    await posting.let_pass(second.id)
    back = await feed_of(api, public(tea), after=page["pageInfo"]["endCursor"])
    assert posting.target(second.id).public_id in ids_in(page) + ids_in(back)
