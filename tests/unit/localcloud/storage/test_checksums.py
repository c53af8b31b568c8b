import pytest

from localcloud.storage.checksums import Digest, Expected, hash_header, parse_hash_header
from localcloud.storage.errors import StorageError


def test_checksums_are_written_as_cloud_storage_writes_them() -> None:
    digest = Digest()
    digest.update(b"hello ")
    digest.update(b"world")

    assert (digest.size, digest.crc32c, digest.md5) == (
        11,
        "yZRlqg==",
        "XrY7u+Ae7tCTyyK7j1rNww==",
    )


def test_a_hash_header_is_read_back() -> None:
    assert parse_hash_header(hash_header("yZRlqg==", "abc=")) == Expected("yZRlqg==", "abc=")


def test_a_composed_object_has_no_md5_in_its_header() -> None:
    assert hash_header("yZRlqg==", None) == "crc32c=yZRlqg=="


def test_what_came_later_wins_over_what_came_first() -> None:
    assert Expected("new").or_else(Expected("old", "md5")) == Expected("new", "md5")


@pytest.mark.parametrize("expected", [Expected(crc32c="AAAAAA=="), Expected(md5="AAAA")])
def test_other_bytes_than_announced_are_refused(expected: Expected) -> None:
    with pytest.raises(StorageError, match="doesn't match calculated"):
        expected.check("yZRlqg==", "XrY7u+Ae7tCTyyK7j1rNww==")
