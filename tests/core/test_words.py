"""What language people are spoken to in."""

import pytest

from app.core import words


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("fr", "zh-CN"),
        ("en; q=0.1, zh; q=0.9", "zh-CN"),
        ("zh;q=0.1, en; q=0.9", "en"),
        ("en ; q = 0.1 , zh", "zh-CN"),
        ("zh;q=0, en;q=0.1", "en"),
        ("en;q=nonsense, zh;q=0.1", "zh-CN"),
        ("en;level=1", "en"),
    ],
)
def test_the_language_that_is_wanted_most_is_spoken(header: str | None, locale: str) -> None:
    assert words.best_locale(header) == locale


def test_a_sentence_that_was_made_in_english_can_be_said_in_chinese_later() -> None:
    sentence = words.Sentence("A page has 1 to {most} entries.", most=100)
    assert sentence == "A page has 1 to 100 entries."
    assert words.said("zh-CN", sentence) == "每页 1 到 100 条。"
    assert words.said("en", sentence) == sentence
    assert words.said("zh-CN", "All seats of this group are taken.") != "All seats of this group are taken."
