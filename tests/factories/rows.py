"""All that is stored, to see that nothing has changed."""

from tortoise import Tortoise

from app.core.db.connections import TORTOISE_APP


async def everything() -> dict[str, list[str]]:
    """Every row of every table, as text."""
    return {
        model._meta.db_table: sorted(repr(sorted(row.items())) for row in await model.all().values())
        for model in Tortoise.apps[TORTOISE_APP].values()
    }
