import base64
import itertools
import random

import pytest
from PIL import Image, ImageEnhance

from metadata.perceptual import phash, thumbhash


def gradients():
    ramp = Image.linear_gradient("L")
    return Image.merge("RGB", (ramp, ramp.rotate(90), Image.radial_gradient("L")))


def scenery(seed):
    """Return something with large and small shapes, as photos have."""
    coarse = random.Random(seed).randbytes(12 * 9)
    return Image.frombytes("L", (12, 9), coarse).resize((400, 300), Image.Resampling.BICUBIC)


def distance(one, other):
    return (int(one, 16) ^ int(other, 16)).bit_count()


def test_a_smaller_or_brighter_copy_has_nearly_the_same_phash():
    picture = scenery(seed=1)
    small = picture.resize((133, 100))
    bright = ImageEnhance.Brightness(picture).enhance(1.2)

    original = phash(picture)

    assert distance(original, phash(small)) <= 4
    assert distance(original, phash(bright)) <= 8


def test_different_pictures_have_distant_phashes():
    hashes = [phash(scenery(seed)) for seed in range(5)]

    apart = [distance(one, other) for one, other in itertools.combinations(hashes, 2)]
    assert min(apart) >= 16


@pytest.mark.parametrize("size", [(5, 5), (100, 30)])
def test_blank_pictures_of_all_colours_share_a_phash(size):
    assert phash(Image.new("RGB", size, "red")) == phash(Image.new("L", size, 3))
    assert len(phash(Image.new("L", size, 0))) == 16


def test_thumbhash_is_what_the_reference_makes_of_a_transparent_gradient():
    picture = gradients().resize((32, 20)).convert("RGBA")
    picture.putalpha(Image.radial_gradient("L").resize((32, 20)))

    # The reference is the encoder at https://evanw.github.io/thumbhash/.
    assert thumbhash(picture) == "IveFI5AYoJVwh3owcPMId/iHiHd/doc="


def test_thumbhash_tells_the_mean_colour():
    encoded = base64.b64decode(thumbhash(Image.new("RGB", (40, 10), (255, 0, 0))))

    bits = int.from_bytes(encoded[:3], "little")
    light = (bits & 63) / 63
    yellow = (bits >> 6 & 63) / 31.5 - 1
    red = (bits >> 12 & 63) / 31.5 - 1
    assert abs(light - 1 / 3) < 0.02
    assert abs(yellow - 1 / 2) < 0.02
    assert abs(red - 1) < 0.02
    assert not bits >> 23


def test_every_shape_has_a_short_thumbhash():
    for size in [(1, 1), (1, 300), (300, 1), (7, 5)]:
        assert 5 < len(base64.b64decode(thumbhash(Image.new("RGBA", size, (1, 2, 3, 0))))) < 40
