"""The whole story, from the first line to the exit code."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from app.demo.story.scenes import alone, feed, groups, inviting, live, perks, stories
from app.demo.story.scenes.stage import Stage
from app.demo.story.screen import Screen
from app.demo.story.shop import NotAsTold, reach

_TO_SEE_TIME_RUN_OUT: Final = ".venv/bin/python -m app.cli demo --wait"


#: The scenes by the names that `make demo SCENE=` takes, in the order in which they are played.
SCENES: Final[Mapping[str, Callable[[Stage], Awaitable[None]]]] = {
    "groups": groups.friends_and_the_other_ending,
    "story": stories.a_story_and_its_end,
    "live": live.a_room_starts,
    "perks": perks.prices_change_at_the_moment,
    "alone": alone.one_piece_goes_back,
    "feed": feed.a_group_found_in_the_feed,
    "invite": inviting.one_level_and_back,
}


async def play(origin: str, *, wait: bool, screen: Screen, only: str = "") -> int:
    """Play the story against the shop at this origin; 0 if all was as told, else 1 and why not.

    `only` one scene, by its name. With `wait` a group's time runs out as well, which takes some minutes. May be
    repeated for ever.
    """
    if only and only not in SCENES:
        screen.end(f"✗ There is no scene {only}: there are {', '.join(SCENES)}.", well=False)
        return 1
    screen.title("Pintuan 拼团: the story, phone by phone", f"played on {origin} through the public API alone")
    try:
        async with reach(origin) as shop:
            stage = Stage(shop, screen, run=secrets.token_hex(4))
            try:
                await _play_scenes(stage, only=only, wait=wait)
            finally:
                await stage.clear()
    except NotAsTold as problem:
        screen.end(f"✗ {problem}", well=False)
        return 1
    screen.end(f"✓ {_summary(stage)}", well=True)
    return 0


async def _play_scenes(stage: Stage, *, only: str, wait: bool) -> None:
    for name, scene in SCENES.items():
        if only in {"", name}:
            await scene(stage)
    if wait:
        await groups.time_runs_out(stage)
    elif not only:
        stage.screen.tell(
            "A group whose time runs out is refunded too, without anybody's doing. To see it takes three minutes:",
            copy=_TO_SEE_TIME_RUN_OUT,
        )


def _summary(stage: Stage) -> str:
    phones = stage.phones
    payments, pushes = sum(phone.payments for phone in phones), sum(phone.pushes for phone in phones)
    refunds = sum(phone.refunds for phone in phones)
    counted = [
        (len(phones), "person", "people"),
        (payments, "payment", "payments"),
        (refunds, "refund", "refunds"),
        (pushes, "push", "pushes"),
    ]
    told = ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counted)
    return f"All as told, in {stage.screen.elapsed:.1f} s: {told}, none lost and none twice."
