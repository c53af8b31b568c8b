"""What a decoding process (``picture.process.child``) does for this function: look at one picture.

Everything that parses a stranger's bytes happens here: header, labels, pixels, frames.
"""

import io
import mmap
from typing import Any, Final

from PIL import Image, ImageCms

from metadata import exif, frames, iptc, perceptual, render, xmp
from picture import decode, formats
from picture.header import Bytes, Header, read_header
from picture.jpeg.markers import without_fine_scans
from picture.limits import Limits
from picture.orientation import upright_size
from picture.pixels import has_transparency

_DEPTHS: Final = {"1": 1, "I;16": 16, "I;16L": 16, "I;16B": 16, "I": 32, "F": 32}
_SPACES: Final = {**dict.fromkeys(("1", "L", "LA", *_DEPTHS), "gray"), "CMYK": "cmyk"}
_PNG_DEPTH_AT: Final = 24
_TIFF_DEPTH: Final = 258
_FINGERPRINT_SIDE: Final = 128

Look = tuple[dict[str, Any], list[bytes]]


def warm_up(limits: Limits) -> None:
    """Load the decoders and go the whole way once."""
    decode.prepare(limits)
    target = io.BytesIO()
    Image.new("RGB", (8, 8)).save(target, "JPEG")
    look(target.getvalue(), limits)


def work(order: dict[str, Any], data: mmap.mmap, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """Return what is told of the picture, and its renditions in a row."""
    told, renditions = look(data, limits, order["frames"], plain=order["plain"])
    return told, b"".join(renditions)


def look(data: Bytes, limits: Limits, max_frames: int = 3, *, plain: bool = True) -> Look:
    """Return what one picture is, and the JPEGs that Vision is to judge.  Raises Refusal.

    No JPEG where the file itself can be judged; ``plain`` is false where that must not be.
    """
    header = read_header(data, limits)
    as_stored = _as_stored(header)
    decoded = _decoded(header, limits)
    orientation = decode.read_orientation(header.image, header.form)
    seen = render.seen(decoded, orientation, limits)
    more = _more(header, orientation, max_frames, limits)
    plain = plain and render.needs_none(header, orientation, limits)
    images = [] if plain else _images(seen, more)
    encoded = [render.encode(image) for image in images]
    sizes = [(*image.size, len(file)) for image, file in zip(images, encoded, strict=True)]
    told = {
        **as_stored,
        **_upright(header, orientation),
        **_labels(header.image),
        "duration_ms": more.duration_ms,
        "is_complete": more.is_complete,
        **_fingerprints(seen),
        "seen": seen.size,
        "renditions": sizes,
    }
    return told, encoded


def _as_stored(header: Header) -> dict[str, Any]:
    """Return what decoding would change."""
    return {
        "format": header.form.name,
        "frames": header.frames,
        "bit_depth": _bit_depth(header),
        "color_space": _SPACES.get(header.image.mode, "rgb"),
    }


def _upright(header: Header, orientation: int) -> dict[str, int]:
    # Pillow turns a TIFF as it decodes it; a JPEG has the size of its reduced scale by now.
    stored = header.image.size if header.form is formats.TIFF else header.size
    width, height = upright_size(stored, orientation)
    return {"width": width, "height": height, "orientation": orientation}


def _decoded(header: Header, limits: Limits) -> Image.Image:
    """Return the pixels at the smallest scale that suffices."""
    need = min(1.0, render.MAX_SIDE / max(header.size))
    data, image = header.data, header.image
    if header.outline is not None:
        data = without_fine_scans(data, header.outline, need)
    if data is not header.data:
        image = decode.open_header(data, header.form, limits)
    return decode.decode(data, image, header.form, need, limits)


def _more(header: Header, orientation: int, max_frames: int, limits: Limits) -> frames.Survey:
    if not frames.has_more(header):
        return frames.Survey((), None, is_complete=True)

    def see(frame: Image.Image) -> Image.Image:
        return render.on("white", render.seen(frame, orientation, limits))

    return frames.survey(header, see, max_frames, limits)


def _images(seen: Image.Image, more: frames.Survey) -> list[Image.Image]:
    """Return the picture itself, and what else may be seen of it."""
    # White drawings on nothing are seen where a page is dark.
    dark = [render.on("black", seen)] if has_transparency(seen) else []
    return [render.on("white", seen), *dark, *(frame.image for frame in more.frames[1:])]


def _fingerprints(seen: Image.Image) -> dict[str, str]:
    small = seen.copy()
    small.thumbnail((_FINGERPRINT_SIDE, _FINGERPRINT_SIDE), Image.Resampling.BOX)
    phash = perceptual.phash(render.on("white", small))
    return {"phash": phash, "thumbhash": perceptual.thumbhash(small)}


def _labels(image: Image.Image) -> dict[str, Any]:
    """Return what labels tell; the camera is nearer to the picture than editors and agencies."""
    camera, editor = exif.read_exif(image), xmp.read_xmp(image)
    told = {**iptc.read_iptc(image), **editor, **camera}
    if editor.get("takenAt", "").startswith(camera.get("takenAt", "-")):
        # The same moment, and perhaps its offset, which many cameras do not write.
        told["takenAt"] = editor["takenAt"]
    return {"exif": told, "gps": exif.read_gps(image), "color_profile": _color_profile(image)}


def _bit_depth(header: Header) -> int:
    """Return the bits of a channel as stored; Pillow's mode does not tell deep colour."""
    if header.form is formats.PNG:
        return header.data[_PNG_DEPTH_AT]
    told = header.image.info.get("bit_depth")
    if header.form is formats.TIFF:
        told = (getattr(header.image, "tag_v2", {}).get(_TIFF_DEPTH) or (None,))[0]
    return told if isinstance(told, int) else _DEPTHS.get(header.image.mode, 8)


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
