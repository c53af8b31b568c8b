import pytest
from PIL import Image, ImageChops

from thumbnailer.recipe import Position, Watermark
from thumbnailer.watermark import readable, stamp

MARK = Watermark("© {owner}")


def stamped_box(
    size: tuple[int, int], mark: Watermark = MARK, owner: str = "Ada Lovelace"
) -> tuple[int, int, int, int]:
    black = Image.new("RGB", size)
    box = ImageChops.difference(black, stamp(black.copy(), mark, owner)).getbbox()
    assert box is not None
    return box


def test_the_owner_is_named_at_the_bottom_right() -> None:
    left, top, right, bottom = stamped_box((800, 600))

    assert left > 400
    assert 540 < top < bottom < 600
    assert 770 < right < 800


@pytest.mark.parametrize(
    ("position", "across", "down"),
    [
        ("top-left", 0, 0),
        ("top-right", 1, 0),
        ("bottom-left", 0, 1),
        ("center", 0.5, 0.5),
    ],
)
def test_the_text_stands_where_the_recipe_says(
    position: Position, across: float, down: float
) -> None:
    left, top, right, bottom = stamped_box((800, 600), Watermark("© {owner}", position))

    middle = (left + right) / 2 / 800, (top + bottom) / 2 / 600
    assert abs(middle[0] - across) < 0.2
    assert abs(middle[1] - down) < 0.1


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_every_kind_of_picture_can_be_stamped(mode: str) -> None:
    image = Image.new(mode, (200, 100))

    assert stamp(image.copy(), MARK, "Ada").tobytes() != image.tobytes()


def test_the_text_shows_on_what_is_transparent() -> None:
    stamped = stamp(Image.new("RGBA", (200, 100), (0, 0, 0, 0)), MARK, "Ada")

    assert 120 < max(stamped.getchannel("A").tobytes()) <= 128


def test_the_picture_shines_through() -> None:
    stamped = stamp(Image.new("L", (200, 100), 0), Watermark("{owner}", opacity=0.25), "Ada")

    assert 60 < max(stamped.tobytes()) <= 64


@pytest.mark.parametrize("owner", ["", "   ", "\0\x1b\u202e\u200b"])
def test_nobody_is_not_named(owner: str) -> None:
    image = Image.new("L", (200, 100))

    assert stamp(image.copy(), MARK, owner).tobytes() == image.tobytes()


@pytest.mark.parametrize(
    "owner", ["漢字", "Ægir Ñandú", "עברית", "😀", "{owner}", "%s", "a" * 5000]
)
def test_any_name_can_be_written(owner: str) -> None:
    left, top, right, bottom = stamped_box((400, 300), owner=owner)

    assert 0 < left < right < 400
    assert 0 < top < bottom < 300


@pytest.mark.parametrize("size", [(1, 1), (2, 50), (50, 2), (12, 12), (3000, 5)])
def test_no_picture_is_too_small(size: tuple[int, int]) -> None:
    assert stamp(Image.new("RGB", size), MARK, "Ada Lovelace").size == size


def test_a_name_is_brought_to_one_line() -> None:
    assert readable(" Ada\n\tLovelace \u202e\0 ") == "Ada Lovelace"
