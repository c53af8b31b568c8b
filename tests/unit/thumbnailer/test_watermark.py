from pathlib import Path

import pytest
from PIL import Image, ImageChops

from thumbnailer.order import Signature
from thumbnailer.recipe import Position, Watermark
from thumbnailer.watermark import readable, stamp

MARK = Watermark("© {owner}")


def stamped_box(
    size: tuple[int, int], mark: Watermark = MARK, owner: str = "Ada Lovelace"
) -> tuple[int, int, int, int]:
    black = Image.new("RGB", size)
    box = ImageChops.difference(black, stamp(black.copy(), mark, Signature(owner))).getbbox()
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

    assert stamp(image.copy(), MARK, Signature("Ada")).tobytes() != image.tobytes()


def test_the_text_shows_on_what_is_transparent() -> None:
    stamped = stamp(Image.new("RGBA", (200, 100), (0, 0, 0, 0)), MARK, Signature("Ada"))

    assert 120 < max(stamped.getchannel("A").tobytes()) <= 128


def test_the_picture_shines_through() -> None:
    stamped = stamp(
        Image.new("L", (200, 100), 0), Watermark("{owner}", opacity=0.25), Signature("Ada")
    )

    assert 60 < max(stamped.tobytes()) <= 64


@pytest.mark.parametrize("owner", ["", "   ", "\0\x1b\u202e\u200b"])
def test_nobody_is_not_named(owner: str) -> None:
    image = Image.new("L", (200, 100))

    assert stamp(image.copy(), MARK, Signature(owner)).tobytes() == image.tobytes()


@pytest.mark.parametrize(
    "owner", ["漢字", "Ægir Ñandú", "עברית", "😀", "{owner}", "%s", "a" * 5000]
)
def test_any_name_can_be_written(owner: str) -> None:
    left, top, right, bottom = stamped_box((400, 300), owner=owner)

    assert 0 < left < right < 400
    assert 0 < top < bottom < 300


@pytest.mark.parametrize("size", [(1, 1), (2, 50), (50, 2), (12, 12), (3000, 5)])
def test_no_picture_is_too_small(size: tuple[int, int]) -> None:
    assert stamp(Image.new("RGB", size), MARK, Signature("Ada Lovelace")).size == size


def test_a_name_is_brought_to_one_line() -> None:
    assert readable(" Ada\n\tLovelace \u202e\0 ") == "Ada Lovelace"


def test_the_day_may_be_told() -> None:
    one, other = (
        stamp(Image.new("L", (400, 100)), Watermark("{date} {year}"), Signature("", day)).tobytes()
        for day in ("2031-07-09", "2032-07-09")
    )

    assert max(one) > 100
    assert one != other


def logo(folder: Path) -> str:
    image = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 20, 20))
    image.save(folder / "logo.png")
    return str(folder / "logo.png")


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_picture_may_be_the_mark(tmp_path: Path, mode: str) -> None:
    mark = Watermark(image=logo(tmp_path), position="top-left", opacity=1, width=0.25)

    stamped = stamp(Image.new(mode, (400, 300)), mark, Signature()).convert("RGB")

    margin = round(400 * 0.035) // 2
    assert stamped.getpixel((margin + 20, margin + 25)) == (255, 0, 0)
    assert stamped.getpixel((margin + 80, margin + 25)) == (0, 0, 0)
    assert stamped.getpixel((200, 200)) == (0, 0, 0)


def test_a_picture_shines_through_its_mark(tmp_path: Path) -> None:
    mark = Watermark(image=logo(tmp_path), position="center", opacity=0.5, width=1)

    stamped = stamp(Image.new("RGB", (400, 200)), mark, Signature())

    assert 120 <= stamped.getpixel((150, 100))[0] <= 128  # type: ignore[index]


@pytest.mark.parametrize("size", [(400, 300), (50, 50), (3, 3)])
def test_a_mark_may_cover_everything(size: tuple[int, int]) -> None:
    tiled = stamp(Image.new("L", size), Watermark("© {owner}", tile=True), Signature("Ada"))

    quarters = [
        tiled.crop((left, top, left + size[0] // 2, top + size[1] // 2))
        for left in (0, size[0] // 2)
        for top in (0, size[1] // 2)
    ]
    assert all(quarter.getbbox() for quarter in quarters) or size == (3, 3)


def test_joined_letters_stay_joined() -> None:
    farsi = "\u0645\u06cc\u200c\u062e"

    assert readable(farsi) == farsi
    assert readable("\u200d") == ""
