"""The command line: `python -m app.cli COMMAND`."""

import asyncio
import fcntl
import json
import os
import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer
from pydantic import ValidationError

from app import wiring
from app.accounts import flows as accounts
from app.accounts import rules as accounts_rules
from app.accounts.errors import StaffNotFound
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
from app.web import health
from app.worker import work
from schema.root import SCHEMA, sdl
from schema.trusted import DocumentFault, living_documents, operations, own_documents

T = TypeVar("T")

cli = typer.Typer(add_completion=False, no_args_is_help=True, help="Pintuan: social commerce for mini-apps.")


@cli.command()
def serve() -> None:
    """Serve the shop with demo data and an in-process worker on 127.0.0.1:$PORT (default 8000)."""
    port = int(os.environ.get("PORT", "8000"))
    os.environ.setdefault("PINTUAN_PUBLIC_ORIGIN", f"http://127.0.0.1:{port}")
    chosen = settings()
    with _alone_in(chosen.data_dir):
        password = asyncio.run(_prepare(chosen))
        serve_app(
            create_app(chosen),
            host="127.0.0.1",
            port=port,
            trusted_proxies=chosen.trusted_proxies,
            on_open=lambda: print(welcome(chosen.public_origin, password), flush=True),
        )


@cli.command()
def server(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve: no migration, no demo data. With PINTUAN_IN_PROCESS_WORKER (the default) this process is a worker too."""
    chosen = _migrated(settings())
    if chosen.wechat_sandbox and not chosen.wechat_sandbox_origin and host not in {"127.0.0.1", "::1", "localhost"}:
        sys.exit("The sandbox lets anybody pay without money: it is not served beyond this machine (--host).")
    serve_app(create_app(chosen), host=host, port=port, trusted_proxies=chosen.trusted_proxies)


@cli.command()
def worker() -> None:
    """Hear facts and do what the clock starts, until stopped."""
    asyncio.run(work(_migrated(settings())))


@cli.command()
def migrate() -> None:
    """Bring the database to the tables of this version. Two at once: the second waits, then finds nothing to do."""
    asyncio.run(migrate_database(settings()))


@cli.command()
def seed() -> None:
    """Fill an empty database with the demo's goods, deals and staff."""
    password = asyncio.run(_fill(_migrated(settings())))
    if password:
        print(f"The staff's password: {password}")


@cli.command()
def demo(scene: Annotated[str, typer.Argument()] = "", at: str = "", wait: bool = False) -> None:
    """Play the story, or one scene, against a running shop (default http://127.0.0.1:$PORT).

    --wait sees a group's time run out.
    """
    origin = at or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    sys.exit(asyncio.run(story.play(origin, wait=wait, screen=story.screen_for(sys.stdout), only=scene)))


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
def reset_staff_password(username: str) -> None:
    """Give a member of staff a new password, which is asked for, or read from a pipe; her sessions end."""
    _migrated(settings())
    password = getpass("New password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not accounts_rules.SHORTEST_PASSWORD <= len(password) <= accounts_rules.LONGEST_PASSWORD:
        sys.exit("A password has 10 to 256 characters.")
    try:
        asyncio.run(_with_database(accounts.reset_password(username=username, password=password)))
    except StaffNotFound:
        sys.exit(f"Nobody of the staff is called {username}.")
    print("The new password holds. Whoever was signed in by the old one is signed out.")


@cli.command()
def schema() -> None:
    """Print the schema in GraphQL's own words."""
    print(sdl(), end="")


@cli.command()
def documents() -> None:
    """Print the names by which production knows operations, the contract's and your own: SHA-256 and operation."""
    built = SCHEMA._schema  # noqa: SLF001 - as in wiring
    own = settings().documents_dir
    registered = {text: name for name, text in {**living_documents(built), **own_documents(built, own)}.items()}
    for operation, text in [*operations().items(), *(operations(own).items() if own else ())]:
        if text in registered:
            print(f"{registered[text]}  {operation}")


@cli.command()
def migration() -> None:
    """Write the migration that the models ask for; says so where they ask for none."""
    written = asyncio.run(changes_not_in_migrations(settings()))
    for each in written:
        print(each.write())
    if not written:
        print("The migrations have all that the models ask for.")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Serve a data folder alone: SQLite and the sandbox are for one process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "serving.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(f"Another shop is served from {folder} already: stop it, or choose another PINTUAN_DATA_DIR.")
        yield


def _migrated(chosen: Settings) -> Settings:
    """These settings, where their database has the tables of this version; else one line says what to do."""
    if asyncio.run(_lacks_tables(chosen)):
        sys.exit("The database lacks tables of this version: run `python -m app.cli migrate` first.")
    return chosen


async def _lacks_tables(chosen: Settings) -> bool:
    try:
        await db.start(chosen)
        return "migrations" in await health.what_is_missing() and await db.is_ready()
    except OSError:
        # A database that is away is another matter, and may come back.
        return False
    finally:
        await db.stop()


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


def run() -> None:
    """Run a command; mistakes in settings and documents are told in a line each, without a traceback."""
    try:
        cli()
    except ValidationError as error:
        sys.exit("\n".join(_line(each) for each in error.errors(include_input=False, include_url=False)))
    except DocumentFault as error:
        sys.exit(f"PINTUAN_DOCUMENTS_DIR: {error}")


def _line(mistake: Any) -> str:
    name = "".join(f"PINTUAN_{str(part).upper()}: " for part in mistake["loc"])
    return name + str(mistake["msg"]).removeprefix("Value error, ")


if __name__ == "__main__":
    run()
