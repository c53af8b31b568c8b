"""What a decoding process (``picture.child``) does for this function: look at one picture.

Everything that parses a stranger's bytes happens here, header, EXIF and pixels.
"""

import io
import mmap
from typing import Any, Final

from PIL import Image, ImageCms

from metadata import exif, iptc, perceptual
from picture import decode, formats, jpeg
from picture.header import Bytes, Header, read_header
from picture.limits import Limits
from picture.orientation import turn, upright_size
from picture.pixels import unify

_ENOUGH: Final = 64
"""Pixels of the shorter side that the fingerprints need."""
_DEPTHS: Final = {"1": 1, "I;16": 16, "I;16L": 16, "I;16B": 16, "I": 32, "F": 32}
_SPACES: Final = {**dict.fromkeys(("1", "L", "LA", *_DEPTHS), "gray"), "CMYK": "cmyk"}
_PNG_DEPTH_AT: Final = 24
_TIFF_DEPTH: Final = 258


def warm_up(limits: Limits) -> None:
    """Load the decoders and go the whole way once."""
    decode.prepare(limits)
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "JPEG")
    look(target.getvalue(), limits)


def work(_: dict[str, Any], data: mmap.mmap, limits: Limits) -> tuple[dict[str, Any], bytes]:
    return look(data, limits), b""


def look(data: Bytes, limits: Limits) -> dict[str, Any]:
    """Return what one picture is and what it looks like.  Raises Refusal."""
    header = read_header(data, limits)
    depth, space = _bit_depth(header), _color_space(header.image)
    decoded = _decoded(header, limits)
    orientation = decode.read_orientation(header.image, header.form)
    # Pillow turns a TIFF as it decodes it; a JPEG has the size of its reduced scale by now.
    stored = header.image.size if header.form is formats.TIFF else header.size
    width, height = upright_size(stored, orientation)
    upright = turn(_small(unify(decoded)), orientation)
    return {
        "format": header.form.name,
        "width": width,
        "height": height,
        "frames": header.frames,
        "orientation": orientation,
        "color_space": space,
        "color_profile": _color_profile(header.image),
        "bit_depth": depth,
        # The camera is nearer to the picture than the agency.
        "exif": {**iptc.read_iptc(header.image), **exif.read_exif(header.image)},
        "gps": exif.read_gps(header.image),
        "phash": perceptual.phash(_on_white(upright)),
        "thumbhash": perceptual.thumbhash(upright),
    }


def _decoded(header: Header, limits: Limits) -> Image.Image:
    """Return the pixels at the smallest scale that suffices."""
    need = min(1.0, _ENOUGH / min(header.size))
    data, image = header.data, header.image
    if header.outline is not None:
        data = jpeg.without_fine_scans(data, header.outline, need)
    if data is not header.data:
        image = decode.open_header(data, header.form, limits)
    return decode.decode(data, image, header.form, need, limits)


def _small(image: Image.Image) -> Image.Image:
    """Return a copy of at most 128 pixels a side, in grey or colour."""
    scale = min(1.0, 2 * _ENOUGH / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = image.resize(size, Image.Resampling.BOX)
    return small.convert("RGB") if small.mode == "CMYK" else small


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas


def _bit_depth(header: Header) -> int:
    """Return the bits of a channel as stored; Pillow's mode does not tell deep colour."""
    if header.form is formats.PNG:
        return header.data[_PNG_DEPTH_AT]
    told = header.image.info.get("bit_depth")
    if header.form is formats.TIFF:
        told = (getattr(header.image, "tag_v2", {}).get(_TIFF_DEPTH) or (None,))[0]
    return told if isinstance(told, int) else _DEPTHS.get(header.image.mode, 8)


def _color_space(image: Image.Image) -> str:
    return _SPACES.get(image.mode, "rgb")


def _color_profile(image: Image.Image) -> str | None:
    """Return the name of the embedded profile, or sRGB where EXIF says so."""
    profile = image.info.get("icc_profile")
    if profile:
        return _profile_name(profile)
    return "sRGB" if exif.declares_srgb(image) else None


def _profile_name(profile: bytes) -> str | None:
    try:
        return exif.text(
            ImageCms.getProfileDescription(ImageCms.getOpenProfile(io.BytesIO(profile)))
        )
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        return None
