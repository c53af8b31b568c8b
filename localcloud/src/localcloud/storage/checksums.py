"""CRC32C and MD5 of what was received, and what the client said they should be.

https://cloud.google.com/storage/docs/data-validation
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass

import google_crc32c

from localcloud.storage.errors import invalid


class Digest:
    """Both checksums of the bytes so far, as Cloud Storage writes them (Base64)."""

    def __init__(self) -> None:
        self.size = 0
        self._crc32c = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def update(self, data: bytes) -> None:
        self.size += len(data)
        self._crc32c = google_crc32c.extend(self._crc32c, data)
        self._md5.update(data)

    @property
    def crc32c(self) -> str:
        return b64encode(self._crc32c.to_bytes(4, "big")).decode()

    @property
    def md5(self) -> str:
        return b64encode(self._md5.digest()).decode()


@dataclass(frozen=True, slots=True)
class Expected:
    """The checksums that the client sent, where it sent any."""

    crc32c: str | None = None
    md5: str | None = None

    def check(self, crc32c: str, md5: str | None) -> None:
        """Raise StorageError where the bytes that arrived are others."""
        if self.crc32c is not None and self.crc32c != crc32c:
            raise invalid(
                f'Provided CRC32C "{self.crc32c}" doesn\'t match calculated CRC32C "{crc32c}".'
            )
        if self.md5 is not None and md5 is not None and self.md5 != md5:
            raise invalid(
                f'Provided MD5 hash "{self.md5}" doesn\'t match calculated MD5 hash "{md5}".'
            )

    def or_else(self, other: "Expected") -> "Expected":
        """Return these, completed by the other ones."""
        return Expected(self.crc32c or other.crc32c, self.md5 or other.md5)


UNKNOWN = Expected()


def parse_hash_header(text: str) -> Expected:
    """Return what an ``X-Goog-Hash`` header says: ``crc32c=…,md5=…``."""
    values: dict[str, str] = {}
    for item in text.split(","):
        kind, equals, value = item.strip().partition("=")
        if equals:
            values[kind.lower()] = value
    return Expected(values.get("crc32c"), values.get("md5"))


def hash_header(crc32c: str, md5: str | None) -> str:
    return f"crc32c={crc32c}" + (f",md5={md5}" if md5 else "")
