"""What happened to pictures."""

from dataclasses import dataclass

from app.core.ids import UploadId
from app.core.outbox import Fact
from app.core.targets import Target


@dataclass(frozen=True, slots=True)
class PictureChecked(Fact):
    """It is known whether an attached picture may be shown. Told once for each time that it was attached."""

    upload: UploadId
    target: Target
    passed: bool
