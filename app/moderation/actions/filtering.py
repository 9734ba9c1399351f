"""The words that staff add to the filter's list."""

from uuid import UUID

from app.audit_log import actions as audit_log
from app.core import clock, db
from app.core.errors import Stale, TargetNotFound
from app.core.ids import UserId, new_id
from app.core.targets import Target
from app.moderation import queries, rules
from app.moderation.errors import WordExists
from app.moderation.models import FilterWord
from app.moderation.states import Severity

#: The kind of a word's public id.
KIND = "filterword"


@db.retried
async def add_word(*, by: UserId, word: str, severity: Severity, note: str | None) -> UUID:
    """Let the filter know a word, from the next text on; WordExists, also for another spelling of it.

    A word of the house's own list may be added to change its severity upwards: the stricter one counts.
    """
    async with db.transaction():
        made = new_id()
        fresh = await db.execute(
            "INSERT INTO filter_words (id, word, folded, severity, note, added_by, created_at, version) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, 1) ON CONFLICT DO NOTHING",
            made, word, rules.squeeze(word), severity, note, by, await clock.now(),
        )  # fmt: skip
        if not fresh:
            raise WordExists
        detail = {"word": word, "severity": severity}
        await audit_log.note(by=by, verb="filter_word.add", target=Target(KIND, made), detail=detail, reason=note)
        return made


@db.retried
async def remove_word(*, by: UserId, word: UUID, expected_version: int) -> None:
    """Let the filter forget a word that staff added. TargetNotFound, Stale."""
    async with db.transaction():
        found = await queries.filter_word(word)
        if found is None:
            raise TargetNotFound
        changed = await FilterWord.filter(id=word, version=expected_version, removed_at=None).update(
            removed_at=await clock.now(), version=expected_version + 1
        )
        if not changed:
            raise Stale
        await audit_log.note(by=by, verb="filter_word.remove", target=Target(KIND, word), detail={"word": found.word})
