"""Judges how much is missing from a JPEG that ends too early.

A few bytes lost at the end are no reason to refuse a picture; a decoder fills what more
is missing with grey, which nobody wants to see. Nothing but the pixels tells the two
apart.
"""

import io
import math
import mmap
from typing import Final

from PIL import Image, ImageChops, ImageFile

from picture.jpeg import markers
from picture.limits import Limits
from picture.refusals import Refusal

Bytes = bytes | mmap.mmap

END: Final = b"\xff\xd9"
_MIN_ROWS: Final = 16
# As many of the same colour as fit into the last bytes of a file.
_MIN_BLOCKS: Final = 32
_BLOCK: Final = 8
_MAX_SHARE: Final = 1 / 5
# What a decoder takes for a block that is not there; ink is stored as its opposite.
_FILLED: Final = bytes((127, 128))
# The decoder holds back up to two rows of blocks until it sees the end.
_HELD_BACK_ROWS: Final = 48
_UNDECODED: Final = (101, 254, 127, 3)
_TOLERATED: Final = 1 / 50


class Watched(io.RawIOBase):
    """A JPEG in one scan, whose end marker is read only if the pixels before it were there.

    A decoder that meets the marker too early fills what is missing with grey and says nothing.
    """

    def __init__(self, data: Bytes, end: int, image: ImageFile.ImageFile) -> None:
        super().__init__()
        self._data, self._end, self._at, self._image = data, end, 0, image
        # Rows of blocks are smaller in a smaller scale (JpegImageFile.draft).
        scale = (image.decoderconfig or (1,))[0] or 1
        held_back = math.ceil(_HELD_BACK_ROWS / scale)
        self._row = image.height - max(held_back, round(image.height * _TOLERATED))
        self._colour = _UNDECODED[: len(image.getbands())]
        if self._row > 0:
            image.load_prepare()
            image.im.paste(self._colour, (0, self._row, image.width, self._row + 1))

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset if whence == io.SEEK_SET else self._at + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises Refusal before the end marker, if that comes too early."""
        stop = self._end if self._at < self._end else len(self._data)
        if self._at == self._end and self._row > 0 and self._is_undecoded():
            raise Refusal("truncated")
        chunk = self._data[self._at : stop if size < 0 else min(stop, self._at + size)]
        self._at += len(chunk)
        return chunk

    def _is_undecoded(self) -> bool:
        row = self._image.im.crop((0, self._row, self._image.width, self._row + 1))
        counts = row.histogram()
        held = (counts[256 * band + level] for band, level in enumerate(self._colour))
        return all(count == self._image.width for count in held)


def end_of_pixels(data: Bytes, limits: Limits) -> int | None:
    """Return where the end marker of a JPEG in one scan stands; None if it has several, or none."""
    found = markers.outline(data, limits)
    if found.progressive or len(found.scans) != 1 or found.scans[0].end != len(data):
        return None
    end = data.rfind(END)
    return end if end >= found.scans[0].body else None


def lacks_little(data: Bytes, limits: Limits) -> bool:
    """Tell whether a JPEG that ends too early has all but its last few blocks."""
    found = markers.outline(data, limits)
    try:
        if found.progressive:
            return found.is_complete and _last_scan_reaches_bottom(data, found)
        return _lacks_few_blocks(data)
    except (OSError, SyntaxError, ValueError):
        return False


def _lacks_few_blocks(data: Bytes) -> bool:
    image = Image.open(io.BytesIO(data[:] + END), formats=("JPEG",))
    image.draft(None, (max(1, image.width // _BLOCK), max(1, image.height // _BLOCK)))
    blocks = image.getchannel(0)
    missing, total = _count_filled(blocks), blocks.width * blocks.height
    return missing <= total * _MAX_SHARE and missing <= max(_MIN_BLOCKS, total * _TOLERATED)


def _count_filled(blocks: Image.Image) -> int:
    """Return how many blocks at the end, a pixel each, are as grey as those that are not there."""
    count, pixels = 0, blocks.tobytes()
    for end in range(len(pixels), 0, -blocks.width):
        row = pixels[end - blocks.width : end]
        filled = len(row) - len(row.rstrip(_FILLED))
        if not filled:
            break
        count += filled
    return count


def _last_scan_reaches_bottom(data: Bytes, found: markers.Outline) -> bool:
    """Tell whether the last scan changes something near the bottom of the picture, or nothing.

    It is compared with an empty one: without any, the decoder would smooth all blocks.
    """
    if found.scans[-1].body == len(data):
        return False
    whole, rest = _grey(data[:] + END), _grey(data[: found.scans[-1].body] + END)
    box = ImageChops.difference(whole, rest).getbbox()
    return box is None or _is_bottom(box[3], whole.height)


def _grey(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=("JPEG",))
    image.draft("L", image.size)
    return image.convert("L")


def _is_bottom(row: int, height: int) -> bool:
    return row >= height - min(height * _MAX_SHARE, max(_MIN_ROWS, height * _TOLERATED))
