"""Ids, codes, money, words, refusals, allowances: the pure floor and what needs no database."""

import time

import pytest

from app.core import ids, money, words
from app.core.allowance import Allowance
from app.core.errors import DomainError, IdempotencyKeyReused
from app.core.targets import Target


def test_a_public_id_names_its_kind_and_comes_back() -> None:
    value = ids.new_id()
    text = ids.to_public("order", value)
    assert text.startswith("order_")
    assert ids.from_public(text) == ("order", value)
    assert Target.from_public(text).public_id == text


@pytest.mark.parametrize(
    "text", ["", "order", "order_", "order_!", "order_" + "A" * 21, "order_" + "A" * 21 + "B", "order_\x00" + "A" * 21]
)
def test_what_was_never_given_is_no_id(text: str) -> None:
    with pytest.raises(ids.MalformedIdError):
        ids.from_public(text)


def test_codes_have_eleven_letters_that_can_be_read_aloud() -> None:
    codes = {ids.new_group_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(ids.is_code(code, "G") and not ids.is_code(code, "S") for code in codes)
    assert not ids.is_code("G0000000000", "G")
    assert ids.is_code(ids.new_share_code(), "S")


@pytest.mark.parametrize(("fen", "shown"), [(1990, "¥19.90"), (5, "¥0.05"), (0, "¥0.00"), (-150, "-¥1.50")])
def test_money_for_people(fen: int, shown: str) -> None:
    assert money.display(fen) == shown


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "zh-CN"), ("", "zh-CN"), ("en", "en"), ("en-US,en;q=0.9", "en"), ("zh-TW", "zh-CN"),
        ("en;q=0.2, zh;q=0.8", "zh-CN"), ("fr, en;q=0.5", "en"), ("fr", "zh-CN"), (";;q=x,,", "zh-CN"),
    ],
)  # fmt: skip
def test_the_language_that_is_asked_for(header: str | None, locale: str) -> None:
    assert words.best_locale(header) == locale


def _all_refusals(base: type[DomainError] = DomainError) -> list[type[DomainError]]:
    return [each for child in base.__subclasses__() for each in (child, *_all_refusals(child))]


def test_every_refusal_says_one_sentence_in_both_languages() -> None:
    import app.wiring  # noqa: F401, PLC0415 - imports every room

    for refusal in _all_refusals():
        english = (refusal.__doc__ or "").strip().splitlines()[0]
        assert english.endswith("."), refusal
        assert words.say("zh-CN", english) != english, f"{refusal.__name__} has no Chinese in zh_CN.po"


def test_a_refusal_s_code_is_its_name() -> None:
    assert IdempotencyKeyReused.code == "IDEMPOTENCY_KEY_REUSED"
    assert str(IdempotencyKeyReused()).startswith("IDEMPOTENCY_KEY_REUSED: ")


async def test_an_allowance_is_used_up_and_told_when_to_come_back() -> None:
    allowance = Allowance(3)
    assert [await allowance.take("ann", 1) for _ in range(3)] == [None, None, None]
    wait = await allowance.take("ann", 1)
    assert wait is not None
    assert 0 < wait <= 60_001
    assert await allowance.take("bob", 3) is None


async def test_an_allowance_begins_anew_with_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    allowance = Allowance(1)
    monkeypatch.setattr(time, "time", lambda: now)
    assert await allowance.take("ann", 1) is None
    assert await allowance.take("ann", 1) is not None
    monkeypatch.setattr(time, "time", lambda: now + 60)
    assert await allowance.take("ann", 1) is None
