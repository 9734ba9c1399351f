"""What can be asked about pictures. Nothing here writes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.accounts import tokens
from app.core.ids import UploadId
from app.core.targets import Target
from app.media import rules
from app.media.models import Upload
from app.media.states import UploadStatus, Verdict

#: What the paths of pictures begin with that people have handed in.
FOLDER = "uploads/"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as other rooms keep and show it."""

    upload: UploadId
    path: str
    width: int
    height: int
    verdict: Verdict

    @property
    def passed(self) -> bool:
        """Whether everybody may see it."""
        return self.verdict is Verdict.PASSED

    @property
    def kept(self) -> dict[str, Any]:
        """As products and posts keep it."""
        return {"path": self.path, "width": self.width, "height": self.height}

    @classmethod
    def of(cls, upload: Upload) -> "Picture":
        """The picture of an upload that has one."""
        if upload.path is None or upload.width is None or upload.height is None:
            raise ValueError(f"upload {upload.id} has no picture")
        return cls(upload.id, upload.path, upload.width, upload.height, upload.verdict)


async def upload(upload: UploadId) -> Upload | None:
    """An upload in whatever state; None where there is none."""
    return await Upload.get_or_none(id=upload)


async def paths(uploads: Sequence[UploadId]) -> dict[UploadId, str]:
    """Where the pictures of these uploads lie; one without a picture is left out."""
    return {each.id: each.path for each in await Upload.filter(id__in=list(uploads)) if each.path}


async def pictures_of(targets: Sequence[Target]) -> dict[Target, list[Picture]]:
    """The pictures that hang on these things, each thing's in their order; also those that few may see."""
    wanted = {each.id: each for each in targets}
    hung = await Upload.filter(target_id__in=list(wanted), status=UploadStatus.ATTACHED).order_by("position", "id")
    found: defaultdict[Target, list[Picture]] = defaultdict(list)
    for each in hung:
        target = _target_of(each)
        if target and wanted[target.id] == target:
            found[target].append(Picture.of(each))
    return {each: found.get(each, []) for each in targets}


async def all_passed(target: Target) -> bool:
    """Whether every picture that hangs on a thing may be shown to everybody; true where none does."""
    hung = Upload.filter(target_kind=target.kind, target_id=target.id, status=UploadStatus.ATTACHED)
    return not await hung.exclude(verdict=Verdict.PASSED).exists()


async def at_path(path: str) -> Upload | None:
    """The upload whose picture has this path."""
    return await Upload.get_or_none(path=path)


def signed_address(path: str, now: datetime) -> str:
    """A path with what shows it to whoever is given it, for ten to twenty minutes."""
    return _signed(path, rules.address_ends(now))


def address_for_wechat(path: str, now: datetime) -> str:
    """As `signed_address`, for as long as WeChat may need."""
    return _signed(path, int((now + rules.ADDRESS_FOR_WECHAT).timestamp()))


def is_signed(path: str, *, until: str, seal: str, now: datetime) -> bool:
    """Whether what came with a path shows its picture at this moment."""
    if not until.isascii() or not until.isdigit() or not tokens.is_sealed(_sealed_text(path, until), seal):
        return False
    return now.timestamp() < int(until)


def form_of(upload: UploadId) -> dict[str, str]:
    """What the form beside the file must carry: a ticket's address alone lets nobody in."""
    return {"seal": tokens.seal(f"ticket:{upload}")}


def is_form_of(upload: UploadId, form: dict[str, str]) -> bool:
    """Whether a form came from whom the ticket was given."""
    return tokens.is_sealed(f"ticket:{upload}", form.get("seal", ""))


def _signed(path: str, until: int) -> str:
    return f"{path}?until={until}&seal={tokens.seal(_sealed_text(path, str(until)))}"


def _sealed_text(path: str, until: str) -> str:
    return f"media:{path}?{until}"


def _target_of(upload: Upload) -> Target | None:
    target_id: UUID | None = upload.target_id
    return Target(upload.target_kind, target_id) if upload.target_kind and target_id else None
