import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localcloud.storage.errors import StorageError
from localcloud.storage.multipart import Multipart

BOUNDARY = "=="


def body(media: bytes, line_end: bytes = b"\r\n", resource: bytes = b'{"name": "a"}') -> bytes:
    mark = b"--" + BOUNDARY.encode()
    lines = (
        mark,
        b"content-type: application/json; charset=UTF-8",
        b"",
        resource,
        mark,
        b"content-type: image/png",
        b"",
        media,
        mark + b"--",
    )
    return line_end.join(lines) + line_end


def parse(pieces: list[bytes], content_type: str) -> tuple[Multipart, bytes]:
    parts = Multipart(content_type)
    media = b"".join(parts.feed(piece) for piece in pieces)
    parts.close()
    return parts, media


@given(
    media=st.lists(st.sampled_from([b"\r", b"\n", b"-", b"=", b"--==", b"\r\n--=", b"x"])).map(
        b"".join
    ),
    size=st.integers(1, 40),
)
def test_media_comes_out_whole_however_the_body_is_cut(media: bytes, size: int) -> None:
    assume(b"\r\n--==" not in media)
    sent = body(media)
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]

    parts, received = parse(pieces, f'multipart/related; boundary="{BOUNDARY}"')

    assert received == media
    assert parts.resource == {"name": "a"}
    assert parts.content_type == "image/png"


def test_line_feeds_and_an_apostrophised_boundary_are_taken_as_gcloud_sends_them() -> None:
    sent = body(b"a\r\nb\n", b"\n")

    _, received = parse([sent], f"multipart/related; boundary='{BOUNDARY}'")

    assert received == b"a\r\nb\n"


def test_a_large_body_is_handed_on_and_not_collected() -> None:
    parts = Multipart(f"multipart/related; boundary={BOUNDARY}")
    head, _, _ = body(b"|").partition(b"|")

    parts.feed(head)
    certain = parts.feed(b"x" * 1_000_000)

    assert len(certain) > 999_900


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        (body(b"abc")[:-10], f"multipart/related; boundary={BOUNDARY}"),
        (b"", f"multipart/related; boundary={BOUNDARY}"),
        (body(b"abc"), "multipart/related; boundary=other"),
        (body(b"abc"), "multipart/related"),
        (body(b"abc"), ""),
        (body(b"abc", resource=b"{"), f"multipart/related; boundary={BOUNDARY}"),
        (body(b"abc", resource=b"[]"), f"multipart/related; boundary={BOUNDARY}"),
    ],
)
def test_a_malformed_body_is_refused(sent: bytes, content_type: str) -> None:
    with pytest.raises(StorageError) as refusal:
        parse([sent], content_type)

    assert refusal.value.http_status == 400


def test_metadata_that_never_ends_is_refused() -> None:
    parts = Multipart(f"multipart/related; boundary={BOUNDARY}")
    endless = json.dumps("x" * 2_000_000).encode()

    with pytest.raises(StorageError, match="too large"):
        parts.feed(b"--==\r\ncontent-type: application/json\r\n\r\n" + endless)
