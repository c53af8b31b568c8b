"""What agencies write beside EXIF: who made a picture, and who is to be named (IPTC-IIM 4.2)."""

from collections.abc import Mapping
from typing import Final

from PIL import Image, ImageFile, IptcImagePlugin

from metadata.exif import text
from picture.decode import DAMAGE

_FIELDS: Final[Mapping[str, tuple[int, int]]] = {
    "artist": (2, 80),
    "credit": (2, 110),
    "copyright": (2, 116),
    "description": (2, 120),
}


def read_iptc(image: Image.Image) -> dict[str, str]:
    """Return what is told of author and rights; empty for junk."""
    try:
        told = IptcImagePlugin.getiptcinfo(image) if isinstance(image, ImageFile.ImageFile) else {}
    except DAMAGE:
        return {}
    found = {name: _first((told or {}).get(record)) for name, record in _FIELDS.items()}
    return {name: value for name, value in found.items() if value}


def _first(value: object) -> str | None:
    """Return the text; a field that repeats comes as a list."""
    return text(value[0] if isinstance(value, list) and value else value)
