"""Tells by content what a file is. Nothing outside the allow-list is ever opened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from picture.refusals import Refusal

HEAD_BYTES: Final = 512


@dataclass(frozen=True)
class Format:
    """A format that is decoded: its name here and the name of its Pillow plugin."""

    name: str
    plugin: str
    content_type: str


JPEG: Final = Format("jpeg", "JPEG", "image/jpeg")
PNG: Final = Format("png", "PNG", "image/png")
GIF: Final = Format("gif", "GIF", "image/gif")
WEBP: Final = Format("webp", "WEBP", "image/webp")
AVIF: Final = Format("avif", "AVIF", "image/avif")
HEIC: Final = Format("heic", "HEIF", "image/heic")
TIFF: Final = Format("tiff", "TIFF", "image/tiff")
BMP: Final = Format("bmp", "BMP", "image/bmp")
ICO: Final = Format("ico", "ICO", "image/x-icon")
JPEG2000: Final = Format("jpeg2000", "JPEG2000", "image/jp2")

ALLOWED: Final = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, TIFF, BMP, ICO, JPEG2000)

_SIGNATURES: Final[tuple[tuple[bytes, Format], ...]] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", TIFF),
    (b"MM\0*", TIFF),
    (b"II+\0", TIFF),
    (b"MM\0+", TIFF),
    (b"\0\0\x01\0", ICO),
    (b"\0\0\0\x0cjP  \r\n\x87\n", JPEG2000),
    (b"\xff\x4f\xff\x51", JPEG2000),
)

_AVIF_BRANDS: Final = {b"avif", b"avis"}
_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_TARGA_HEADER: Final = 18
# HEIF of other codecs, and the short form.
_STILL_BRANDS: Final = frozenset({b"mif2", b"mif3", b"miaf", b"jpeg", b"jpgs", b"j2ki", b"crx "})

# Known things that people upload as pictures: they deserve a better answer than "not an image".
_REFUSED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript document"),
    (b"8BPS", "a Photoshop document"),
    (b"gimp xcf", "a GIMP document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"qoif", "a QOI picture"),
    (b"\x8aMNG\r\n\x1a\n", "an MNG animation"),
    (b"\x8bJNG\r\n\x1a\n", "a JNG picture"),
    *((b"\x0a" + bytes((version, 1)), "a PCX picture") for version in (0, 2, 3, 4, 5)),
    (b"icns", "an icon of macOS"),
    (b"DDS ", "a DDS texture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"#?RGBE", "a Radiance HDR picture"),
    (b"II\xbc", "a JPEG XR picture"),
    (b"AT&TFORM", "a DjVu document"),
    (b"FLIF", "a FLIF picture"),
    (b"BPG\xfb", "a BPG picture"),
    (b"\xd7\xcd\xc6\x9a", "a Windows metafile"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"FUJIFILMCCD-RAW", "a raw photo"),
    (b"\0MRM", "a raw photo"),
    (b"FOVb", "a raw photo"),
    (b"IIRO", "a raw photo"),
    (b"IIRS", "a raw photo"),
    (b"IIU\0", "a raw photo"),
    (b"II\x1a\0\0\0HEAPCCDR", "a raw photo"),
)


def identify(head: bytes) -> Format:
    """Return the format of a file that begins with ``head``, or a refusal."""
    if not head:
        raise Refusal("empty_file")
    for find in (_by_signature, _by_bitmap_header, _by_riff_type, _by_brand):
        if (found := find(head)) is not None:
            return found
    raise _refusal(head)


def _by_signature(head: bytes) -> Format | None:
    return next((form for magic, form in _SIGNATURES if head.startswith(magic)), None)


def _by_bitmap_header(head: bytes) -> Format | None:
    # "BM" alone begins many texts: the size of the header that follows must be a known one.
    known = (12, 16, 40, 52, 56, 64, 108, 124)
    return BMP if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in known else None


def _by_riff_type(head: bytes) -> Format | None:
    return WEBP if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _by_brand(head: bytes) -> Format | None:
    brands = _brands(head)
    if brands & _AVIF_BRANDS:
        return AVIF
    return HEIC if brands & _HEIC_BRANDS else None


def _brands(head: bytes) -> set[bytes]:
    """Return the major and compatible brands of an ISO base media file; none for other files."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}


def _refusal(head: bytes) -> Refusal:
    for magic, kind in _REFUSED:
        if head.startswith(magic):
            return Refusal("unsupported_format", kind=kind)
    for looks_like, kind in _LOOKS:
        if looks_like(head):
            return Refusal("unsupported_format", kind=kind)
    return Refusal("not_an_image")


def _is_drawing(head: bytes) -> bool:
    return b"<svg" in head.lower()


def _is_xml(head: bytes) -> bool:
    return head.lstrip().startswith((b"<?xml", b"\xef\xbb\xbf<?xml"))


def _is_cursor(head: bytes) -> bool:
    # With a count of zero it would be a TGA without a palette.
    return head[:4] == b"\0\0\x02\0" and head[4:6] != b"\0\0"


def _is_targa(head: bytes) -> bool:
    return len(head) >= _TARGA_HEADER and head[:8] in {
        bytes((0, 0, kind)) + bytes(5) for kind in (2, 3, 10, 11)
    }


def _is_animated_cursor(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"ACON"


def _is_video(head: bytes) -> bool:
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    return is_avi or (head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS)


def _is_rare_container(head: bytes) -> bool:
    return head[4:8] == b"ftyp"


def _is_netpbm(head: bytes) -> bool:
    return head[:1] == b"P" and head[1:2] in b"1234567" and head[2:3].isspace()


_LOOKS: Final[tuple[tuple[Callable[[bytes], bool], str], ...]] = (
    (_is_drawing, "an SVG drawing"),
    (_is_xml, "an XML document"),
    (_is_cursor, "a cursor"),
    (_is_targa, "a TGA picture"),
    (_is_animated_cursor, "an animated cursor"),
    (_is_video, "a video"),
    (_is_rare_container, "a picture in a rare container"),
    (_is_netpbm, "a Netpbm picture"),
)
