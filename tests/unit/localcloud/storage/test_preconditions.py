import pytest

from localcloud.storage.errors import StorageError
from localcloud.storage.preconditions import Preconditions, parse_preconditions

ABSENT = (0, 0)
PRESENT = (7, 2)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (Preconditions(), ABSENT),
        (Preconditions(generation_match=0), ABSENT),
        (Preconditions(generation_not_match=0), PRESENT),
        (Preconditions(generation_match=7, metageneration_match=2), PRESENT),
        (Preconditions(generation_not_match=8, metageneration_not_match=3), PRESENT),
    ],
)
def test_conditions_that_hold_let_the_request_pass(
    conditions: Preconditions, found: tuple[int, int]
) -> None:
    conditions.check(*found)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (Preconditions(generation_match=0), PRESENT),
        (Preconditions(generation_match=7), ABSENT),
        (Preconditions(generation_match=8), PRESENT),
        (Preconditions(metageneration_match=1), PRESENT),
        (Preconditions(metageneration_match=1), ABSENT),
        (Preconditions(generation_not_match=0), ABSENT),
        (Preconditions(generation_not_match=7), PRESENT),
        (Preconditions(metageneration_not_match=2), PRESENT),
    ],
)
def test_conditions_that_fail_refuse_the_request(
    conditions: Preconditions, found: tuple[int, int]
) -> None:
    with pytest.raises(StorageError) as refusal:
        conditions.check(*found)

    assert refusal.value.http_status == 412


def test_a_read_of_what_the_client_has_is_not_modified() -> None:
    with pytest.raises(StorageError) as refusal:
        Preconditions(generation_not_match=7).check(*PRESENT, reading=True)

    assert refusal.value.http_status == 304


def test_conditions_on_a_source_have_their_own_prefix() -> None:
    query = {"ifGenerationMatch": "1", "ifSourceGenerationMatch": "2"}

    source = parse_preconditions(query, "ifSource")

    assert source == Preconditions(generation_match=2)


@pytest.mark.parametrize("text", ["x", "-1", "1.0", "9223372036854775808", "\u0663"])
def test_a_condition_that_is_no_int64_is_refused(text: str) -> None:
    with pytest.raises(StorageError, match="Invalid value for ifGenerationMatch"):
        parse_preconditions({"ifGenerationMatch": text})
