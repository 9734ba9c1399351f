"""Documents of a shop's own front ends, beside the contract's."""

import hashlib
from pathlib import Path

import pytest

from app.core.allowance import Allowance
from app.core.settings import settings
from app.wiring import create_engine
from schema.root import SCHEMA
from schema.trusted import DocumentFault, own_documents, trusted_documents

_BUILT = SCHEMA._schema
_TILL = "query TillProducts { products(first: 1) { edges { node { ...Good } } } }\nfragment Good on Product { title }\n"


@pytest.fixture
def till(tmp_path: Path) -> Path:
    (tmp_path / "till.graphql").write_text(_TILL)
    return tmp_path


@pytest.mark.usefixtures("wechat")
async def test_production_runs_what_the_shops_own_front_ends_send(till: Path) -> None:
    production = settings().model_copy(update={"env": "production", "documents_dir": till})
    engine = create_engine(production, Allowance(1_000))
    name = hashlib.sha256(_TILL.rstrip().encode()).hexdigest()
    answer = await engine.execute(None, extensions={"persistedQuery": {"sha256Hash": name}})
    assert answer["data"]["products"]["edges"] == []
    refused = await engine.execute("{ __typename }")
    assert refused["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    await engine.drain()


def test_own_documents_are_named_as_the_contracts(till: Path) -> None:
    assert own_documents(_BUILT, till) == {
        hashlib.sha256(text.encode()).hexdigest(): text for text in (_TILL, _TILL.rstrip())
    }
    assert own_documents(_BUILT, None) == {}
    assert not own_documents(_BUILT, till).keys() & trusted_documents().keys()


@pytest.mark.parametrize("text", ["query Nothing { nothing }", "query Half {", "query Two { viewer { nothing } }"])
def test_a_document_that_cannot_be_run_is_named(till: Path, text: str) -> None:
    (till / "wrong.graphql").write_text(text)
    with pytest.raises(DocumentFault, match=r"wrong\.graphql cannot be run: "):
        own_documents(_BUILT, till)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentFault, match="absent is no folder of documents"):
        own_documents(_BUILT, tmp_path / "absent")
