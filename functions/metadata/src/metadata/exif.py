"""What a camera wrote, normalised: numbers with their unit in the name, times in ISO 8601.

Anyone may write anything there, so each value is checked by itself and left out when it
makes no sense.  Tags: EXIF 2.32 (CIPA DC-008).
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from PIL import ExifTags, Image

from picture.decode import DAMAGE

Tags = Mapping[int, Any]
Read = Callable[[Any], str | float | int | None]

MAX_TEXT: Final = 200
_OFFSET: Final = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d")
_EARLIEST_YEAR: Final = 1826
_DEGREES: Final = 3
_SRGB: Final = 1

_BASE: Final = ExifTags.Base
_GPS: Final = ExifTags.GPS


def read_exif(image: Image.Image) -> dict[str, Any]:
    """Return what is known of camera, exposure, time and author; empty for junk."""
    tags = _tags(image)
    found = {name: _read(read, tags.get(tag)) for name, (tag, read) in _FIELDS.items()}
    found["camera"] = _camera(found.get("make"), found.get("model"))
    found["takenAt"] = _taken_at(tags)
    return {name: value for name, value in found.items() if value not in (None, "")}


def read_gps(image: Image.Image) -> dict[str, float] | None:
    """Return the place in degrees, and the height where it is told; None for junk."""
    tags = _directory(image, ExifTags.IFD.GPSInfo)
    latitude = _degrees(tags.get(_GPS.GPSLatitude), tags.get(_GPS.GPSLatitudeRef), "S", 90)
    longitude = _degrees(tags.get(_GPS.GPSLongitude), tags.get(_GPS.GPSLongitudeRef), "W", 180)
    if latitude is None or longitude is None:
        return None
    place = {"latitude": latitude, "longitude": longitude}
    height = _number(tags.get(_GPS.GPSAltitude), -12_000, 100_000)
    if height is not None:
        below = tags.get(_GPS.GPSAltitudeRef) in (1, b"\x01")
        place["altitudeM"] = -height if below else height
    return place


def declares_srgb(image: Image.Image) -> bool:
    """Tell whether the camera says that its colours are sRGB."""
    return _tags(image).get(_BASE.ColorSpace) == _SRGB


def text(value: object) -> str | None:
    """Return the text on one line without control characters; None if there is none."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    parts = (" ".join(_printable(part).split()) for part in value[: 4 * MAX_TEXT].split("\0"))
    return "; ".join(part for part in parts if part)[:MAX_TEXT] or None


def _printable(value: str) -> str:
    kept = unicodedata.normalize("NFC", value.replace("\ufffd", ""))
    return "".join(" " if unicodedata.category(char)[0] == "C" else char for char in kept)


def _number(value: object, low: float, high: float) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever the file holds
    except (TypeError, ValueError, ArithmeticError):
        return None
    return round(number, 7) if math.isfinite(number) and low <= number <= high else None


def _within(low: float, high: float) -> Read:
    return lambda value: _number(value, low, high)


def _whole(high: int) -> Read:
    def read(value: object) -> int | None:
        first = value[0] if isinstance(value, tuple) and value else value
        number = _number(first, 1, high)
        return None if number is None else round(number)

    return read


def _fired(value: object) -> bool | None:
    return bool(value & 1) if isinstance(value, int) else None


_FIELDS: Final[Mapping[str, tuple[int, Read]]] = {
    "make": (_BASE.Make, text),
    "model": (_BASE.Model, text),
    "lens": (_BASE.LensModel, text),
    "exposureTimeS": (_BASE.ExposureTime, _within(1e-7, 864_000)),
    "fNumber": (_BASE.FNumber, _within(0.1, 1_000)),
    "iso": (_BASE.ISOSpeedRatings, _whole(10_000_000)),
    "exposureBiasEv": (_BASE.ExposureBiasValue, _within(-50, 50)),
    "focalLengthMm": (_BASE.FocalLength, _within(0.1, 100_000)),
    "focalLength35Mm": (_BASE.FocalLengthIn35mmFilm, _whole(100_000)),
    "flashFired": (_BASE.Flash, _fired),
    "software": (_BASE.Software, text),
    "artist": (_BASE.Artist, text),
    "copyright": (_BASE.Copyright, text),
    "description": (_BASE.ImageDescription, text),
}


def _read(read: Read, value: object) -> str | float | int | None:
    return None if value is None else read(value)


def _tags(image: Image.Image) -> Tags:
    return {**_directory(image, None), **_directory(image, ExifTags.IFD.Exif)}


def _directory(image: Image.Image, number: int | None) -> Tags:
    """Return the tags of one directory; none where it cannot be read."""
    try:
        exif = image.getexif()
        return dict(exif if number is None else exif.get_ifd(number))
    except DAMAGE:
        return {}


def _camera(make: object, model: object) -> str | None:
    """Return maker and model in one; many models begin with their maker."""
    if not isinstance(make, str) or not isinstance(model, str):
        return model if isinstance(model, str) else None
    first = make.split()[0]
    return model if model.lower().startswith(first.lower()) else f"{make} {model}"[:MAX_TEXT]


def _taken_at(tags: Tags) -> str | None:
    return next(_times(tags), None)


def _times(tags: Tags) -> Iterator[str]:
    for time, offset, fraction in (
        (_BASE.DateTimeOriginal, _BASE.OffsetTimeOriginal, _BASE.SubsecTimeOriginal),
        (_BASE.DateTimeDigitized, _BASE.OffsetTimeDigitized, _BASE.SubsecTimeDigitized),
        (_BASE.DateTime, _BASE.OffsetTime, _BASE.SubsecTime),
    ):
        found = _time(text(tags.get(time)), text(tags.get(offset)), text(tags.get(fraction)))
        if found:
            yield found


def _time(stamp: str | None, offset: str | None, fraction: str | None) -> str | None:
    """Return local time, with its offset only where the camera told it."""
    try:
        at = datetime.strptime(stamp or "", "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 -- offset follows
    except ValueError:
        return None
    if at.year < _EARLIEST_YEAR:
        return None
    digits = fraction if fraction and re.fullmatch(r"[0-9]{1,9}", fraction) else ""
    zone = offset if offset and _OFFSET.fullmatch(offset) else ""
    return f"{at.isoformat()}{'.' if digits else ''}{digits}{zone}"


def _degrees(value: object, reference: object, negative: str, most: int) -> float | None:
    if not isinstance(value, tuple) or len(value) != _DEGREES:
        return None
    parts = [_number(part, 0, limit) for part, limit in zip(value, (most, 60, 60), strict=True)]
    if None in parts:
        return None
    total = sum(part / 60**place for place, part in enumerate(parts) if part is not None)
    sign = -1 if text(reference) == negative else 1
    return round(sign * total, 7) if total <= most else None
