"""Public faces of those who write or host."""

from app.core import db
from app.core.ids import ProfileId, UserId, new_id


async def profile_of(user: UserId) -> ProfileId:
    """The profile of this person, made where she has none yet; in the running transaction or one of its own."""
    async with db.transaction():
        await db.execute(
            "INSERT INTO profiles (id, user_id, created_at) VALUES ($1, $2, $now) ON CONFLICT (user_id) DO NOTHING",
            new_id(), user,
        )  # fmt: skip
        found = await db.value(ProfileId, "SELECT id FROM profiles WHERE user_id = $1", user)
        if found is None:
            raise LookupError(f"user {user} has no profile")
        return found
