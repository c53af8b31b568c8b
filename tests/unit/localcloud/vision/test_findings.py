"""What models found, before it is written into a response."""

import numpy as np
import pytest
from PIL import Image

from localcloud.vision import crop_hints, safe_search
from localcloud.vision.candidates import squared, without_overlaps
from localcloud.vision.geometry import Box
from localcloud.vision.labels import Label, Vocabulary, read_vocabulary
from localcloud.vision.properties import dominant_colors

VOCABULARY = Vocabulary(("Tabby", "Lynx", "Oak"), {"Cat": (0, 1), "Plant": (2,)})


def test_a_broader_label_adds_up_what_is_under_it() -> None:
    labels = VOCABULARY.describe(np.array([0.55, 0.25, 0.2], np.float32))

    assert [label.description for label in labels] == ["Cat", "Tabby"]
    assert labels[0].score == pytest.approx(0.8)


def test_a_model_torn_between_two_cats_is_still_sure_of_a_cat() -> None:
    labels = VOCABULARY.describe(np.array([0.45, 0.45, 0.1], np.float32))

    assert [label.description for label in labels] == ["Cat"]


def test_an_undecided_model_gives_no_label() -> None:
    assert VOCABULARY.describe(np.array([0.2, 0.2, 0.2], np.float32)) == []


def test_a_class_named_like_its_group_is_told_once_with_the_better_score() -> None:
    vocabulary = Vocabulary(("Dog", "Cat"), {"Dog": (0,)})

    labels = vocabulary.describe(np.array([0.75, 0.25], np.float32))

    assert labels == [Label("Dog", 0.75)]


def test_the_vocabulary_on_file_names_every_class_of_the_model() -> None:
    vocabulary = read_vocabulary()

    assert len(vocabulary.classes) == 1000
    assert {index for group in vocabulary.groups.values() for index in group} <= set(range(1000))
    assert vocabulary.classes[281] == "Tabby"
    assert 281 in vocabulary.groups["Cat"]


@pytest.mark.parametrize(
    ("score", "adult", "racy"),
    [
        (0.0, "VERY_UNLIKELY", "VERY_UNLIKELY"),
        (0.2, "UNLIKELY", "POSSIBLE"),
        (0.5, "POSSIBLE", "LIKELY"),
        (0.6, "LIKELY", "LIKELY"),
        (0.85, "VERY_LIKELY", "VERY_LIKELY"),
        (1.0, "VERY_LIKELY", "VERY_LIKELY"),
    ],
)
def test_a_score_becomes_likelihoods(score: float, adult: str, racy: str) -> None:
    assert (safe_search.adult(score), safe_search.racy(score)) == (adult, racy)


def test_of_overlapping_boxes_the_best_is_kept() -> None:
    rows = np.array([[0, 0, 10, 10, 0.6], [1, 0, 11, 10, 0.9], [50, 50, 60, 60, 0.5]], np.float32)

    kept = without_overlaps(rows, 0.5)

    assert kept[:, 4].tolist() == pytest.approx([0.9, 0.5])


def test_a_box_within_another_falls_only_when_measured_by_the_smaller() -> None:
    rows = np.array([[0, 0, 100, 100, 0.9], [10, 10, 30, 30, 0.8]], np.float32)

    assert len(without_overlaps(rows, 0.7)) == 2
    assert len(without_overlaps(rows, 0.7, by_smaller=True)) == 1


def test_no_candidates_stay_no_candidates() -> None:
    assert without_overlaps(np.empty((0, 5), np.float32), 0.5).shape == (0, 5)


def test_a_tall_box_grows_sideways_to_a_square() -> None:
    grown = squared(np.array([[10, 0, 20, 40, 0.9]], np.float32))

    assert grown[0].tolist() == pytest.approx([-5, 0, 35, 40, 0.9])


@pytest.mark.parametrize("ratio", [0.5, 1.0, 16 / 9])
def test_a_crop_has_the_ratio_asked_for_and_keeps_the_face(ratio: float) -> None:
    face = Box(500, 40, 560, 100)

    found = crop_hints.hint(Image.new("RGB", (600, 300)), ratio, [face])

    assert found.box.width / found.box.height == pytest.approx(ratio, rel=0.01)
    assert found.box.left <= face.left
    assert found.box.right >= face.right
    assert (found.box.left, found.box.right) >= (0, 0)
    assert found.box.right <= 600
    assert found.confidence == 0.8


def test_a_crop_without_faces_goes_to_where_something_is() -> None:
    image = Image.new("RGB", (600, 200), "white")
    image.paste(Image.effect_noise((150, 150), 90).convert("RGB"), (420, 25))

    found = crop_hints.hint(image, 1.0, [])

    assert found.box.left > 300
    assert found.confidence == 0.5


def test_a_crop_of_a_sliver_is_the_sliver() -> None:
    found = crop_hints.hint(Image.new("RGB", (300, 1)), 1.0, [Box(10, 0, 11, 1)])

    assert (found.box.width, found.box.height) == (1, 1)


@pytest.mark.parametrize("size", [(1600, 1), (1, 1600), (1, 1)])
def test_a_line_has_a_crop_too(size: tuple[int, int]) -> None:
    found = crop_hints.hint(Image.new("RGB", size), 1.0, [])

    assert (found.box.width, found.box.height) == (1, 1)


def test_the_colours_of_a_flag_are_found_with_their_shares() -> None:
    flag = Image.new("RGB", (400, 400), (20, 40, 220))
    flag.paste((230, 230, 230), (0, 0, 400, 100))

    colors = dominant_colors(flag)

    assert colors[0].rgb == pytest.approx((20, 40, 220), abs=12)
    assert sum(color.pixel_fraction for color in colors) == pytest.approx(1)
    assert sum(color.score for color in colors) == pytest.approx(1)
    assert colors[0].pixel_fraction == pytest.approx(0.75, abs=0.05)


def test_a_single_colour_is_the_only_one() -> None:
    colors = dominant_colors(Image.new("RGB", (100, 100), (9, 9, 9)))

    assert [(color.rgb, color.score) for color in colors] == [((9, 9, 9), 1.0)]
