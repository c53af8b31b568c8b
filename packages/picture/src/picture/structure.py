"""Looks at how a file is built before a decoder does, which would take every part as it comes."""

import mmap
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final, cast

from picture import formats, gif
from picture.heif.boxes import item_entries
from picture.jpeg2000 import check_tiles
from picture.limits import Limits
from picture.refusals import Refusal
from picture.tiff.pages import count_pages

Bytes = bytes | mmap.mmap

_BMP_HEADER_AT: Final = 14
_BMP_PACKING_AT: Final = 30
_WITHOUT_PACKING: Final = frozenset({12, 16})
_RUNS: Final = frozenset({1, 2})


def check_structure(data: Bytes, form: formats.Format, limits: Limits) -> None:
    """Refuse a file that would keep its decoder busy, or have it make pixels up."""
    check = _CHECKS.get(form)
    if check is not None:
        check(data, limits)


def check_frames(frames: int, limits: Limits) -> int:
    """Return the number of frames or pages. Raises Refusal if they are too many."""
    if frames > limits.max_frames:
        raise Refusal("too_many_frames", allowed=limits.max_frames)
    return frames


def _check_gif(data: Bytes, limits: Limits) -> None:
    check_frames(gif.count_frames(data, limits), limits)


def _check_tiff(data: Bytes, limits: Limits) -> None:
    check_frames(count_pages(data, limits), limits)


def _check_jpeg2000(data: Bytes, _limits: Limits) -> None:
    check_tiles(data)


def _check_heif(data: Bytes, limits: Limits) -> None:
    entries = item_entries(cast("bytes", data))
    if sum(1 for _ in islice(entries, limits.max_items + 1)) > limits.max_items:
        raise Refusal("damaged")


def _check_bmp(data: Bytes, limits: Limits) -> None:
    header, packing = (
        int.from_bytes(data[at : at + 4], "little") for at in (_BMP_HEADER_AT, _BMP_PACKING_AT)
    )
    is_packed = header not in _WITHOUT_PACKING and packing in _RUNS
    if is_packed and len(data) > limits.max_run_bytes:
        raise Refusal("too_large", actual=len(data), allowed=limits.max_run_bytes)


_CHECKS: Final[Mapping[formats.Format, Callable[[Bytes, Limits], None]]] = {
    formats.GIF: _check_gif,
    formats.TIFF: _check_tiff,
    formats.JPEG2000: _check_jpeg2000,
    formats.AVIF: _check_heif,
    formats.HEIC: _check_heif,
    formats.BMP: _check_bmp,
}
