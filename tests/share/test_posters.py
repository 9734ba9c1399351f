"""A poster is one picture that says how things are now."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image, ImageChops, UnidentifiedImageError

from share.landing import Goods, GroupShown, GroupStatus, LiveShown, LiveStatus, ThingKind, ThingShown
from share.landing.words import WORDS
from share.posters import Poster, draw_poster
from share.posters.lettering import drawable, font, lines

NOW = datetime(2026, 11, 24, 7, 1, tzinfo=UTC)


def png(colour: str, size: tuple[int, int] = (300, 300)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


GROUP = GroupShown(
    goods=Goods("红富士苹果", "脆甜多汁。", None, "¥35.90"),
    status=GroupStatus.FORMING,
    price="¥24.90",
    size=3,
    seats_taken=1,
    seats_held=0,
    seats_left=2,
    expires_at=NOW + timedelta(hours=1),
)
POSTER = Poster(
    shows=GROUP, now=NOW, code_picture=png("#0000ff"), picture=png("#00ff00"), inviter="小*明", locale="zh-CN"
)


def drawn(poster: Poster) -> Image.Image:
    return Image.open(BytesIO(draw_poster(poster))).convert("RGB")


def changed(one: Poster, other: Poster) -> tuple[int, int]:
    """From which row to which row two posters differ."""
    box = ImageChops.difference(drawn(one), drawn(other)).getbbox()
    assert box, "the posters look the same"
    return box[1], box[3]


def titled(title: str) -> Poster:
    return replace(POSTER, shows=replace(GROUP, goods=replace(GROUP.goods, title=title)))


def test_a_poster_is_a_png_of_a_fixed_size() -> None:
    image = Image.open(BytesIO(draw_poster(POSTER)))
    assert (image.format, image.size) == ("PNG", (750, 1200))


def test_a_poster_is_drawn_alike_every_time() -> None:
    assert draw_poster(POSTER) == draw_poster(POSTER)


def test_posters_drawn_in_threads_do_not_disturb_each_other() -> None:
    posters = [titled(f"红富士苹果 {i}") for i in range(4)] * 3
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw_poster, posters)) == [draw_poster(poster) for poster in posters]


def test_a_poster_shows_the_picture_and_the_code() -> None:
    counts = {colour: count for count, colour in drawn(POSTER).getcolors(1 << 20) or []}
    assert counts[0, 255, 0] > 600 * 500
    assert counts[0, 0, 255] == 196 * 196


def test_a_taken_seat_changes_only_the_line_that_counts_them() -> None:
    top, bottom = changed(POSTER, replace(POSTER, shows=replace(GROUP, seats_taken=2, seats_left=1)))
    assert 844 <= top < bottom <= 912


def test_a_poster_says_price_seats_and_inviter() -> None:
    for other, rows in (
        (replace(POSTER, shows=replace(GROUP, price="¥23.80")), (756, 840)),
        (replace(POSTER, shows=replace(GROUP, seats_taken=2, seats_left=1)), (844, 912)),
        (replace(POSTER, inviter="大*红"), (0, 90)),
    ):
        top, bottom = changed(POSTER, other)
        assert rows[0] <= top < bottom <= rows[1]


def test_a_completed_group_is_announced_in_another_colour() -> None:
    complete = replace(GROUP, status=GroupStatus.COMPLETED, seats_taken=3, seats_left=0)
    assert drawn(POSTER).getpixel((60, 878)) != drawn(replace(POSTER, shows=complete)).getpixel((60, 878))


def test_the_price_alone_is_struck_through() -> None:
    without = replace(GROUP, goods=replace(GROUP.goods, solo_price=None))
    difference = ImageChops.difference(drawn(POSTER), drawn(replace(POSTER, shows=without))).convert("L")
    left, top, right, bottom = difference.getbbox() or (0, 0, 0, 0)
    assert 40 < left < right < 710
    row = [difference.getpixel((x, 803)) for x in range(left, right)]
    assert all(row)
    assert top < 803 < bottom


@pytest.mark.parametrize("title", ["红富士苹果" * 30, "A very long title of an apple " * 9, "W" * 200, "长"])
def test_a_title_of_any_length_keeps_to_its_place(title: str) -> None:
    top, bottom = changed(titled(""), titled(title))
    assert 646 <= top < bottom <= 762


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_words_of_any_length_stay_inside_the_edges(locale: str) -> None:
    dear = replace(GROUP, price="¥1288888.00", goods=replace(GROUP.goods, solo_price="¥2288888.00"))
    long = replace(POSTER, shows=dear, inviter="很长" * 40, shop_name="商店" * 40, locale=locale)
    image = drawn(long)
    for edge in (image.crop((0, 0, 39, 1200)), image.crop((712, 0, 750, 1200))):
        assert edge.getcolors() == [(edge.width * edge.height, (0xFF, 0xF6, 0xF0))]


def test_a_poster_without_inviter_or_picture_is_drawn_all_the_same() -> None:
    thing = ThingShown(Goods("买家故事", "", None), ThingKind.STORY)
    assert drawn(Poster(shows=thing, now=NOW, code_picture=png("#0000ff"))).size == (750, 1200)


def test_the_poster_of_an_announced_live_room_says_when_it_starts() -> None:
    room = LiveShown(Goods("苹果直播", "", None), LiveStatus.SCHEDULED, NOW + timedelta(hours=1))
    moved = replace(room, starts_at=NOW + timedelta(hours=2))
    top, bottom = changed(replace(POSTER, shows=room), replace(POSTER, shows=moved))
    assert 1040 < top < bottom < 1160


def test_bytes_that_are_no_picture_are_refused() -> None:
    with pytest.raises(UnidentifiedImageError):
        draw_poster(replace(POSTER, picture=b"<svg/>"))


def test_a_transparent_picture_stands_on_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (100, 100), (0, 0, 0, 0)).save(out, "PNG")
    assert drawn(replace(POSTER, picture=out.getvalue())).getpixel((375, 400)) == (255, 255, 255)


def test_the_font_has_every_letter_of_our_words() -> None:
    for words in WORDS.values():
        for text in words.values():
            assert drawable(text) == text


@pytest.mark.parametrize(
    ("nickname", "kept"),
    [
        ("🐱*猫", "*猫"),
        ("a\u202eb\u200bc\x00", "abc"),
        ("e\u0301*", "é*"),
        ("x\u0334\u0335\u0336*", "x*"),
        ("小\n * \t明", "小 * 明"),
        ("한*な", "한*な"),
    ],
)
def test_what_the_font_lacks_is_left_out(nickname: str, kept: str) -> None:
    assert drawable(nickname) == kept


def test_lines_lose_nothing_that_fits() -> None:
    letters = font(36)
    text = "小光 LED 护眼阅读台灯 with USB-C charging and four colours"
    made = lines(text, letters, 300, 20)
    assert "".join(made).replace(" ", "") == text.replace(" ", "")
    assert all(letters.getlength(line) <= 300 for line in made)
    assert "charging" in " ".join(made).split()


def test_the_last_line_says_that_there_was_more() -> None:
    letters = font(36)
    made = lines("红富士苹果" * 10, letters, 300, 2)
    assert len(made) == 2
    assert made[-1].endswith("…")
    assert letters.getlength(made[-1]) <= 300
