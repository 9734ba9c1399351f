"""What purchases need of a buyer's row."""

from app.core import db
from app.core.ids import UserId


async def lock(*users: UserId) -> None:
    """Lock people's rows until the running transaction ends: their own concurrent purchases queue behind it.

    Not against rows that point at her: those only need them to exist.
    """
    await db.rows(str, "SELECT id FROM users WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list(users))
