"""Uploaded bytes become a small upright RGB picture, or a refusal.

Formats and sizes: https://cloud.google.com/vision/docs/supported-files
(RAW and PDF, which that page lists too, are not read here).
The page does not say in which frame Vision answers for a picture with an EXIF
orientation; here every coordinate is in the upright frame, as the picture is shown.
"""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass

from PIL import ExifTags, Image

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "ICO", "TIFF")
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 75_000_000
WORK_SIDE = 2000
"""Longest side that any model gets to see; text needs most."""
SMALL_SIDE = 640
MAX_SCANS = 100
"""A progressive JPEG has about ten scans, one that is made to cost hours has thousands."""

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNS[value] for value in (5, 6, 7, 8)}

# What Pillow's readers raise on hostile files; they promise no common class.
_READ_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    zlib.error,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    MemoryError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class BadPictureError(Exception):
    """The bytes are no picture that Vision would look at."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright picture: its true size, and two reduced copies for the models."""

    width: int
    height: int
    work: Image.Image
    small: Image.Image

    @property
    def scale(self) -> float:
        """How many true pixels one pixel of ``work`` is wide."""
        return self.width / self.work.width

    @property
    def small_scale(self) -> float:
        """How many pixels of ``work`` one pixel of ``small`` is wide."""
        return self.work.width / self.small.width


def open_picture(data: bytes) -> Picture:
    """Return the first frame, upright, on white, reduced; raise BadPictureError."""
    if len(data) > MAX_BYTES:
        raise BadPictureError(f"Image is larger than {MAX_BYTES} bytes.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
            return _read(data)
    except _READ_ERRORS as error:
        raise BadPictureError("Bad image data.") from error


def _read(data: bytes) -> Picture:
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise BadPictureError(f"Image has more than {MAX_PIXELS} pixels.")
    if image.format == "JPEG" and data.count(b"\xff\xda") > MAX_SCANS:
        raise BadPictureError("Bad image data.")
    # A JPEG is decoded at a half, a quarter or an eighth where that is enough.
    image.draft("RGB", _fit(width, height, WORK_SIDE))
    image.load()
    turn = _turn(image)
    work = _reduced(_on_white(image), WORK_SIDE)
    if turn is not None:
        work = work.transpose(turn)
    if turn in _SIDEWAYS:
        width, height = height, width
    return Picture(width, height, work, _reduced(work, SMALL_SIDE))


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Return what sets the picture upright; nothing where its EXIF block is unreadable."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _READ_ERRORS:
        return None


def _fit(width: int, height: int, side: int) -> tuple[int, int]:
    longest = max(width, height)
    return max(1, width * side // longest), max(1, height * side // longest)


def _reduced(image: Image.Image, side: int) -> Image.Image:
    """Return the image itself if its longest side is short enough, else a smaller copy."""
    if max(image.size) <= side:
        return image
    size = _fit(*image.size, side)
    return image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        layer = _reduced(image if image.mode == "RGBA" else image.convert("RGBA"), 2 * WORK_SIDE)
        image = Image.new("RGBA", layer.size, "white")
        image.alpha_composite(layer)
    return image.convert("RGB")
