"""Reading what people send to communities."""

from app.community.actions import places
from app.core import ids
from app.core.ids import CommunityId
from app.core.targets import Target
from schema.inputs import bad_input, must_read_id


def read_community(text: str) -> CommunityId:
    """Which community is meant; TargetNotFound for an id of another kind."""
    return CommunityId(must_read_id(places.KIND, text, "input.communityId"))


def read_target(text: str, path: str) -> Target:
    """What an id names, whatever its kind."""
    try:
        return Target.from_public(text)
    except ids.MalformedIdError:
        bad_input(path, "This is no id that this API has given.")
