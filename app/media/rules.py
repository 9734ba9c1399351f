"""What media decides, over values."""

from datetime import datetime, timedelta

from app.media.states import UploadPurpose, UploadStatus, Verdict

#: What WeChat checks at most.
LARGEST_UPLOAD = 10 * 1024 * 1024
MIMES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})

TICKET_LIFE = timedelta(minutes=15)
#: What was handed in and hangs nowhere is forgotten after so long.
KEPT_UNUSED = timedelta(days=1)
#: What was withdrawn can be brought back for so long.
KEPT_WITHDRAWN = timedelta(days=30)
#: What one person may have in hand that hangs nowhere yet.
MOST_UNUSED = 100

#: A signed short address holds for one to two of these: rounded, so that a picture keeps its address for a while.
ADDRESS_STEP_S = 600
#: WeChat fetches the picture when it comes to it.
ADDRESS_FOR_WECHAT = timedelta(hours=2)

#: The verdict comes within 30 minutes, or not at all.
VERDICT_WITHIN = timedelta(minutes=35)
CHECKS_AT_MOST = 12
_LONGEST_PAUSE = timedelta(hours=1)
_FIRST_PAUSE = timedelta(seconds=15)

#: The longer side, in pixels.
_LONGEST_SIDE = {UploadPurpose.AVATAR: 512}
_LONGEST_SIDE_OF_OTHERS = 2048


def longest_side(purpose: UploadPurpose) -> int:
    """To how many pixels a picture of this purpose is drawn at most."""
    return _LONGEST_SIDE.get(purpose, _LONGEST_SIDE_OF_OTHERS)


def pause_before_check(attempts: int) -> timedelta:
    """How long WeChat is left alone after so many tries that came to nothing."""
    return min(_FIRST_PAUSE * (1 << min(attempts, 10)), _LONGEST_PAUSE)


def is_public(status: UploadStatus, verdict: Verdict) -> bool:
    """Whether everybody may see a picture."""
    return status is UploadStatus.ATTACHED and verdict is Verdict.PASSED


def is_shown_to_few(status: UploadStatus, verdict: Verdict) -> bool:
    """Whether those may see a picture who were given a signed address."""
    return status in {UploadStatus.STORED, UploadStatus.ATTACHED} and verdict is not Verdict.REJECTED


def address_ends(now: datetime) -> int:
    """Until when a signed address holds that is given now, in seconds since 1970."""
    return (int(now.timestamp()) // ADDRESS_STEP_S + 2) * ADDRESS_STEP_S
