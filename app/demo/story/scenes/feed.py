"""A fan reads, follows and comments, and joins a group that she found in the feed."""

from collections.abc import Mapping
from typing import Any, Final

from app.demo.story.errands import find_bargain, join_group, open_group, pay, sign_in
from app.demo.story.phone import Phone
from app.demo.story.scenes.groups import until_status
from app.demo.story.scenes.stage import NIA, OLA, Stage
from app.demo.story.shop import NotAsTold

_PAGE: Final = 10


async def a_group_found_in_the_feed(stage: Stage) -> None:
    """Nia posts her group in a community; Ola finds it there, and it is complete."""
    stage.screen.scene(
        "Found in the feed",
        "Nia tells a community of the group that she has opened. Ola comes by, reads, follows her, and joins. Why "
        "something stands where it does is said beside it.",
        [NIA, OLA],
    )
    nia, ola = stage.phone_of(NIA), stage.phone_of(OLA)
    await sign_in(nia)
    await sign_in(ola)
    community = await _join_community(nia)
    await _join_community(ola)
    bargain = await find_bargain(nia, size=2)
    await pay(nia, await open_group(nia, bargain))
    await until_status(nia, "FORMING")
    post = await _tell_of_group(nia, community)
    author = await _read(ola, community, post)
    await ola.do("Follow", "Following", profileId=author["id"], follow=True)
    await ola.beat(f"follows {author['nickname']}")
    await ola.do("React", "Post", targetId=post, reaction="LIKE")
    said = await ola.do("Comment", "PostComment", targetId=post, text="还差一个吗？我来", clientId=ola.new_key())
    await ola.beat(f"likes it, and writes: {said['text']}")
    code = await _group_in_feed(ola, nia.group["code"])
    await ola.follow(code)
    await pay(ola, await join_group(ola, bargain, code, words="joins it from the feed"))
    for phone in (nia, ola):
        await until_status(phone, "COMPLETED")
        await phone.until_told("GROUP_COMPLETED")


async def _join_community(phone: Phone) -> str:
    edges = (await phone.ask("Communities", first=1, after=None))["communities"]["edges"]
    if not edges:
        raise NotAsTold("There is no community")
    community = edges[0]["node"]
    joined = await phone.do("JoinCommunity", "Community", communityId=community["id"])
    await phone.beat(f"joins the community {community['name']}: {joined['memberCount']} members")
    return str(community["id"])


async def _tell_of_group(nia: Phone, community: str) -> str:
    page = (await nia.ask("GroupPage", code=nia.group["code"]))["group"]
    text = "刚开的团，还差一个人，一起吗？"
    post = await nia.do(
        "CreatePost",
        "Post",
        input={"communityId": community, "text": text, "attachmentId": page["id"], "clientId": nia.new_key()},
    )
    await nia.beat(f"writes there: {text} {post['status']}")
    return str(post["id"])


async def _read(ola: Phone, community: str, post: str) -> Mapping[str, Any]:
    """Find the post in the community's feed; gives who wrote it."""
    async for _ in ola.moments():
        read = (await ola.ask("CommunityFeed", communityId=community, first=_PAGE, after=None))["community"]
        for edge in read["feed"]["edges"]:
            if edge["node"].get("id") == post:
                await ola.beat(f"reads {edge['node']['author']['nickname']}: {edge['node']['text']} ({edge['why']})")
                return dict(edge["node"]["author"])
    raise NotAsTold("Nia's post does not come up in the community's feed")


async def _group_in_feed(ola: Phone, wanted: str) -> str:
    async for _ in ola.moments():
        feed = (await ola.ask("MyFeed", communityId=None, first=_PAGE, after=None))["viewer"]["feed"]
        for edge in feed["edges"]:
            if edge["node"].get("code") == wanted:
                await ola.beat(f"sees Nia's group {wanted} in her own feed ({edge['why']})")
                return wanted
    raise NotAsTold("Nia's group does not come up in Ola's feed")
