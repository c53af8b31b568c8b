from itertools import combinations

import pytest

from safelight.similar import SURE_DISTANCE, bands, distance

HASH = "0123456789abcdef"


def flipped(phash, places):
    number = int(phash, 16)
    for place in places:
        number ^= 1 << place
    return f"{number:016x}"


def test_bands_hold_the_hash_with_its_places():
    assert bands(HASH) == ["0:0123", "1:4567", "2:89ab", "3:cdef"]


@pytest.mark.parametrize("places", [(), (0,), (5, 63), (1, 2, 3, 4)])
def test_the_distance_is_that_of_the_bits(places):
    assert distance(HASH, flipped(HASH, places)) == len(places)


def test_whatever_is_near_enough_has_a_band_in_common():
    for places in combinations(range(0, 64, 3), SURE_DISTANCE):
        assert set(bands(HASH)) & set(bands(flipped(HASH, places)))
