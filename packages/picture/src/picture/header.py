"""The guard before the decoder: what a picture says of itself, without decoding a pixel."""

import mmap
from dataclasses import dataclass
from typing import Final

from PIL import ImageFile

from picture import decode, formats
from picture.jpeg import markers
from picture.jpeg.kind import rare_kind
from picture.limits import Limits
from picture.orientation import Size
from picture.png import chunks
from picture.png.texts import burdens, without
from picture.refusals import Refusal
from picture.structure import check_frames, check_structure

Bytes = bytes | mmap.mmap

_MOVING: Final = frozenset({formats.GIF, formats.PNG, formats.WEBP, formats.AVIF})
_WIDE: Final = frozenset({"I", "F", "I;16", "I;16L", "I;16B"})


@dataclass(frozen=True)
class Header:
    """A picture that passed the guard; nothing of it is decoded yet.

    ``data`` is the file, or of a PNG the default image alone, without bombs; ``moving`` is the
    file with all frames, without bombs; ``size`` is that of the stored pixels; ``outline`` tells
    the scans of a JPEG.
    """

    form: formats.Format
    data: Bytes
    moving: Bytes
    image: ImageFile.ImageFile
    size: Size
    frames: int
    outline: markers.Outline | None = None


def read_header(data: Bytes, limits: Limits) -> Header:
    """Return the header of a picture that keeps the limits.  Raises Refusal for any other."""
    form = identify(data, limits)
    check_structure(data, form, limits)
    outline = _outline(data, limits) if form is formats.JPEG else None
    still, moving, told = data, data, 1
    if form is formats.PNG:
        still, moving, told = _without_bombs(data, limits)
    image = decode.open_header(still, form, limits)
    frames = check_frames(max(told, decode.count_frames(image)), limits)
    _check_size(image, form, frames, limits)
    return Header(form, still, moving, image, image.size, frames, outline)


def identify(data: Bytes, limits: Limits) -> formats.Format:
    """Return the format of a file that is neither empty nor too large.  Raises Refusal."""
    if len(data) > limits.max_bytes:
        raise Refusal("too_large", actual=len(data), allowed=limits.max_bytes)
    return formats.identify(data[: formats.HEAD_BYTES])


def _outline(data: Bytes, limits: Limits) -> markers.Outline:
    found = markers.outline(data, limits)
    if (kind := rare_kind(found)) is not None:
        raise Refusal("unsupported_format", kind=kind)
    return found


def _check_size(
    image: ImageFile.ImageFile, form: formats.Format, frames: int, limits: Limits
) -> None:
    pixels, side = image.width * image.height, max(image.size)
    allowed = limits.max_pixels
    if form is formats.WEBP or image.mode in _WIDE:
        allowed = min(allowed, limits.max_costly_pixels)
    if frames > 1 and form in _MOVING:
        allowed = min(allowed, limits.max_moving_pixels)
    if pixels > allowed:
        raise Refusal("too_many_pixels", actual=pixels, allowed=allowed)
    if side > limits.max_side:
        raise Refusal("too_many_pixels", actual=side, allowed=limits.max_side, place=" on a side")


def _without_bombs(data: Bytes, limits: Limits) -> tuple[Bytes, Bytes, int]:
    """Return a PNG as it is when it stands still, as it moves, and how many frames it has."""
    found = chunks.outline(data, max_chunks=limits.max_chunks)
    bombs = burdens(data, found.chunks, limits)
    return chunks.still(data, found, bombs), without(data, found.chunks, bombs), found.frames
