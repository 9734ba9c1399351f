"""Two roles at PostgreSQL: the owner, who migrates, and the application's, who cannot rewrite what has happened.

With one role for all, triggers refuse changes of append-only tables, but whoever has the application's password
could take a trigger away. With two, server and worker lack the right to try.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

from app.core.settings import Settings

#: Tables of which their own trigger says that rows stay as they are.
_APPEND_ONLY = """
SELECT DISTINCT quote_ident(c.relname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
 WHERE NOT t.tgisinternal AND t.tgname LIKE '%append_only'
"""


async def let_application_in(settings: Settings) -> None:
    """Make the role of `database_url` if there is none, and give it what server and worker need, and no more.

    The owner does it, after each migration. RuntimeError where the application would be the owner, or a superuser.
    """
    url = urlsplit(settings.database_url)
    role, password = unquote(url.username or ""), unquote(url.password or "")
    owner = await asyncpg.connect(settings.database_owner_url.get_secret_value())
    try:
        known = await owner.fetchrow("SELECT rolsuper, rolname = current_user FROM pg_roles WHERE rolname = $1", role)
        if known is not None and any(known):
            raise RuntimeError(
                "PINTUAN_DATABASE_URL names the owner or a superuser: the application needs its own role"
            )
        async with owner.transaction():
            if known is None:
                await owner.execute(
                    await owner.fetchval("SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)",
                                         role, password)
                )  # fmt: skip
            await _grant(owner, await owner.fetchval("SELECT quote_ident($1)", role))
    finally:
        await owner.close()


async def _grant(owner: asyncpg.Connection, role: str) -> None:
    await owner.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    await owner.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    await owner.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    for (table,) in await owner.fetch(_APPEND_ONLY):
        await owner.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {role}")
    await owner.execute(f"REVOKE INSERT, UPDATE, DELETE ON tortoise_migrations FROM {role}")
