"""What we do on hearing what happened: publish what waited for its pictures, show covers that passed."""

from app.community.actions import places, posting
from app.core.ids import CommunityId, PostId
from app.core.outbox import Fact, Reaction
from app.media import queries as media
from app.media.facts import PictureChecked


async def publish_with_pictures(fact: PictureChecked) -> None:
    """Publish or reject a post whose picture was checked."""
    if fact.target.kind == posting.KIND:
        await posting.hear_of_picture(PostId(fact.target.id))


async def show_cover(fact: PictureChecked) -> None:
    """Show a community's picture that passed and that hangs there still."""
    if fact.target.kind != places.KIND or not fact.passed:
        return
    for picture in (await media.pictures_of([fact.target]))[fact.target]:
        if picture.upload == fact.upload:
            await places.show_cover(CommunityId(fact.target.id), path=picture.path)


REACTIONS: dict[type[Fact], list[Reaction]] = {PictureChecked: [publish_with_pictures, show_cover]}
