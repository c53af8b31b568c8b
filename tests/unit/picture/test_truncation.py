"""How much of a JPEG may be missing: a few bytes, whatever its size, but never a quarter."""

import io
import random

import pytest
from PIL import Image

from picture import decode
from picture.header import read_header
from picture.limits import Limits
from picture.refusals import Refusal

SIZES = [(16, 16), (64, 48), (320, 240)]
MODES = ["RGB", "L", "CMYK"]


def noise(size, mode):
    return Image.frombytes("RGB", size, random.Random(1).randbytes(3 * size[0] * size[1])).convert(
        mode
    )


def encoded(image, **options):
    target = io.BytesIO()
    image.save(target, "JPEG", **options)
    return target.getvalue()


def outcome(data):
    try:
        header = read_header(data, Limits())
        decode.decode(header.data, header.image, header.form, 1.0, Limits())
    except Refusal as refusal:
        return refusal.code
    return "decoded"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", [{}, {"restart_marker_rows": 1}, {"progressive": True}])
def test_a_few_bytes_may_be_missing(size, mode, options):
    data = encoded(noise(size, mode), **options)

    assert [outcome(data[:-missing]) for missing in (1, 2)] == ["decoded"] * 2


@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("options", [{}, {"restart_marker_rows": 1}, {"progressive": True}])
def test_a_quarter_must_not_be_missing(size, mode, options):
    data = encoded(noise(size, mode), **options)
    start = data.index(b"\xff\xda") + 14

    for part in (0.25, 0.5, 0.7):
        assert outcome(data[: start + int((len(data) - start) * part)]) == "truncated"


def test_a_flat_picture_may_lack_its_last_bytes_too():
    for options in ({}, {"progressive": True}):
        data = encoded(Image.new("RGB", (320, 240), "teal"), **options)

        assert outcome(data[:-2]) == "decoded"


@pytest.mark.parametrize("seed", range(20))
def test_damage_before_the_missing_end_is_no_defect(seed):
    data = bytearray(encoded(noise((64, 48), "RGB"), progressive=True)[:-2])
    chance = random.Random(seed)
    for _ in range(20):
        data[chance.randrange(2, len(data))] = chance.randrange(256)

    assert outcome(bytes(data)) in {"decoded", "truncated", "damaged", "too_many_pixels"}
