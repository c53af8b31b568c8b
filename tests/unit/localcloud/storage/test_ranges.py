import pytest

from localcloud.storage.errors import StorageError
from localcloud.storage.ranges import ContentRange, Span, parse_content_range, parse_range


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=2-5", Span(2, 4)),
        ("bytes=2-", Span(2, 8)),
        ("bytes=2-99", Span(2, 8)),
        ("bytes=-3", Span(7, 3)),
        ("bytes=-99", Span(0, 10)),
    ],
)
def test_a_range_selects_its_bytes(header: str, span: Span) -> None:
    assert parse_range(header, 10) == span


@pytest.mark.parametrize(
    "header", [None, "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "items=0-1", "bytes=a-b"]
)
def test_what_is_no_single_range_stands_for_the_whole(header: str | None) -> None:
    assert parse_range(header, 10) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=10-", 10), ("bytes=99-100", 10), ("bytes=0-", 0), ("bytes=-0", 9)]
)
def test_a_range_without_a_byte_is_refused(header: str, size: int) -> None:
    with pytest.raises(StorageError) as refusal:
        parse_range(header, size)

    assert refusal.value.http_status == 416


@pytest.mark.parametrize(
    ("header", "content"),
    [
        ("bytes 0-4/5", ContentRange(0, 4, 5)),
        ("bytes 5-9/*", ContentRange(5, 9, None)),
        ("bytes */5", ContentRange(None, None, 5)),
        ("bytes */*", ContentRange(None, None, None)),
    ],
)
def test_a_content_range_tells_the_place_of_a_piece(header: str, content: ContentRange) -> None:
    assert parse_content_range(header) == content


@pytest.mark.parametrize("header", ["", "0-4/5", "bytes 4-0/5", "bytes 0-5/5", "bytes 0-4"])
def test_a_malformed_content_range_is_refused(header: str) -> None:
    with pytest.raises(StorageError, match="Content-Range"):
        parse_content_range(header)
