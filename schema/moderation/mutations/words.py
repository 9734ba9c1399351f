"""The words that staff add to the filter."""

from typing import Annotated

import strawberry

from app.accounts.models import Role
from app.moderation import actions, rules
from app.moderation.states import Severity
from schema.context import Info
from schema.inputs import bad_input, must_read_id, read_text
from schema.moderation.types import FilterWord, kinds
from schema.moderation.types.words import open_word
from schema.refusals import Refusal, refusing

_LONGEST_WORD = 20
_LONGEST_NOTE = 200


@strawberry.input
class AddFilterWordInput:
    """A word for the filter."""

    word: str
    severity: Severity
    note: str | None = None


@strawberry.input
class RemoveFilterWordInput:
    """Which word the filter shall forget."""

    id: strawberry.ID
    expected_version: int


FilterWordResult = Annotated[FilterWord | Refusal, strawberry.union("FilterWordResult")]


@strawberry.type
class WordsMutation:
    """What moderators teach the filter."""

    @strawberry.mutation(description="For COMMUNITY_MANAGER. It counts from the next text on.")
    @refusing
    async def add_filter_word(
        self,
        info: Info,
        input: AddFilterWordInput,  # noqa: A002 - the API's word
    ) -> FilterWordResult | None:
        """Let the filter know a word."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        word = read_text(input.word, "input.word", _LONGEST_WORD, shortest=1)
        if not rules.is_word(word):
            bad_input("input.word", "This has no letters that a text could be searched for.")
        note = read_text(input.note or "", "input.note", _LONGEST_NOTE) or None
        made = await actions.add_word(by=by, word=word, severity=input.severity, note=note)
        return await open_word(info, made)

    @strawberry.mutation(description="For COMMUNITY_MANAGER.")
    @refusing
    async def remove_filter_word(
        self,
        info: Info,
        input: RemoveFilterWordInput,  # noqa: A002 - the API's word
    ) -> FilterWordResult | None:
        """Let the filter forget a word."""
        by = info.context.must_have(Role.COMMUNITY_MANAGER).user
        word = must_read_id(kinds.WORD, input.id, "input.id")
        await actions.remove_word(by=by, word=word, expected_version=input.expected_version)
        return await open_word(info, word)
