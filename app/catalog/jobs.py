"""What the clock starts."""

from app.core import db
from app.core.worker import Job

_AN_HOUR = 3600


async def look_at_sales() -> int:
    """Bring what lists are ordered by up to what was sold; how many products changed."""
    return await db.execute("UPDATE products SET popularity = sold_count WHERE popularity <> sold_count")


JOBS = [Job("catalog.look_at_sales", look_at_sales, every_seconds=_AN_HOUR)]
