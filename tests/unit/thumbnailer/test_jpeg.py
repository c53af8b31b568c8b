import io

import pytest
from PIL import Image, ImageChops

from picture.jpeg.markers import Outline, outline, without_fine_scans
from picture.limits import Limits
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import detailed, encoded, show_one

PROGRESSIVE = encoded(detailed((640, 480)), progressive=True, quality=90)
BASELINE = encoded(detailed((640, 480)), quality=90)


def draw(data: bytes) -> Outline:
    return outline(data, Limits(max_segments=1000))


def with_scans(data: bytes, count: int) -> bytes:
    """A progressive JPEG with its last scan repeated until there are so many."""
    scans = draw(data).scans
    last = data[scans[-1].start : scans[-1].end]
    return data[: scans[-1].end] + last * (count - len(scans)) + b"\xff\xd9"


def test_a_baseline_picture_has_one_scan() -> None:
    found = draw(BASELINE)

    assert not found.progressive
    assert len(found.scans) == 1


def test_a_progressive_picture_has_ten_scans_that_end_where_the_file_ends() -> None:
    found = draw(PROGRESSIVE)

    assert found.progressive
    assert len(found.scans) == 10
    assert found.scans[-1].end == len(PROGRESSIVE) - 2


def test_a_hundred_scans_are_accepted_and_more_refused() -> None:
    assert len(draw(with_scans(PROGRESSIVE, 100)).scans) == 100
    with pytest.raises(Refusal) as refused:
        draw(with_scans(PROGRESSIVE, 101))

    assert refused.value.code == "too_many_scans"


def test_a_picture_of_too_many_scans_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(Refusal) as refused:
        show_one(with_scans(encoded(detailed((64, 48)), progressive=True), 25_000))

    assert refused.value.code == "too_many_scans"


HIDDEN = {
    "junk": b"junk",
    "padding": b"\xff" * 30_000,
    "no length": b"\xff\xe0\0\0",
}


@pytest.mark.parametrize("hidden_by", HIDDEN)
def test_scans_do_not_hide_behind_what_decoders_pass_over(hidden_by: str) -> None:
    data = with_scans(encoded(detailed((64, 48)), progressive=True), 101)
    at = data.index(b"\xff\xdb")

    with pytest.raises(Refusal) as refused:
        show_one(data[:at] + HIDDEN[hidden_by] + data[at:])

    assert refused.value.code == "too_many_scans"


@pytest.mark.parametrize("junk", HIDDEN.values())
def test_what_decoders_pass_over_does_no_harm(junk: bytes) -> None:
    at = BASELINE.index(b"\xff\xdb")

    assert show_one(BASELINE[:at] + junk + BASELINE[at:]).size == (64, 48)


@pytest.mark.parametrize("junk", [b"\xff", b"\0"])
@pytest.mark.parametrize("before", [b"\xff\xdb", b"\xff\xda"])
def test_a_flood_of_junk_is_refused(junk: bytes, before: bytes) -> None:
    at = BASELINE.index(before)

    with pytest.raises(Refusal) as refused:
        draw(BASELINE[:at] + junk * 100_000 + BASELINE[at:])

    assert refused.value.code == "damaged"


def test_scans_of_an_arithmetic_picture_are_counted_too() -> None:
    data = with_scans(PROGRESSIVE, 101).replace(b"\xff\xc2", b"\xff\xca", 1)

    with pytest.raises(Refusal) as refused:
        draw(data)

    assert refused.value.code == "too_many_scans"


def test_at_full_scale_every_scan_stays() -> None:
    assert without_fine_scans(PROGRESSIVE, draw(PROGRESSIVE), 0.51) is PROGRESSIVE


@pytest.mark.parametrize(("need", "scans"), [(0.5, 7), (0.25, 5)])
def test_a_reduced_picture_does_without_its_finest_scans(need: float, scans: int) -> None:
    reduced = without_fine_scans(PROGRESSIVE, draw(PROGRESSIVE), need)

    assert len(draw(bytes(reduced)).scans) == scans
    assert len(reduced) < len(PROGRESSIVE)


def test_a_reduced_picture_looks_like_the_whole_one() -> None:
    reduced = without_fine_scans(PROGRESSIVE, draw(PROGRESSIVE), 0.25)

    before, after = (Image.open(io.BytesIO(data)) for data in (PROGRESSIVE, bytes(reduced)))
    for image in (before, after):
        image.draft(None, (160, 120))
    apart = ImageChops.difference(before, after).convert("L").histogram()
    assert sum(apart[12:]) < 160 * 120 / 100


def test_a_flood_of_empty_segments_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        draw(b"\xff\xd8" + b"\xff\xfe\0\2" * 2000)

    assert refused.value.code == "damaged"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8",
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xda\0",
        b"\xff\xd8\xff\xff\xff\xff\xff",
        b"\xff\xd8\xff\xe0\0\0\xff\xd9",
    ],
)
def test_a_stump_of_a_picture_has_an_outline_too(data: bytes) -> None:
    assert draw(data).scans == () or draw(data).scans[0].end <= len(data)
