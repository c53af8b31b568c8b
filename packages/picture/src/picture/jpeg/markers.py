"""Reads the marker structure of a JPEG without decoding it.

Section B of ITU-T T.81 names the markers. Two things follow from the structure: how
many scans a decoder would have to work through, and which of them a smaller picture
does not need.
"""

import mmap
import re
from dataclasses import dataclass
from typing import Final

from picture.limits import Limits
from picture.refusals import Refusal

Bytes = bytes | mmap.mmap

_SOI_LENGTH: Final = 2
_EOI: Final = 0xD9
_SOS: Final = 0xDA
# The last one is that of JPEG-LS (ITU-T T.87).
_FRAMES: Final = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
# Also with arithmetic coding, where each scan costs as much.
_PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
# In zigzag order: those of two by two, and the pure second waves beside them.
_SEEN_IN_TWO_PIXELS: Final = 5
_MARKER: Final = re.compile(rb"\xff[^\x00\xff]")
_END_OF_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


@dataclass(frozen=True)
class Scan:
    """One pass over the picture, and where it lies in the file."""

    start: int
    body: int
    """Where its header ends and its data begin."""
    end: int
    components: tuple[int, ...]
    band: range
    """The coefficients it holds, of the 64 of a block."""
    high: int
    low: int

    @property
    def refines_detail(self) -> bool:
        return self.band.start > 0 and self.high > 0


@dataclass(frozen=True)
class Outline:
    """What the markers of a JPEG tell. A picture in one pass is read up to that pass only."""

    progressive: bool
    components: int
    scans: tuple[Scan, ...]
    luma: int = 0
    """The number of the first component, which is never stored smaller than the others."""
    frame: int = 0
    """The marker of the first frame header, which tells the kind of JPEG.

    0 if there is none, or only behind junk or pixels, where it may be part of these.
    """
    bits: int = 8
    """Of a sample."""

    @property
    def is_complete(self) -> bool:
        """Whether every coefficient of every component is told to its last bit."""
        told = {
            (component, coefficient)
            for scan in self.scans
            if scan.low == 0
            for component in scan.components
            for coefficient in scan.band
        }
        return len(told) == self.components * 64


def outline(data: Bytes, limits: Limits) -> Outline:
    """Return the outline of a JPEG; refuses one with more scans than a camera would write."""
    progressive, components, luma, segments, junk, end = False, 0, 0, 0, 0, _SOI_LENGTH
    frame, bits = 0, 8
    scans: list[Scan] = []
    while (at := _next_marker(data, end)) < len(data) and (marker := data[at + 1]) != _EOI:
        junk += at - end
        end = at + _length(data, at, marker)
        if marker in _FRAMES:
            progressive, components = marker in _PROGRESSIVE, _byte(data, at + 9)
            luma = _byte(data, at + 10)
            if not (frame or junk or scans):
                frame, bits = marker, _byte(data, at + 4)
        elif marker == _SOS:
            is_only = not progressive and _byte(data, at + 4) >= components
            end = len(data) if is_only else _end_of_scan(data, end)
            scans.append(_scan(data, at, end))
        segments += 1
        _check(scans, segments, junk, end, limits)
    return Outline(progressive, components, tuple(scans), luma, frame, bits)


def _check(scans: list[Scan], segments: int, junk: int, end: int, limits: Limits) -> None:
    if len(scans) > limits.max_scans:
        raise Refusal("too_many_scans", allowed=limits.max_scans)
    labels_end = scans[0].start if scans else end
    is_flooded = segments > limits.max_segments or labels_end > limits.max_label_bytes
    if is_flooded or junk > limits.max_junk_bytes:
        raise Refusal("damaged")


def without_fine_scans(data: Bytes, found: Outline, need: float) -> Bytes:
    """Return the picture without the scans that a decode at scale ``need`` averages away.

    At half scale the last bit of the coefficients goes, at a quarter all their
    refinements, and of the luma what makes no difference to two pixels a block. DC scans
    and tables always stay. A file that ends within a scan stays whole, so that the decoder
    sees that.
    """
    dropped = [scan for scan in found.scans if _is_too_fine(scan, need, found.luma)]
    if not found.progressive or not dropped or found.scans[-1].end == len(data):
        return data
    edges = [0, *(edge for scan in dropped for edge in (scan.start, scan.end)), len(data)]
    return b"".join(data[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True))


def _is_too_fine(scan: Scan, need: float, luma: int) -> bool:
    if need > 1 / 2:
        return False
    if need <= 1 / 4 and scan.band.start > _SEEN_IN_TWO_PIXELS and scan.components == (luma,):
        return True
    return scan.refines_detail and (need <= 1 / 4 or scan.low == 0)


def _next_marker(data: Bytes, at: int) -> int:
    """Return where the next marker with its length stands; the end if there is none.

    Decoders pass over padding (B.1.1.2) and junk before it, and so may whoever hides scans.
    """
    found = _MARKER.search(data, at)
    return found.start() if found and found.start() + 4 <= len(data) else len(data)


def _length(data: Bytes, at: int, marker: int) -> int:
    """Return the bytes of the segment at ``at``, its marker included."""
    if marker in _WITHOUT_LENGTH:
        return 2
    # The length counts itself, whatever it says.
    return 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))


def _end_of_scan(data: Bytes, start: int) -> int:
    found = _END_OF_SCAN.search(data, start)
    return found.start() if found else len(data)


def _scan(data: Bytes, at: int, end: int) -> Scan:
    count = _byte(data, at + 4)
    components = tuple(_byte(data, at + 5 + 2 * number) for number in range(count))
    tail = at + 5 + 2 * count
    band = range(_byte(data, tail), _byte(data, tail + 1) + 1)
    precision = _byte(data, tail + 2)
    return Scan(at, tail + 3, end, components, band, precision >> 4, precision & 15)


def _byte(data: Bytes, at: int) -> int:
    return data[at] if at < len(data) else 0
