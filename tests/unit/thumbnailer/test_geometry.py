from hypothesis import given
from hypothesis import strategies as st

from thumbnailer.geometry import Box, cover, fill, inside

sizes = st.tuples(st.integers(1, 60_000), st.integers(1, 60_000))
bounds = st.tuples(st.integers(1, 4_000), st.integers(1, 4_000))
points = st.tuples(st.floats(0, 1), st.floats(0, 1))


def test_a_landscape_fits_inside_by_its_width() -> None:
    cut = inside((4000, 3000), (1600, 1600))

    assert cut.size == (1600, 1200)
    assert cut.region == Box(0, 0, 4000, 3000)


def test_a_small_picture_stays_small_inside() -> None:
    assert inside((200, 100), (1600, 1600)).size == (200, 100)


def test_a_small_picture_grows_if_the_recipe_says_so() -> None:
    assert inside((200, 100), (1600, 1600), enlarge=True).size == (1600, 800)


def test_a_cover_keeps_the_middle() -> None:
    cut = cover((4000, 3000), (300, 300))

    assert cut.size == (300, 300)
    assert cut.region == Box(500, 0, 3000, 3000)


def test_a_cover_of_a_small_picture_keeps_the_shape_and_the_pixels() -> None:
    assert cover((200, 100), (300, 300)).size == (100, 100)
    assert cover((200, 400), (300, 150)).size == (200, 100)


def test_a_cover_moves_towards_its_focus_and_stops_at_the_edge() -> None:
    assert cover((4000, 3000), (300, 300), (0.4, 0.5)).region == Box(100, 0, 3000, 3000)
    assert cover((4000, 3000), (300, 300), (0.9, 0.1)).region == Box(1000, 0, 3000, 3000)


def test_a_fill_is_as_wide_and_high_as_the_picture_allows() -> None:
    assert fill((4000, 200), (300, 300)).size == (300, 200)


@given(picture=sizes, wanted=bounds, focus=points)
def test_a_cover_lies_in_the_picture_and_has_no_more_pixels_than_it(
    picture: tuple[int, int], wanted: tuple[int, int], focus: tuple[float, float]
) -> None:
    cut = cover(picture, wanted, focus)

    assert Box(0, 0, *picture).holds(cut.region)
    assert cut.size[0] <= min(picture[0], wanted[0])
    assert cut.size[1] <= min(picture[1], wanted[1])
    assert min(cut.size) >= 1


@given(picture=sizes, wanted=bounds)
def test_an_inside_keeps_the_shape_to_the_pixel(
    picture: tuple[int, int], wanted: tuple[int, int]
) -> None:
    width, height = inside(picture, wanted).size

    assert 1 <= width <= wanted[0]
    assert 1 <= height <= wanted[1]
    assert (
        min(
            abs(width - height * picture[0] / picture[1]),
            abs(height - width * picture[1] / picture[0]),
        )
        <= 1
    )
