"""Variants as files."""

from dataclasses import dataclass
from typing import Final, Literal

Written = Literal["jpeg", "png", "webp", "avif"]

EXTENSIONS: Final[dict[Written, str]] = {
    "jpeg": "jpg",
    "png": "png",
    "webp": "webp",
    "avif": "avif",
}
CONTENT_TYPES: Final[dict[str, str]] = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
}
MOVING: Final[frozenset[Written]] = frozenset({"webp", "avif"})


@dataclass(frozen=True)
class Encoded:
    """A variant as a file; of several formats all but the first are named after theirs."""

    name: str
    extension: str
    width: int
    height: int
    data: bytes
    recipe: str = ""
