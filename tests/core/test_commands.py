"""The command line says what is wrong in a line, and what to do."""

import asyncio
import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.cli import _alone_in
from schema.trusted import operations


async def _command(folder: Path, *arguments: str, **environment: str) -> tuple[int | None, str]:
    kept: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.startswith("PINTUAN_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", *arguments,
        env={**kept, "PINTUAN_DATA_DIR": str(folder), **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_mistake_in_the_settings_is_one_line(tmp_path: Path) -> None:
    told = await _command(tmp_path, "migrate", PINTUAN_TOKEN_KEYS="hush", PINTUAN_DATABASE_POOL="many")
    code, said = told
    assert code == 1
    assert sorted(line.partition(": ")[0] for line in said.splitlines()) == [
        "PINTUAN_DATABASE_POOL",
        "PINTUAN_TOKEN_KEYS",
    ]
    assert "hush" not in said


@pytest.mark.parametrize("command", ["server", "worker", "seed"])
async def test_a_database_without_its_tables_is_one_line_that_says_what_to_do(tmp_path: Path, command: str) -> None:
    code, said = await _command(tmp_path, command)
    assert (code, said) == (1, "The database lacks tables of this version: run `python -m app.cli migrate` first.\n")


async def test_a_second_shop_in_the_same_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    with _alone_in(tmp_path):
        code, said = await _command(tmp_path, "serve")
    assert code == 1
    assert said.startswith(f"Another shop is served from {tmp_path} already")
    assert len(said.splitlines()) == 1


async def test_a_document_of_ones_own_that_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "till.graphql").write_text("query Till { till }")
    code, said = await _command(tmp_path, "documents", PINTUAN_DOCUMENTS_DIR=str(tmp_path))
    assert code == 1
    assert said.startswith(f"PINTUAN_DOCUMENTS_DIR: {tmp_path}/till.graphql cannot be run: ")
    assert len(said.splitlines()) == 1


async def test_documents_are_listed_by_the_names_that_production_knows(tmp_path: Path) -> None:
    code, said = await _command(tmp_path, "documents")
    assert code == 0
    listed = {operation: name for name, operation in (line.split("  ") for line in said.splitlines())}
    assert listed["CancelOrder"] == hashlib.sha256(operations()["CancelOrder"].encode()).hexdigest()
    assert "Deals" in listed
