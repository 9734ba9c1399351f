"""The demo's pictures are drawn alike every time, and small."""

from io import BytesIO

import pytest
from PIL import Image

from app.demo.goods import GOODS, Good
from app.demo.pictures import draw, draw_avatar
from app.demo.pictures.scenes import MOTIFS


def test_every_good_has_a_small_picture_of_its_own() -> None:
    pictures = [draw(good.key, good.category) for good in GOODS]
    assert len(set(pictures)) == len(GOODS)
    assert max(map(len, pictures)) < 60 * 1024


def test_a_picture_has_the_size_that_was_asked_for() -> None:
    for size in (96, 800):
        image = Image.open(BytesIO(draw("fuji-apple", "fruit", size)))
        assert (image.format, image.size) == ("PNG", (size, size))


def test_the_same_key_gives_the_same_picture() -> None:
    assert draw("fuji-apple", "fruit", 200) == draw("fuji-apple", "fruit", 200)


@pytest.mark.parametrize("good", GOODS, ids=lambda good: good.key)
def test_the_picture_of_a_good_shows_that_good(good: Good) -> None:
    assert set(good.key.split("-")) & set(MOTIFS[good.category])


def test_a_key_that_names_no_object_still_has_a_picture_with_something_on_it() -> None:
    colours = Image.open(BytesIO(draw("x", "fruit", 200))).convert("RGB").getcolors()
    assert colours is not None
    assert len(colours) > 4


def test_a_category_without_objects_is_refused() -> None:
    with pytest.raises(KeyError):
        draw("fuji-apple", "weapons")


def test_a_name_has_one_face_and_another_name_another() -> None:
    assert draw_avatar("ann") == draw_avatar("ann")
    assert len({draw_avatar(f"person {i}") for i in range(20)}) > 12
