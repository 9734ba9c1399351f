"""Pictures on the desk, many at once."""

from uuid import UUID

from app.core.ids import UploadId
from app.media import queries


async def load_picture_paths(uploads: list[str]) -> list[str | None]:
    """The paths of these uploads, named as the desk names them; None where there is no picture any more."""
    found = await queries.paths([UploadId(UUID(each)) for each in uploads])
    return [found.get(UploadId(UUID(each))) for each in uploads]
