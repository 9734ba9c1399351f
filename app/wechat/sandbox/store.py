"""The sandbox's memory: one SQLite file. What is committed survives the death of the process."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from app.wechat.sandbox.keys import first_start

T = TypeVar("T")

_BUSY_TIMEOUT_S = 10.0

#: Times are Unix seconds of WeChat's calendar, which `/_/clock` moves; amounts are fen.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS people (
    openid TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, unionid TEXT NOT NULL, phone TEXT NOT NULL,
    session_key TEXT NOT NULL, seen_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, kind TEXT NOT NULL, openid TEXT NOT NULL, expires_at REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS access_tokens (
    value TEXT PRIMARY KEY, pool TEXT NOT NULL, issued_at REAL NOT NULL, expires_at REAL NOT NULL,
    rotated INTEGER NOT NULL DEFAULT 0, forced INTEGER NOT NULL DEFAULT 0);

CREATE TABLE IF NOT EXISTS consents (
    openid TEXT NOT NULL, template_id TEXT NOT NULL, remaining INTEGER NOT NULL,
    PRIMARY KEY (openid, template_id));
CREATE TABLE IF NOT EXISTS sent (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS activities (
    activity_id TEXT PRIMARY KEY, state INTEGER NOT NULL, expires_at REAL NOT NULL,
    parameters TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS url_links (
    ticket TEXT PRIMARY KEY, page TEXT NOT NULL, query TEXT NOT NULL, environment TEXT NOT NULL,
    made_at REAL NOT NULL, expires_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS url_links_made ON url_links (made_at);

CREATE TABLE IF NOT EXISTS orders (
    out_trade_no TEXT PRIMARY KEY, transaction_id TEXT UNIQUE, openid TEXT NOT NULL, total INTEGER NOT NULL,
    parameters TEXT NOT NULL, attach TEXT NOT NULL, notify_url TEXT NOT NULL, state TEXT NOT NULL,
    created_at REAL NOT NULL, expires_at REAL NOT NULL, paid_at REAL);
CREATE TABLE IF NOT EXISTS prepays (
    prepay_id TEXT PRIMARY KEY, out_trade_no TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS refunds (
    out_refund_no TEXT PRIMARY KEY, refund_id TEXT NOT NULL UNIQUE, out_trade_no TEXT NOT NULL,
    amount INTEGER NOT NULL, reason TEXT NOT NULL, notify_url TEXT NOT NULL, state TEXT NOT NULL,
    outcome TEXT NOT NULL, created_at REAL NOT NULL, final_at REAL NOT NULL, success_at REAL);
CREATE INDEX IF NOT EXISTS refunds_by_order ON refunds (out_trade_no);
CREATE INDEX IF NOT EXISTS refunds_due ON refunds (final_at) WHERE state = 'PROCESSING';

CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, url TEXT NOT NULL, about TEXT NOT NULL,
    event TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0,
    due_at REAL NOT NULL, last_answer TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS letters_due ON letters (due_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS letters_about ON letters (about);
"""


class Store:
    """One thread and one connection: work is queued, and each piece of it is one transaction.

    Several processes may share the file. Opened by the first work, closed by `close`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wechat-sandbox")
        self._connection: sqlite3.Connection | None = None

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction; whatever it raises rolls back."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._in_transaction, work)

    def close(self) -> None:
        """Wait for the work that is queued and close the file."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connection = self._connection or self._opened()
        # Taking the write lock first: another process's write between our read and ours would be an error.
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result

    def _opened(self) -> sqlite3.Connection:
        with first_start(self._folder):
            connection = sqlite3.connect(self._folder / "wechat.sqlite", timeout=_BUSY_TIMEOUT_S, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.executescript(_SCHEMA)
        return connection

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None
