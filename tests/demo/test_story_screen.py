"""The story can be read on any terminal."""

import re
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo.story.screen import Person, Screen, screen_for, width_of, wrap

CAST = [Person("安安", "Ann", 35), Person("小白", "Bob", 36), Person("蔡蔡", "Cai", 33)]
SAID = "✉ 微*8 joined your group. 红富士苹果 三人团: 1 seat left."


def _played(width: int, *, colours: bool = False) -> list[str]:
    out = StringIO()
    screen = Screen(out, width, colours=colours)
    screen.title("Pintuan 拼团", "played on http://127.0.0.1:8000")
    screen.scene("1  Three friends", "Ann has found something that is cheaper for three.", CAST)
    for person in CAST:
        screen.see(person, f"‹ {SAID}", pushed=True)
    screen.tell("On the open web:", copy="http://127.0.0.1:8000/s/SABCDEFGHJK", below=SAID)
    screen.end("All as told.", well=True)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [46, 60, 80, 107, 108, 120, 150])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(width_of(line) for line in _played(width)) <= width


def test_a_wide_terminal_has_a_column_for_each_phone() -> None:
    places = [line.index("‹") for line in _played(120) if "‹" in line]
    assert places == sorted(set(places))
    assert len(places) == 3


def test_a_narrow_terminal_has_the_name_before_each_line() -> None:
    said = [line for line in _played(80) if "‹" in line]
    assert [person.name in line for person, line in zip(CAST, said, strict=True)] == [True] * 3
    assert len({line.index("‹") for line in said}) == 1


def test_what_is_to_be_copied_is_never_broken() -> None:
    assert any("http://127.0.0.1:8000/s/SABCDEFGHJK" in line for line in _played(24))


def test_without_colours_the_page_is_plain_text_and_with_them_it_says_the_same() -> None:
    plain, coloured = _played(120), _played(120, colours=True)
    assert "\x1b" not in "".join(plain)
    assert "\x1b[35" in "".join(coloured)
    times = re.compile(r"\+\d+\.\d\d s")
    without_colours = [re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in coloured]
    assert [times.sub("", line) for line in without_colours] == [times.sub("", line) for line in plain]


def test_what_is_no_terminal_gets_no_colours_and_no_pauses() -> None:
    screen = screen_for(StringIO())
    assert (screen.colours, screen.pause) == (False, 0)


def test_a_terminal_without_chinese_shows_question_marks_and_no_error() -> None:
    raw = BytesIO()
    screen = screen_for(TextIOWrapper(raw, encoding="ascii"))
    screen.tell("Ann 安安")
    assert raw.getvalue().strip() == b"Ann ??"


@given(st.text(st.sampled_from("ab ，。红富士苹果¥9")), st.integers(12, 40))
def test_breaking_a_text_loses_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_of(line) <= width for line in lines)


def test_chinese_punctuation_begins_no_line() -> None:
    lines = wrap("红富士苹果果园直发脆甜多汁，三人成团立减。" * 5, 20)
    assert not [line for line in lines if line[0] in "，。"]
