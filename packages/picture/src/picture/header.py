"""The guard before the decoder: what a picture says of itself, without decoding a pixel."""

import mmap
from dataclasses import dataclass

from PIL import ImageFile

from picture import decode, formats, jpeg, png
from picture.limits import Limits
from picture.orientation import Size
from picture.png_text import burdens
from picture.refusals import Refusal

Bytes = bytes | mmap.mmap


@dataclass(frozen=True)
class Header:
    """A picture that passed the guard; nothing of it is decoded yet.

    ``data`` is the file, or of a PNG the default image alone, without bombs; ``size`` is that of
    the stored pixels; ``outline`` tells the scans of a JPEG.
    """

    form: formats.Format
    data: Bytes
    image: ImageFile.ImageFile
    size: Size
    frames: int
    outline: jpeg.Outline | None = None


def read_header(data: Bytes, limits: Limits) -> Header:
    """Return the header of a picture that keeps the limits.  Raises Refusal for any other."""
    form = identify(data, limits)
    outline = _outline(data, limits) if form is formats.JPEG else None
    data, told = _still(data, limits) if form is formats.PNG else (data, 1)
    image = decode.open_header(data, form, limits)
    frames = max(told, decode.count_frames(image))
    if frames > limits.max_frames:
        raise Refusal("too_many_frames", actual=frames, allowed=limits.max_frames)
    return Header(form, data, image, image.size, frames, outline)


def identify(data: Bytes, limits: Limits) -> formats.Format:
    """Return the format of a file that is neither empty nor too large.  Raises Refusal."""
    if len(data) > limits.max_bytes:
        raise Refusal("too_large", actual=len(data), allowed=limits.max_bytes)
    return formats.identify(data[: formats.HEAD_BYTES])


def _outline(data: Bytes, limits: Limits) -> jpeg.Outline:
    return jpeg.outline(data, max_scans=limits.max_scans, max_segments=limits.max_segments)


def _still(data: Bytes, limits: Limits) -> tuple[Bytes, int]:
    found = png.outline(data, max_chunks=limits.max_chunks)
    return png.still(data, found, burdens(data, found.chunks, limits)), found.frames
