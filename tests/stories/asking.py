"""Asking the API about stories."""

from typing import Any

from tests.conftest import Api
from tests.factories.rows import everything


async def refused(api: Api, document: str, variables: dict[str, Any], token: str) -> str:
    """The code of a refusal, told in both languages; nothing has changed."""
    before = await _kept()
    chinese = await api.outcome(document, variables, token=token)
    english = await api.outcome(document, variables, token=token, locale="en")
    assert await _kept() == before
    assert chinese["code"] == english["code"]
    assert english["message"].isascii()
    assert not chinese["message"].isascii()
    return str(chinese["code"])


async def _kept() -> dict[str, list[str]]:
    # A token for WeChat is fetched when the first text is checked.
    return {table: rows for table, rows in (await everything()).items() if table != "access_tokens"}
