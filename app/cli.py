"""The command line: `python -m app.cli COMMAND`."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable
from typing import TypeVar
from uuid import UUID

import typer

from app import wiring
from app.core import audit as core_audit
from app.core import db
from app.core.db.migrate import changes_not_in_migrations
from app.core.db.migrate import migrate as migrate_database
from app.core.ids import RefundId
from app.core.settings import Settings, settings
from app.demo import seed as demo_seed
from app.demo import story
from app.demo.welcome import welcome
from app.desk import queries as desk_queries
from app.main import create_app
from app.main import serve as serve_app
from app.payments import actions as payments
from app.worker import work
from schema.root import sdl

T = TypeVar("T")

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Pintuan: social commerce for mini-apps.")


@cli.command()
def serve() -> None:
    """Serve the shop with demo data and an in-process worker on 127.0.0.1:$PORT (default 8000)."""
    port = int(os.environ.get("PORT", "8000"))
    os.environ.setdefault("PINTUAN_PUBLIC_ORIGIN", f"http://127.0.0.1:{port}")
    chosen = settings()
    password = asyncio.run(_prepare(chosen))
    print(welcome(chosen.public_origin, password))
    serve_app(create_app(chosen), host="127.0.0.1", port=port, trusted_proxies=chosen.trusted_proxies)


@cli.command()
def server(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve, and nothing else: no migration, no demo data; the worker is a process of its own."""
    chosen = settings()
    if chosen.wechat_sandbox and not chosen.wechat_sandbox_origin and host not in {"127.0.0.1", "::1", "localhost"}:
        sys.exit("The sandbox lets anybody pay without money: it is not served beyond this machine (--host).")
    serve_app(create_app(chosen), host=host, port=port, trusted_proxies=chosen.trusted_proxies)


@cli.command()
def worker() -> None:
    """Hear facts and do what the clock starts, until stopped."""
    asyncio.run(work(settings()))


@cli.command()
def migrate() -> None:
    """Bring the database to the tables of this version. Two at once: the second waits, then finds nothing to do."""
    asyncio.run(migrate_database(settings()))


@cli.command()
def seed() -> None:
    """Fill an empty database with the demo's goods, deals and staff."""
    password = asyncio.run(_fill(settings()))
    if password:
        print(f"The staff's password: {password}")


@cli.command()
def demo(at: str = "", wait: bool = False) -> None:
    """Play the story against a running shop (default http://127.0.0.1:$PORT); --wait sees a group's time run out."""
    origin = at or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    sys.exit(asyncio.run(story.play(origin, wait=wait, screen=story.screen_for(sys.stdout))))


@cli.command()
def audit() -> None:
    """Look for what must not be in orders, payments, refunds and the books; fails if anything is found."""
    findings = asyncio.run(_with_database(core_audit.run(wiring.CHECKS)))
    for finding in findings:
        print(f"{finding.check}: {finding.subject}")
    print(f"{len(wiring.CHECKS)} questions asked, {len(findings)} faults found")
    sys.exit(1 if findings else 0)


@cli.command()
def desk() -> None:
    """List what needs a person: refunds that WeChat cannot pay out, money that belongs to no order."""
    items = asyncio.run(_with_database(desk_queries.open_items()))
    for item in items:
        print(f"{item.opened_at:%Y-%m-%d %H:%M} UTC  {item.matter}  {item.subject}  {json.dumps(item.detail)}")
    print(f"{len(items)} open")


@cli.command()
def retry_refund(refund: UUID) -> None:
    """Send a failed refund again, once what stood in its way is mended; its id is the subject on the desk."""
    if not asyncio.run(_with_database(payments.retry_refund(RefundId(refund)))):
        sys.exit(f"No refund {refund} has failed.")
    print("It will be sent again within seconds; it leaves the desk when the money has arrived.")


@cli.command()
def schema() -> None:
    """Print the schema in GraphQL's own words."""
    print(sdl(), end="")


@cli.command()
def migration() -> None:
    """Write the migration that the models ask for; says so where they ask for none."""
    written = asyncio.run(changes_not_in_migrations(settings()))
    for each in written:
        print(each.write())
    if not written:
        print("The migrations have all that the models ask for.")


async def _prepare(chosen: Settings) -> str | None:
    await migrate_database(chosen)
    return await _fill(chosen)


async def _fill(chosen: Settings) -> str | None:
    wiring.join_rooms()
    await db.start(chosen)
    try:
        return await demo_seed.fill(chosen)
    finally:
        await db.stop()


async def _with_database(asked: Awaitable[T]) -> T:
    await db.start(settings())
    try:
        return await asked
    finally:
        await db.stop()


if __name__ == "__main__":
    cli()
