"""What purchases need of a buyer's row."""

from app.core import db
from app.core.ids import UserId


async def lock(user: UserId) -> None:
    """Lock a user's row until the running transaction ends: her own concurrent purchases queue behind it.

    Not against rows that point at her: those only need her to exist.
    """
    await db.rows(str, "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE", user)
