"""The ``metadata`` field of a record, of bounded size whatever was found."""

from collections.abc import Mapping
from typing import Any, Final

from metadata.inspect import Inspection
from safelight.similar import bands
from safelight.vision import Annotations, Category, Likelihood, LocalizedObject, Region

MAX_TEXT_BYTES: Final = 64 * 1024
_MAX_LABELS: Final = 50
_MAX_COLORS: Final = 10
_MAX_OBJECTS: Final = 20
_MAX_NAME_BYTES: Final = 200
# Tab and newline stay; other control characters would each take six bytes as JSON.
_CONTROLS: Final = dict.fromkeys((*range(9), 11, 12, *range(13, 32), 127))


def metadata_of(
    found: Inspection,
    sha256: str,
    seen: Annotations,
    *,
    hints: tuple[Region, ...],
    faces: tuple[Region, ...],
) -> dict[str, Any]:
    """Return the field as plain values; hints and faces are in pixels of the upright original."""
    place = {"gps": found.gps} if found.gps else {}
    regions = {
        "cropHints": [region_of(hint) for hint in hints],
        "faceBoxes": [region_of(face) for face in faces],
    }
    return {**_file(found, sha256), **place, **_looks(seen), **regions}


def _file(found: Inspection, sha256: str) -> dict[str, Any]:
    return {
        "width": found.width,
        "height": found.height,
        "format": found.format,
        "frames": found.frames,
        "durationMs": found.duration_ms,
        "orientation": found.orientation,
        "colorSpace": found.color_space,
        "colorProfile": found.color_profile,
        "bitDepth": found.bit_depth,
        "exif": found.exif,
        "sha256": sha256,
        "phash": found.phash,
        "phashBands": bands(found.phash),
        "thumbhash": found.thumbhash,
    }


def _looks(seen: Annotations) -> dict[str, Any]:
    text, is_cut = _cut(seen.text, MAX_TEXT_BYTES)
    return {
        "dominantColors": [
            {"hex": color.hex, "score": color.score, "pixelFraction": color.pixel_fraction}
            for color in seen.dominant_colors[:_MAX_COLORS]
        ],
        "labels": [
            {"description": _cut(label.description, _MAX_NAME_BYTES)[0], "score": label.score}
            for label in seen.labels[:_MAX_LABELS]
        ],
        "text": text,
        "textTruncated": is_cut,
        "language": seen.language and _cut(seen.language, _MAX_NAME_BYTES)[0],
        "safeSearch": _safe_search(seen.safe_search),
        "faces": seen.faces,
        "objects": [_object(one) for one in seen.objects[:_MAX_OBJECTS]],
    }


def _object(found: LocalizedObject) -> dict[str, Any]:
    """Return a thing and its box, in shares of the picture."""
    box = {"left": found.left, "top": found.top, "right": found.right, "bottom": found.bottom}
    return {"name": _cut(found.name, _MAX_NAME_BYTES)[0], "score": found.score, "box": box}


def region_of(region: Region) -> dict[str, int | float]:
    """Return a crop hint or a face as the render task has it."""
    return {
        "x": region.x,
        "y": region.y,
        "width": region.width,
        "height": region.height,
        "confidence": region.confidence,
    }


def _cut(text: str, max_bytes: int) -> tuple[str, bool]:
    """Return the text cut to its limit, and whether it was longer."""
    # No character has less than a byte: what lies behind these need not be cleaned.
    head = text[: 2 * max_bytes]
    clean = head.translate(_CONTROLS).encode("utf-8", "ignore")
    is_cut = len(clean) > max_bytes or len(head) < len(text)
    return clean[:max_bytes].decode("utf-8", "ignore"), is_cut


def _safe_search(found: Mapping[Category, Likelihood] | None) -> dict[str, str] | None:
    return None if found is None else {str(name): str(value) for name, value in found.items()}
