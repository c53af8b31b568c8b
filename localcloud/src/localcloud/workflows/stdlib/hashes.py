"""Hashes, the namespace ``hash``.

https://cloud.google.com/workflows/docs/reference/stdlib/hash
"""

from __future__ import annotations

import hashlib
import hmac

from localcloud.workflows.failures import value_error
from localcloud.workflows.stdlib.function import BYTES, STRING, Function, Param

_ALGORITHMS = frozenset({"MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"})


def compute_checksum(data: bytes, algorithm: str) -> bytes:
    """Return the digest of the data."""
    return hashlib.new(_known(algorithm), data, usedforsecurity=False).digest()


def compute_hmac(key: bytes, data: bytes, algorithm: str) -> bytes:
    """Return the keyed digest of the data."""
    return hmac.digest(key, data, _known(algorithm))


def _known(algorithm: str) -> str:
    if algorithm not in _ALGORITHMS:
        raise value_error(f"unsupported hash algorithm '{algorithm}'")
    return algorithm.lower()


FUNCTIONS = (
    Function(
        "hash.compute_checksum",
        (Param("data", BYTES), Param("algorithm", STRING)),
        compute_checksum,
    ),
    Function(
        "hash.compute_hmac",
        (Param("key", BYTES), Param("data", BYTES), Param("algorithm", STRING)),
        compute_hmac,
    ),
)
