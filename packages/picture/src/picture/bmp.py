"""Opens the BMPs that Pillow has no layout for besides those that it has.

https://learn.microsoft.com/windows/win32/api/wingdi/ns-wingdi-bitmapv5header
"""

import struct
from dataclasses import dataclass
from typing import Any, Final

from PIL import BmpImagePlugin, Image, ImageFile, ImageMath, ImagePalette

_HEADER: Final = struct.Struct("<10xI I iiHHI")
_MASKS: Final = struct.Struct("<4I")
_MASKS_AT: Final = 54
_LONG_HEADER: Final = 56
_FIELDS, _FIELDS_AND_ALPHA = 3, 6
_RAW: Final = {16: "I;16", 32: "I;32"}
_COLOURS: Final = 256
_ENTRY: Final = {"BGR": 3, "BGRX": 4}


@dataclass(frozen=True)
class Field:
    """The bits of a pixel that tell one of its samples."""

    shift: int
    top: int
    """The largest value; 0 if there are no bits."""


class BmpPicture(BmpImagePlugin.BmpImageFile):
    """A drop-in for Pillow's plugin."""

    _fields: tuple[Field, ...] = ()

    def _bitmap(self, header: int = 0, offset: int = 0) -> None:
        try:
            super()._bitmap(header, offset)
        except OSError:
            if not self._set_up_fields():
                raise
        if self.palette is not None and self.palette.rawmode in _ENTRY:
            longest = _COLOURS * _ENTRY[self.palette.rawmode]
            self.palette = ImagePalette.raw(self.palette.rawmode, self.palette.palette[:longest])

    def _set_up_fields(self) -> bool:
        """Prepare for pixels that tell their samples in any bits; return whether they do."""
        if self.fp is None:
            return False
        self.fp.seek(0)
        head = self.fp.read(_MASKS_AT + _MASKS.size).ljust(_MASKS_AT + _MASKS.size, b"\0")
        start, length, width, height, _, bits, packing = _HEADER.unpack_from(head)
        if bits not in _RAW or packing not in {_FIELDS, _FIELDS_AND_ALPHA}:
            return False
        fields = [_field(mask) for mask in _MASKS.unpack_from(head, _MASKS_AT)]
        has_alpha = packing == _FIELDS_AND_ALPHA or length >= _LONG_HEADER
        self._fields = tuple(fields if has_alpha and fields[3].top else fields[:3])
        self._size, self._mode = (width, abs(height)), "I"
        row_bytes = (width * bits + 31) // 32 * 4
        layout = (_RAW[bits], row_bytes, 1 if height < 0 else -1)
        self.tile = [ImageFile._Tile("raw", (0, 0, *self._size), start, layout)]  # noqa: SLF001 -- plugins build it
        return True

    def load(self) -> Any:
        """Decode the pixels, if that has not been done."""
        if not self._fields or not self.tile:
            return super().load()
        super().load()
        samples = [_sample(self, field) for field in self._fields]
        picture = Image.merge("RGBA" if len(samples) > 3 else "RGB", samples)  # noqa: PLR2004 -- three colours
        self.im, self._mode = picture.im, picture.mode
        return super().load()


def _field(mask: int) -> Field:
    shift = (mask & -mask).bit_length() - 1 if mask else 0
    return Field(shift, mask >> shift)


def _sample(pixels: Image.Image, field: Field) -> Image.Image:
    """Return a sample of all pixels, scaled to 8 bits."""
    if not field.top:
        return Image.new("L", pixels.size)
    value = ImageMath.lambda_eval(
        lambda known: (known["pixels"] >> field.shift) & field.top, pixels=pixels
    )
    scale = 255 / field.top
    levels: Image.Image = value.convert("F").point(lambda level: level * scale + 0.5).convert("L")
    return levels
