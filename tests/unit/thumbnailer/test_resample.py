import pytest
from PIL import Image, ImageChops, ImageStat

from tests.unit.thumbnailer.pictures import detailed, near
from thumbnailer import resample
from thumbnailer.geometry import Box
from thumbnailer.resample import resize, resize_fast, resize_slow


def with_hole(size: tuple[int, int]) -> Image.Image:
    """White, and black where nothing is seen."""
    image = Image.new("RGBA", size, (255, 255, 255, 255))
    image.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    return image


def test_the_fast_library_is_in_use_here() -> None:
    assert resample._chosen() is resize_fast


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_the_fast_way_agrees_with_pillow(mode: str) -> None:
    picture = detailed((400, 300)).convert(mode)
    box = Box(10.25, 3.5, 333.3, 250.1)

    apart = ImageChops.difference(
        resize_fast(picture, (97, 71), box), resize_slow(picture, (97, 71), box)
    )

    assert max(ImageStat.Stat(apart).mean) < 0.5


def test_what_is_transparent_lends_no_colour() -> None:
    small = resize(with_hole((64, 64)), (9, 9), Box(0, 0, 64, 64))

    edge = small.getpixel((4, 4))
    assert isinstance(edge, tuple)
    assert near(edge[:3], (255, 255, 255), 2)


def test_rounding_beyond_the_edge_is_forgiven() -> None:
    assert resize(detailed((30, 20)), (3, 2), Box(-1e-12, -1e-12, 30 + 1e-9, 20 + 1e-9)).size == (
        3,
        2,
    )


def test_a_picture_of_the_right_size_is_copied_as_it_is() -> None:
    picture = detailed((30, 20))

    same = resize(picture, (30, 20), Box(0, 0, 30, 20))

    assert same is not picture
    assert same.tobytes() == picture.tobytes()
