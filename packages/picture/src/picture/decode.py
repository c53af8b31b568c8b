"""Opens a picture by its header, and decodes it at the smallest scale that suffices.

Pillow raises nearly anything on damaged files; here that becomes a refusal.
"""

import io
import math
import mmap
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, Final, cast

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from picture.bmp import BmpPicture
from picture.formats import AVIF, BMP, GIF, HEIC, JPEG, JPEG2000, PNG, TIFF, Format
from picture.heif.avif import AvifPicture
from picture.jpeg.truncation import END, Watched, end_of_pixels, lacks_little
from picture.limits import Limits
from picture.orientation import TAG, UPRIGHT, known
from picture.pixels import scale_transparency
from picture.png.pixels import hasten
from picture.png.rows import missing_rows_refused
from picture.refusals import Refusal
from picture.tiff.plugin import TiffPicture

Bytes = bytes | mmap.mmap

# Named so that Pillow need not import all its plugins to find these.
PLUGINS: Final = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

DAMAGE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    ArithmeticError,
    TypeError,
    RuntimeError,
    AttributeError,
    AssertionError,
    struct.error,
    zlib.error,
)
_TRUNCATED: Final = ("truncated", "not enough image data", "unrecognized data stream", "eof")
_UNSUPPORTED: Final = ("unsupported", "not supported")
_READ_BYTES: Final = 1024 * 1024


def prepare(limits: Limits) -> None:
    """Register the decoders and give Pillow our pixel limit. Once per process."""
    # Their own tests of what they accept are not exported.
    Image.register_open(AVIF.plugin, AvifPicture, AvifImagePlugin._accept)  # noqa: SLF001
    Image.register_open(BMP.plugin, BmpPicture, BmpImagePlugin._accept)  # noqa: SLF001
    Image.register_open(TIFF.plugin, TiffPicture, TiffImagePlugin._accept)  # noqa: SLF001
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    BmpImagePlugin.BIT2MODE[2] = ("P", "P;2")
    PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = limits.max_text_bytes
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def open_header(data: Bytes, form: Format, limits: Limits) -> ImageFile.ImageFile:
    """Return the picture with its header read and no pixel decoded."""
    if form is HEIC:
        _register_heic()
    with _refusing_damage():
        # Image.open would try the same, and keep the reason of a failure to itself.
        make, _ = Image.OPEN[form.plugin]
        image = make(_stream(data), "")
        _check_pixels(image, limits)
        if form is PNG:
            scale_transparency(image)
        return image


@lru_cache(maxsize=1)
def _register_heic() -> None:
    """Load the decoder of HEIC: it takes 7 MB, and few pictures need it."""
    import pillow_heif  # noqa: PLC0415 -- as said

    pillow_heif.register_heif_opener()


def count_frames(image: ImageFile.ImageFile) -> int:
    """Return the frames of an animation or pages of a document; 1 for a plain picture.

    Where a later one is too damaged to be counted, only the first is shown.
    """
    try:
        frames = int(getattr(image, "n_frames", 1))
    except DAMAGE:
        frames = 1
    with _refusing_damage():
        image.seek(0)
    return frames


def load_frame(image: ImageFile.ImageFile, number: int, limits: Limits) -> Image.Image:
    """Return one frame with its pixels; going back may decode all frames before it."""
    with _refusing_damage():
        image.seek(number)
        # Pages of a document differ in size.
        _check_pixels(image, limits)
    return _load(image)


def _check_pixels(image: Image.Image, limits: Limits) -> None:
    pixels = image.width * image.height
    if pixels > limits.max_pixels:
        raise Refusal("too_many_pixels", actual=pixels, allowed=limits.max_pixels)


def read_orientation(image: ImageFile.ImageFile, form: Format) -> int:
    """How the picture must be turned; upright if its labels are unreadable.

    A PNG may carry them behind its pixels, and Pillow turns a TIFF itself: of these two
    the pixels are decoded first.
    """
    if form in {PNG, TIFF}:
        _load(image)
    try:
        return known(_exif(image).get(TAG))
    except DAMAGE:
        return UPRIGHT


def _exif(image: Image.Image) -> Image.Exif:
    """Return the EXIF of a file alone: Pillow adds what XMP says, which no browser heeds."""
    labels = Image.Exif()
    labels.load(image.info.get("exif", b""))
    return labels


def decode(
    data: Bytes, image: ImageFile.ImageFile, form: Format, need: float, limits: Limits
) -> Image.Image:
    """Return the pixels, at scale ``need`` or the next larger one that the format offers.

    A JPEG whose last bytes are missing is completed; one that lacks more is refused.
    """
    if form is GIF:
        return _on_canvas(image)
    end = end_of_pixels(data, limits) if form is JPEG else None
    if end is not None:
        scaled = _scaled(image, form, need)
        # It reads and seeks like any other file.
        scaled.fp = cast("IO[bytes]", Watched(data, end, scaled))
        return _load(scaled)
    try:
        return _load(_scaled(image, form, need))
    except Refusal as refusal:
        if form is not JPEG or refusal.code != "truncated" or not lacks_little(data, limits):
            raise
    return _load(_scaled(open_header(data[:] + END, form, limits), form, need))


def _scaled(image: ImageFile.ImageFile, form: Format, need: float) -> ImageFile.ImageFile:
    if form is JPEG:
        image.decodermaxblock = _READ_BYTES
        if need < 1:
            image.draft(None, (_at_least(image.width * need), _at_least(image.height * need)))
    elif form is JPEG2000 and need <= 1 / 4:
        # One level more than needed: wavelets leave out less than Lanczos would. The plugin
        # replaces the method by a number.
        image.reduce = int(math.log2(1 / need)) - 1  # type: ignore[method-assign, assignment]
    return image


def _on_canvas(image: ImageFile.ImageFile) -> Image.Image:
    """Return the first frame of a GIF; where it leaves the canvas empty, one can see through."""
    covered = image.tile[0].extents if image.tile else None
    loaded = _load(image)
    if covered in {None, (0, 0, *loaded.size)} or loaded.has_transparency_data:
        return loaded
    canvas = Image.new("RGBA", loaded.size)
    canvas.paste(loaded.crop(covered).convert("RGBA"), covered)
    return canvas


def _at_least(length: float) -> int:
    return math.ceil(length - 1e-9)


def _load(image: ImageFile.ImageFile) -> Image.Image:
    with _refusing_damage(), missing_rows_refused(image):
        hasten(image)
        image.load()
    return image


def _stream(data: Bytes) -> IO[bytes]:
    if isinstance(data, bytes):
        return io.BytesIO(data)
    data.seek(0)
    # A mapped file reads and seeks like any other.
    return cast("IO[bytes]", data)


@contextmanager
def _refusing_damage() -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        allowed = Image.MAX_IMAGE_PIXELS or 0
        told = re.search(r"\((\d+) pixels\)", str(error))
        actual = int(told[1]) if told else allowed + 1
        raise Refusal("too_many_pixels", actual=actual, allowed=allowed) from error
    except DAMAGE as error:
        if _tells(error, _UNSUPPORTED):
            raise Refusal("unsupported_format", kind="a picture of a rare kind") from error
        raise Refusal("truncated" if _tells(error, _TRUNCATED) else "damaged") from error


def _tells(error: BaseException, words: tuple[str, ...]) -> bool:
    message = str(error).lower()
    return any(word in message for word in words)
