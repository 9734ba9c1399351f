"""What links lead to, read once for all fields that ask."""

from app.core.targets import Target
from share import targets
from share.targets import SharedThing


async def load_things(wanted: list[Target]) -> list[SharedThing | None]:
    """These things as they are now; None for what is no longer there."""
    return [await targets.read(each) for each in wanted]
