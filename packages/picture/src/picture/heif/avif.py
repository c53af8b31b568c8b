"""Opens AVIF as browsers do: cropped to its clean aperture, and in spite of some old faults.

ISO/IEC 14496-12 (section 12.1.4) tells what the aperture is. The decoder neither crops nor
forgives.
"""

import io
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from PIL import AvifImagePlugin, ImageFile

from picture.heif.boxes import association_lists, item_entries, primary_properties
from picture.orientation import Size

_SEQUENCE: Final = b"avis"
_APERTURE: Final = b"clap"
_FRACTIONS: Final = struct.Struct(">IIIIiIiI")
_LABELS: Final = b"Exif"
_GAIN_MAP: Final = b"tmap"
_PLAIN: Final = b"mif1"
_FREE: Final = b"free"
# ITU-T H.273, table 4: the decoder lacks the first, and the second comes near.
_COLOUR: Final = b"colrnclx"
_MATRIX_AT: Final = len(_COLOUR) + 4
_CONSTANT_LUMINANCE: Final = (10).to_bytes(2, "big")
_NON_CONSTANT_LUMINANCE: Final = (9).to_bytes(2, "big")


@dataclass(frozen=True)
class Window:
    """The part of the stored pixels that is shown."""

    left: int
    top: int
    width: int
    height: int


class AvifPicture(AvifImagePlugin.AvifImageFile):
    """A drop-in for Pillow's plugin."""

    _window: Window | None = None
    _row_bytes = 0

    def _open(self) -> None:
        data = _with_known_matrix(self.fp.read() if self.fp else b"")
        try:
            self._open_with(data)
        except (SyntaxError, ValueError, RuntimeError):
            self._open_with(mended(data))
        self._window = window(data, self._size)
        if self._window is not None:
            self._row_bytes = self.width * len(self.getbands())
            self._size = (self._window.width, self._window.height)
            self.seek(0)

    def _open_with(self, data: bytes) -> None:
        self.fp = io.BytesIO(data)
        super()._open()

    def seek(self, frame: int) -> None:
        super().seek(frame)
        if self._window is None:
            return
        start = self._window.top * self._row_bytes + self._window.left * len(self.getbands())
        self.tile = [
            ImageFile._Tile("raw", (0, 0, *self.size), start, (self.mode, self._row_bytes, 1))  # noqa: SLF001 -- plugins build it
        ]

    def load_seek(self, pos: int) -> None:
        if self.fp:
            self.fp.seek(pos)


def window(data: bytes, stored: Size) -> Window | None:
    """Return what of a still picture its clean aperture leaves; None if all of it, or nonsense."""
    if data[8:12] == _SEQUENCE:
        return None
    for box in primary_properties(data):
        if box.kind == _APERTURE and box.end - box.start >= _FRACTIONS.size:
            return _aperture(_FRACTIONS.unpack_from(data, box.start), stored)
    return None


def _aperture(told: tuple[int, ...], stored: Size) -> Window | None:
    """Return the window: sizes, and how far their centres lie apart, all as fractions."""
    if 0 in told[1::2]:
        return None
    width, height, right, down = (
        Fraction(above, below) for above, below in zip(told[::2], told[1::2], strict=True)
    )
    left, top = (stored[0] - width) / 2 + right, (stored[1] - height) / 2 + down
    if min(left, top, width - 1, height - 1) < 0:
        return None
    if left + width > stored[0] or top + height > stored[1]:
        return None
    # Some encoders miss the middle of a pixel by a half.
    return Window(int(left), int(top), int(width), int(height))


def mended(data: bytes) -> bytes:
    """Return the file without faults that say nothing about its pixels.

    Early encoders wrote several association boxes that claim to be the same; broken EXIF is
    declared to be of no known kind, and nothing said of a gain map for brighter screens.
    """
    brands = int.from_bytes(data[:4], "big")
    whole = bytearray(data[:brands].replace(_GAIN_MAP, _PLAIN) + data[brands:])
    for number, box in enumerate(association_lists(data)):
        # Of these flags only the lowest has a meaning.
        whole[box.start + 2] = number & 0xFF
    for box in item_entries(data):
        if box.kind == b"infe" and data[box.start + 8 : box.start + 12] == _LABELS:
            whole[box.start + 8 : box.start + 12] = _FREE
    return bytes(whole)


def _with_known_matrix(data: bytes) -> bytes:
    at = data.find(_COLOUR) + _MATRIX_AT
    if at < _MATRIX_AT or data[at : at + 2] != _CONSTANT_LUMINANCE:
        return data
    return data[:at] + _NON_CONSTANT_LUMINANCE + data[at + 2 :]
