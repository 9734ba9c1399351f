"""Where pictures and other files lie: a folder, or an object store such as S3.

A key is a path of ours, never a client's. Whole files only: they are small. Not inside a transaction.
"""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

from app.core.db import refuse_in_transaction
from app.core.settings import settings

#: A phone waits meanwhile: what a store has not done by then it is asked for again later, by whoever asked.
_ONE_TRY = timedelta(seconds=10)
_TRIES: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}


def open_now() -> None:
    """Open the store of the settings: a mistake in them ends a process that begins, not somebody's upload."""
    _store()


async def put(key: str, content: bytes) -> None:
    """Keep a file under this key, in place of what was there; readers find either the one or the other."""
    refuse_in_transaction("a file was written")
    await obstore.put_async(_store(), key, content)


async def get(key: str) -> bytes | None:
    """The file under this key; None where there is none."""
    refuse_in_transaction("a file was read")
    try:
        found = await obstore.get_async(_store(), key)
        return bytes(await found.bytes_async())
    except FileNotFoundError:
        return None


async def delete(key: str) -> None:
    """Forget the file under this key; a repeat changes nothing."""
    refuse_in_transaction("a file was deleted")
    try:
        await obstore.delete_async(_store(), key)
    except FileNotFoundError:
        return


def _store() -> ObjectStore:
    chosen = settings()
    options = chosen.media_store_options.get_secret_value()
    return _opened(chosen.media_store, options, chosen.data_dir)


@cache
def _opened(url: str, options: str, data_dir: Path) -> ObjectStore:
    if not url:
        return LocalStore(data_dir.resolve() / "files", automatic_cleanup=False, mkdir=True)
    config: Any = dict(pair.split("=", 1) for pair in options.split(",") if pair)
    # Without TLS only where the operator wrote so, as for a store in the same house.
    is_plain = any(value.startswith("http://") for value in config.values())
    # The store itself refuses names that it does not know.
    opened: ObjectStore = from_url(
        url, config=config, client_options={"allow_http": is_plain, "timeout": _ONE_TRY}, retry_config=_TRIES
    )
    return opened
