import gzip

import pytest

from localcloud.storage.blobs import CHUNK_BYTES
from localcloud.storage.errors import StorageError
from localcloud.storage.inflate import Inflate


def test_a_small_input_is_inflated_in_pieces_of_bounded_size() -> None:
    plain = b"\0" * 10_000_000

    pieces = list(Inflate().feed(gzip.compress(plain)))

    assert b"".join(pieces) == plain
    assert max(map(len, pieces)) <= CHUNK_BYTES


def test_what_is_not_gzip_is_refused() -> None:
    with pytest.raises(StorageError, match="not valid gzip"):
        list(Inflate().feed(b"plain text"))
