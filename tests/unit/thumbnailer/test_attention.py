import pytest
from PIL import Image, ImageDraw

from tests.unit.thumbnailer.pictures import detailed, encoded, show
from thumbnailer.attention import look
from thumbnailer.focus import Hint
from thumbnailer.recipe import Crop, Recipe


def scene(kind: str, at: int) -> Image.Image:
    """A grey wall, and one thing on it."""
    image = Image.new("RGB", (800, 200), (128, 128, 128))
    if kind == "detail":
        image.paste(detailed((100, 100)).convert("L"), (at, 50))
    elif kind == "colour":
        ImageDraw.Draw(image).ellipse((at, 50, at + 100, 150), fill=(230, 20, 200))
    else:
        ImageDraw.Draw(image).ellipse((at, 50, at + 100, 150), fill=(224, 172, 140))
    return image


@pytest.mark.parametrize("at", [0, 240, 700])
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("detail", "entropy"),
        ("detail", "attention"),
        ("colour", "attention"),
        ("skin", "attention"),
    ],
)
def test_what_stands_out_is_in_the_window(kind: str, how: Crop, at: int) -> None:
    across, down = look(scene(kind, at), (0.25, 1), how)

    assert across * 800 - 100 <= at + 10
    assert at + 90 <= across * 800 + 100
    assert down == 0.5


def test_where_nothing_stands_out_the_centre_is_taken() -> None:
    across, down = look(Image.new("L", (800, 200), 70), (0.25, 0.5), "attention")

    assert across == pytest.approx(0.5, abs=0.02)
    assert down == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (3, 3)])
def test_any_picture_can_be_looked_at(size: tuple[int, int]) -> None:
    across, down = look(Image.new("RGBA", size), (0.5, 1.0), "entropy")

    assert 0 <= across <= 1
    assert 0 <= down <= 1


def test_a_recipe_may_look_for_itself() -> None:
    for orientation in (1, 6):
        labels = Image.Exif()
        labels[0x0112] = orientation
        data = encoded(scene("detail", 650), exif=labels)

        shown = show(data, Recipe("one", 50, 50, "cover", crop="entropy"))["one"].convert("L")

        assert shown.getextrema()[1] - shown.getextrema()[0] > 100  # type: ignore[operator]


def test_faces_come_before_what_stands_out() -> None:
    face = Hint(40, 50, 140, 150)
    recipe = Recipe("one", 50, 50, "cover", crop="faces")

    with_faces = show(encoded(scene("detail", 650)), recipe, faces=(face,))["one"].convert("L")
    without = show(encoded(scene("detail", 650)), recipe)["one"].convert("L")

    assert with_faces.getextrema()[1] < 140  # type: ignore[operator]
    assert without.getextrema()[1] > 200  # type: ignore[operator]
