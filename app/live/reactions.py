"""What we do on hearing what happened: show a cover once it may be shown."""

from app.core.ids import LiveRoomId
from app.core.outbox import Fact, Reaction
from app.live.actions.change import KIND, change, lock
from app.media import queries as media
from app.media.facts import PictureChecked


async def show_cover(fact: PictureChecked) -> None:
    """Show a room's picture that passed; one that was replaced meanwhile, or did not pass, is shown to nobody."""
    if fact.target.kind != KIND or not fact.passed:
        return
    room = await lock(LiveRoomId(fact.target.id))
    hung = (await media.pictures_of([fact.target]))[fact.target]
    for picture in hung:
        if picture.upload == fact.upload and picture.path != room.cover_path:
            await change(room, cover_path=picture.path)


REACTIONS: dict[type[Fact], list[Reaction]] = {PictureChecked: [show_cover]}
