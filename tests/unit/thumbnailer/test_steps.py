import pytest
from PIL import Image

from picture import decode
from picture.limits import Limits
from tests.unit.thumbnailer.pictures import corner_colours, corners, detailed, encoded, near, show
from thumbnailer.focus import Hint
from thumbnailer.recipe import Recipe
from thumbnailer.recipes import load
from thumbnailer.steps import STEPS, Order, render

DEFAULT = load().sets["default"]


def sizes(size: tuple[int, int], form: str = "JPEG") -> dict[str, tuple[int, int]]:
    data = encoded(Image.new("RGB", size, "teal"), form)
    return {name: image.size for name, image in show(data, *DEFAULT, owner="Ada").items()}


def test_a_photo_gets_the_documented_variants() -> None:
    assert sizes((2000, 1500)) == {
        "thumbnail": (300, 300),
        "icon": (128, 128),
        "small": (100, 75),
        "display": (1600, 1200),
    }


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(6000, 40), (40, 6000)])
def test_a_panorama_is_not_blown_up(size: tuple[int, int], form: str) -> None:
    made = sizes(size, form)

    assert made["thumbnail"] == (40, 40)
    assert max(made["display"]) == 1600
    assert max(made["small"]) == 100


def test_a_panorama_is_decoded_large_enough_for_its_thumbnail() -> None:
    """Its display is so low that the thumbnail cannot follow from it."""
    stripes = Image.new("RGB", (4000, 400), "white")
    for at in range(0, 4000, 40):
        stripes.paste((0, 0, 0), (at, 0, at + 20, 400))

    shown = show(encoded(stripes, quality=95), *DEFAULT)

    assert shown["display"].size == (1600, 160)
    assert shown["thumbnail"].convert("L").getextrema() == (0, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 3), (3, 1), (2, 2), (17, 9)])
def test_a_tiny_picture_keeps_its_pixels(size: tuple[int, int]) -> None:
    made = sizes(size, "PNG")

    assert made["display"] == made["small"] == size
    assert made["thumbnail"] == made["icon"] == (min(size), min(size))


def test_an_extreme_strip_is_rendered() -> None:
    assert sizes((10_000, 1), "PNG")["display"] == (1600, 1)


def test_grey_pictures_are_rendered() -> None:
    shown = show(encoded(detailed((400, 300)).convert("L")), *DEFAULT, owner="Ada")

    assert {image.mode for image in shown.values()} == {"L"}


def test_a_hint_moves_the_crop_and_keeps_its_size() -> None:
    data = encoded(corners((800, 200)), quality=95)
    square = Recipe("square", 100, 100, "cover")

    left = show(data, square, hints=(Hint(0, 0, 100, 200, 0.9), Hint(700, 0, 800, 200, 0.1)))
    right = show(data, square, hints=(Hint(700, 50, 800, 60),))
    middle = show(data, square, hints=(Hint(-5, 0, 10_000, 200),))

    assert corner_colours(left["square"]) == ["red", "red", "blue", "blue"]
    assert corner_colours(right["square"]) == ["lime", "lime", "white", "white"]
    assert corner_colours(middle["square"]) == ["red", "lime", "blue", "white"]


def test_a_recipe_may_say_where_to_look_without_hints() -> None:
    data = encoded(corners((800, 200)), quality=95)
    left = Recipe("square", 100, 100, "cover", focus=(0.0, 0.5))

    plain = show(data, left)
    hinted = show(data, left, hints=(Hint(700, 0, 800, 200),))

    assert corner_colours(plain["square"]) == ["red", "red", "blue", "blue"]
    assert corner_colours(hinted["square"]) == ["lime", "lime", "white", "white"]


def test_a_contained_picture_is_padded_to_the_full_shape() -> None:
    recipe = Recipe("box", 100, 100, "contain", background="#ff0000")

    box = show(encoded(Image.new("RGB", (400, 200), "blue")), recipe)["box"]

    assert box.size == (100, 100)
    assert near(box.getpixel((50, 3)), (254, 0, 0))
    assert near(box.getpixel((50, 50)), (0, 0, 254))


def test_the_owner_is_written_on_the_display_only() -> None:
    data = encoded(Image.new("RGB", (2000, 1500), "black"), "PNG")

    shown = show(data, *DEFAULT, owner="Ada Lovelace")

    marked = {name for name, image in shown.items() if max(image.convert("L").tobytes()) > 100}
    assert marked == {"display"}


def test_every_step_is_told_with_its_time() -> None:
    decode.prepare(Limits())

    rendered = render(encoded(detailed((400, 300))), Order(DEFAULT))

    assert [one.name for one in rendered.operations] == [
        "read_header",
        *(step.__name__ for step in STEPS),
    ]
    assert all(one.duration_ms >= 0 for one in rendered.operations)


def test_the_size_that_is_told_is_the_upright_one() -> None:
    decode.prepare(Limits())
    labels = Image.Exif()
    labels[0x0112] = 8

    rendered = render(encoded(detailed((400, 300)), exif=labels), Order(DEFAULT))

    assert (rendered.width, rendered.height, rendered.format) == (300, 400, "jpeg")


def test_small_variants_are_as_good_as_from_the_full_picture() -> None:
    """Chaining must not soften them: at least 34 dB after JPEG at quality 95."""
    photo = detailed((1999, 1501))
    recipes = (Recipe("display", 1600, 1600), Recipe("icon", 128, 128, "cover", quality=95))

    icon = show(encoded(photo, quality=95), *recipes)["icon"].convert("L")

    wanted = photo.resize((128, 128), Image.Resampling.LANCZOS, box=(249, 0, 1750, 1501)).convert(
        "L"
    )
    error = (
        sum((a - b) ** 2 for a, b in zip(icon.tobytes(), wanted.tobytes(), strict=True)) / 128**2
    )
    assert error < 255**2 / 10**3.4
