from hypothesis import assume, given
from hypothesis import strategies as st

from localcloud.storage.listing import successor

TEXT = st.text(max_size=4)


@given(prefix=TEXT, rest=TEXT, other=TEXT)
def test_the_successor_is_above_all_names_with_the_prefix_and_below_all_others(
    prefix: str, rest: str, other: str
) -> None:
    assume(prefix.strip("\U0010ffff") and not other.startswith(prefix))

    above = successor(prefix).encode()

    assert (prefix + rest).encode() < above
    assert not prefix.encode() <= other.encode() < above


def test_nothing_is_above_the_greatest_names() -> None:
    assert successor("") == ""
    assert successor("\U0010ffff") == ""


def test_the_successor_is_never_a_surrogate() -> None:
    assert successor("a\ud7ff") == "a\ue000"
