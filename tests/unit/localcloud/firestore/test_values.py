import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.firestore.values import NAN, sort_key
from tests.unit.localcloud.firestore.builders import value

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3)
    ),
    max_leaves=8,
)


@given(plain, plain)
def test_any_two_values_can_be_compared(one: Any, other: Any) -> None:
    left, right = sort_key(value(one)), sort_key(value(other))

    assert (left < right) + (left > right) + (left == right) == 1


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        (None, False),
        (True, math.nan),
        (math.nan, -math.inf),
        (math.inf, ""),
        (2**53, 2**53 + 1),
        (float(2**53), 2**53 + 1),
        ("z", "é"),
        ("\uffee", "\U0001f600"),
        ("z", b""),
        (b"z", []),
        ([1], [1, 0]),
        ([1, 9], [2]),
        ([9], {}),
        ({"a": 1}, {"a": 1, "b": 0}),
        ({"a": 1, "z": 9}, {"a": 2}),
        ({"a": 9}, {"b": 0}),
    ],
)
def test_order_of_values(smaller: Any, larger: Any) -> None:
    assert sort_key(value(smaller)) < sort_key(value(larger))


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), (0.0, -0.0), ({"a": 1}, {"a": 1.0})])
def test_equal_numbers_of_both_kinds_are_equal(one: Any, other: Any) -> None:
    assert sort_key(value(one)) == sort_key(value(other))


def test_not_a_number_equals_itself() -> None:
    assert sort_key(value(math.nan)) == NAN == sort_key(value(-math.nan))


def test_vectors_sort_by_dimension_between_arrays_and_maps() -> None:
    vectors = [
        value({"__type__": "__vector__", "value": numbers}) for numbers in ([9.0], [1.0, 2.0])
    ]

    keys = [sort_key(v) for v in (value([9]), *vectors, value({}))]

    assert keys == sorted(keys)
