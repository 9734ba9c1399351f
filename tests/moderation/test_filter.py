"""What the filter finds, and what it leaves alone."""

from pathlib import Path

import pytest

from app.moderation import flows, rules
from app.moderation.rules import Filter, Word
from app.moderation.states import Severity

FILTER = Filter(
    [
        Word("代开发票", Severity.REJECT),
        Word("举办证", Severity.REVIEW),
        Word("casino", Severity.REJECT),
        Word("加微信", Severity.REVIEW),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "可代开发票",
        "代\u200b开\u200d发\ufeff票",
        "ＣＡＳＩＮＯ",
        "best cаsіnо here",
        "Casinó",
        "𝐜𝐚𝐬𝐢𝐧𝐨",
    ],
    ids=["plain", "zero width", "full width", "Cyrillic letters", "an accent", "mathematical letters"],
)
def test_a_rejected_word_is_found_however_it_is_dressed(text: str) -> None:
    assert FILTER.look(text) is Severity.REJECT


@pytest.mark.parametrize("text", ["代·开·发·票", "代 开 发 票", "代开！发票", "c.a.s.i.n.o", "加 微 信", "加\n微\n信"])
def test_a_word_with_something_between_its_letters_is_for_a_person_to_judge(text: str) -> None:
    assert FILTER.look(text) is Severity.REVIEW


@pytest.mark.parametrize(
    "text", ["龙井很香，发票已开", "occasinos", "casinos", "casino2go", "", "🍵", "微信支付很方便", "我加了微波炉信物"]
)
def test_words_that_only_look_alike_are_left_alone(text: str) -> None:
    assert FILTER.look(text) is None


def test_the_stricter_of_two_listings_counts() -> None:
    words = [Word("套现", Severity.REJECT), Word("套现", Severity.REVIEW)]
    assert Filter(words).look("套现") is Severity.REJECT
    assert Filter(reversed(words)).look("套现") is Severity.REJECT


def test_a_filter_without_words_finds_nothing() -> None:
    assert Filter([]).look("anything") is None


def test_the_list_of_the_house_is_read_with_its_severities() -> None:
    listed = rules.read_words((Path(flows.__file__).with_name("words.txt")).read_text())
    assert Word("裸聊", Severity.REJECT) in listed
    assert Word("加微信", Severity.REVIEW) in listed
    assert not [each for each in listed if each.word.startswith(("#", "["))]


@pytest.mark.parametrize(
    "text",
    [
        "明前龙井，清香回甘，回购三次了",
        "纯棉毛巾很柔软，不掉毛，孩子也喜欢",
        "团长人真好，三个人很快就成团了，发货也快",
        "发票已经收到，谢谢客服",
        "The towels are soft and the tea is lovely",
    ],
)
def test_what_buyers_usually_write_passes_the_list_of_the_house(text: str) -> None:
    house = Filter(rules.read_words((Path(flows.__file__).with_name("words.txt")).read_text()))
    assert house.look(text) is None
