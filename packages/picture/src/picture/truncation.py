"""Judges how much is missing from a JPEG that ends too early.

A few bytes lost at the end are no reason to refuse a picture; a decoder fills what more
is missing with grey, which nobody wants to see. Nothing but the pixels tells the two
apart.
"""

import io
import mmap
from typing import Final

from PIL import Image, ImageChops, ImageFile

from picture import jpeg
from picture.limits import Limits

Bytes = bytes | mmap.mmap

END: Final = b"\xff\xd9"
_MIN_ROWS: Final = 16
_TOLERATED: Final = 1 / 50


def lacks_little(data: Bytes, stopped: ImageFile.ImageFile, limits: Limits) -> bool:
    """Tell whether a decoder that ``stopped`` too early had all but the last few rows."""
    found = jpeg.outline(data, max_scans=limits.max_scans, max_segments=limits.max_segments)
    if not found.progressive:
        return _is_bottom(_lowest_row(stopped), stopped.height)
    return found.is_complete and _last_scan_reaches_bottom(data, found)


def _lowest_row(stopped: ImageFile.ImageFile) -> int:
    """Return how far down pixels were decoded; what was not is black."""
    box = stopped.im.getbbox()
    return box[3] if box else 0


def _last_scan_reaches_bottom(data: Bytes, found: jpeg.Outline) -> bool:
    """Tell whether the last scan changes something near the bottom of the picture.

    It is compared with an empty one: without any, the decoder would smooth all blocks.
    """
    whole, rest = _grey(data[:] + END), _grey(data[: found.scans[-1].body] + END)
    box = ImageChops.difference(whole, rest).getbbox()
    return box is not None and _is_bottom(box[3], whole.height)


def _grey(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=("JPEG",))
    image.draft("L", image.size)
    return image.convert("L")


def _is_bottom(row: int, height: int) -> bool:
    return row >= height - max(_MIN_ROWS, height * _TOLERATED)
