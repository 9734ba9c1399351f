"""Joining, leaving, reacting, following: what is counted is exact."""

import asyncio

import pytest

from app.accounts import actions as accounts
from app.community import queries
from app.community.actions import feeling, places, posting
from app.community.models import Follow, GivenReaction, Member
from app.community.states import Reaction
from app.core.errors import TargetNotFound
from app.core.ids import CommunityId, PostId, ProfileId, new_id
from app.core.targets import Target
from tests.conftest import WeChat
from tests.factories.accounts import a_user
from tests.factories.community import DOUBTED, a_community, a_post, community_now, reactions_to
from tests.factories.live import a_room
from tests.factories.rows import everything


async def test_joining_and_leaving_twice_changes_nothing_more(wechat: WeChat) -> None:
    ann, tea = (await a_user()).id, await a_community()
    for _ in range(2):
        await places.join(user=ann, community=tea)
    assert (await community_now(tea)).member_count == 1
    assert await queries.is_member(ann, tea)
    for _ in range(2):
        await places.leave(user=ann, community=tea)
    assert (await community_now(tea)).member_count == 0
    assert not await queries.is_member(ann, tea)


async def test_members_are_counted_exactly_while_many_come_and_go(wechat: WeChat) -> None:
    tea, people = await a_community(), [(await a_user()).id for _ in range(6)]
    await asyncio.gather(*(places.join(user=each, community=tea) for each in people for _ in range(2)))
    assert (await community_now(tea)).member_count == 6
    coming, going = people[:3], people[3:]
    await asyncio.gather(
        *(places.join(user=each, community=tea) for each in coming),
        *(places.leave(user=each, community=tea) for each in going for _ in range(2)),
    )
    assert (await community_now(tea)).member_count == await Member.filter(community_id=tea).count() == 3


async def test_nobody_joins_what_is_not_there(wechat: WeChat) -> None:
    ann = (await a_user()).id
    before = await everything()
    with pytest.raises(TargetNotFound):
        await places.join(user=ann, community=CommunityId(new_id()))
    assert await everything() == before


async def test_a_second_reaction_replaces_the_first(wechat: WeChat) -> None:
    ann, post = (await a_user()).id, await a_post()
    target = posting.target(post.id)
    await feeling.react(user=ann, target=target, reaction=Reaction.LIKE)
    await feeling.react(user=ann, target=target, reaction=Reaction.WANT)
    assert [each.reaction for each in await GivenReaction.all()] == [Reaction.WANT]
    assert await reactions_to(post.id) == 1
    for _ in range(2):
        await feeling.remove_reaction(user=ann, target=target)
    assert await reactions_to(post.id) == 0


async def test_reactions_are_counted_exactly_while_many_change_theirs(wechat: WeChat) -> None:
    post, people = await a_post(), [(await a_user()).id for _ in range(6)]
    target = posting.target(post.id)
    await asyncio.gather(
        *(feeling.react(user=each, target=target, reaction=how) for each in people for how in Reaction)
    )
    assert await reactions_to(post.id) == 6
    await asyncio.gather(
        *(feeling.remove_reaction(user=each, target=target) for each in people[:4] for _ in range(2)),
        *(feeling.react(user=each, target=target, reaction=Reaction.LOVE) for each in people[4:]),
    )
    assert await reactions_to(post.id) == await GivenReaction.all().count() == 2


@pytest.mark.parametrize("kind", ["post", "product", "story", "nonsense"])
async def test_nobody_reacts_to_what_is_not_there_or_takes_no_reactions(wechat: WeChat, kind: str) -> None:
    ann = (await a_user()).id
    before = await everything()
    with pytest.raises(TargetNotFound):
        await feeling.react(user=ann, target=Target(kind, new_id()), reaction=Reaction.LIKE)
    assert await everything() == before


async def test_nobody_reacts_to_a_post_that_is_in_review(wechat: WeChat) -> None:
    ann, post = (await a_user()).id, await a_post(finding=DOUBTED)
    before = await everything()
    with pytest.raises(TargetNotFound):
        await feeling.react(user=ann, target=posting.target(post.id), reaction=Reaction.LIKE)
    assert await everything() == before
    assert await reactions_to(PostId(post.id)) == 0


async def test_whom_one_follows_is_kept_once_and_can_be_undone(wechat: WeChat) -> None:
    ann, bob = (await a_user()).id, (await a_user()).id
    face = await accounts.profile_of(bob)
    for _ in range(2):
        assert await feeling.follow(follower=ann, profile=face, wanted=True)
    assert await queries.followed_by(ann, limit=5) == [bob]
    assert await queries.mutual_followers(ann, limit=5) == []
    await feeling.follow(follower=bob, profile=await accounts.profile_of(ann), wanted=True)
    assert await queries.mutual_followers(ann, limit=5) == [bob]
    for _ in range(2):
        assert not await feeling.follow(follower=ann, profile=face, wanted=False)
    assert await Follow.all().count() == 1


async def test_nobody_follows_herself_or_nobody(wechat: WeChat) -> None:
    ann = (await a_user()).id
    assert not await feeling.follow(follower=ann, profile=await accounts.profile_of(ann), wanted=True)
    with pytest.raises(TargetNotFound):
        await feeling.follow(follower=ann, profile=ProfileId(new_id()), wanted=True)
    assert await Follow.all().count() == 0


async def test_followers_of_a_host_are_her_room_s_audience(wechat: WeChat) -> None:
    from app.live import queries as live  # noqa: PLC0415 - only here

    room, ann = await a_room(), (await a_user()).id
    await feeling.follow(follower=ann, profile=await accounts.profile_of(room.host), wanted=True)
    assert await live.audience(await room.now(), after=None, limit=9) == [ann]
