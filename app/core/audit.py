"""Audit: questions to the database whose every answer is a fault.

Each room keeps its questions in `audit.py` as `CHECKS`. A question is one statement that finds what must not be;
an empty answer is the good one. The words of its name are what an operator reads.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core import db


@dataclass(frozen=True, slots=True)
class Check:
    """`sql` selects a column `subject`: what is wrong, one row each."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be."""

    check: str
    subject: str


async def run(checks: Iterable[Check]) -> list[Finding]:
    """Ask all questions in one transaction; what they found, empty when all is well."""
    async with db.transaction():
        if db.is_postgres():
            # Later questions must see what the first one saw, though the shop goes on selling meanwhile.
            await db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return [Finding(check.name, str(subject)) for check in checks for subject in await db.rows(str, check.sql)]
