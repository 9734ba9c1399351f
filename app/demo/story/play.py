"""The whole story, from the first line to the exit code."""

import secrets
from typing import Final

from app.demo.story import scenes
from app.demo.story.scenes import Stage
from app.demo.story.screen import Screen
from app.demo.story.shop import NotAsTold, reach

_TO_SEE_TIME_RUN_OUT: Final = ".venv/bin/python -m app.cli demo --wait"


async def play(origin: str, *, wait: bool, screen: Screen) -> int:
    """Play the story against the shop at this origin; 0 if all was as told, else 1 and why not.

    With `wait` a group's time runs out as well, which takes some minutes. May be repeated for ever.
    """
    screen.title("Pintuan 拼团: the story, phone by phone", f"played on {origin} through the public API alone")
    try:
        async with reach(origin) as shop:
            stage = Stage(shop, screen, run=secrets.token_hex(4))
            try:
                await _play_all(stage, wait=wait)
            finally:
                await stage.clear()
    except NotAsTold as problem:
        screen.end(f"✗ {problem}", well=False)
        return 1
    screen.end(f"✓ {_summary(stage)}", well=True)
    return 0


async def _play_all(stage: Stage, *, wait: bool) -> None:
    bargain, link = await scenes.friends_fill_a_group(stage)
    await scenes.a_group_dissolves(stage, bargain, link)
    if wait:
        await scenes.time_runs_out(stage)
    else:
        stage.screen.tell(
            "A group whose time runs out is refunded too, without anybody's doing. To see it takes three minutes:",
            copy=_TO_SEE_TIME_RUN_OUT,
        )


def _summary(stage: Stage) -> str:
    phones = stage.phones
    payments, pushes = sum(phone.payments for phone in phones), sum(phone.pushes for phone in phones)
    refunds = sum(phone.kinds.count("REFUND_SENT") for phone in phones)
    return (
        f"All as told, in {stage.screen.elapsed:.1f} s: {len(phones)} people, {payments} payments, {refunds} refunds, "
        f"{pushes} pushes, none lost and none twice."
    )
