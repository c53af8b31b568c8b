"""Names that buckets and objects may have.

https://cloud.google.com/storage/docs/buckets#naming
https://cloud.google.com/storage/docs/objects#naming
"""

import re
from ipaddress import AddressValueError, IPv4Address

from localcloud.storage.errors import invalid

MAX_OBJECT_NAME_BYTES = 1024
MAX_BUCKET_NAME_LENGTH = 63
MAX_DOTTED_BUCKET_NAME_LENGTH = 222
_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]+[a-z0-9]")


def check_bucket_name(name: str) -> None:
    """Raise StorageError unless a bucket may have this name."""
    if not _is_bucket_name(name):
        raise invalid(f"Invalid bucket name: '{name}'")


def check_object_name(name: str) -> None:
    """Raise StorageError unless an object may have this name."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise invalid("Invalid object name: it is not valid UTF-8.") from None
    if not 1 <= length <= MAX_OBJECT_NAME_BYTES:
        raise invalid(
            f"The specified object name is not valid: it has {length} bytes, "
            f"1 to {MAX_OBJECT_NAME_BYTES} are allowed."
        )
    if name in (".", "..") or "\r" in name or "\n" in name:
        raise invalid(f"Disallowed object name: {name!r}")
    if name.startswith(".well-known/acme-challenge/"):
        raise invalid(f"Disallowed object name: {name!r}")


def _is_bucket_name(name: str) -> bool:
    longest = MAX_DOTTED_BUCKET_NAME_LENGTH if "." in name else MAX_BUCKET_NAME_LENGTH
    parts = name.split(".")
    return (
        _BUCKET.fullmatch(name) is not None
        and len(name) <= longest
        and all(1 <= len(part) <= MAX_BUCKET_NAME_LENGTH for part in parts)
        and not any(part.startswith("-") or part.endswith("-") for part in parts)
        and not _is_address(name)
        and not name.startswith("goog")
        and "google" not in name
    )


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except AddressValueError:
        return False
    return True
