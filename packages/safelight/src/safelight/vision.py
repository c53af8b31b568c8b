"""What Cloud Vision says of a picture: one entry of ``responses`` of ``images:annotate``.

Any key may be missing, and zeros are left out of the JSON.
https://cloud.google.com/vision/docs/reference/rest/v1/AnnotateImageResponse
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]


class Likelihood(StrEnum):
    """How likely something is; declared in rising order."""

    UNKNOWN = "UNKNOWN"
    VERY_UNLIKELY = "VERY_UNLIKELY"
    UNLIKELY = "UNLIKELY"
    POSSIBLE = "POSSIBLE"
    LIKELY = "LIKELY"
    VERY_LIKELY = "VERY_LIKELY"

    @property
    def rank(self) -> int:
        return list(Likelihood).index(self)

    @classmethod
    def _missing_(cls, _: object) -> "Likelihood":
        """Take a value that this list does not know for no answer."""
        return cls.UNKNOWN


class Category(StrEnum):
    """What SafeSearch judges."""

    ADULT = "adult"
    SPOOF = "spoof"
    MEDICAL = "medical"
    VIOLENCE = "violence"
    RACY = "racy"


@dataclass(frozen=True, slots=True)
class Label:
    description: str
    score: float


@dataclass(frozen=True, slots=True)
class Color:
    red: int
    green: int
    blue: int
    score: float
    pixel_fraction: float

    @property
    def hex(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture that was sent, in its pixels."""

    x: int
    y: int
    width: int
    height: int
    confidence: float


@dataclass(frozen=True, slots=True)
class LocalizedObject:
    """A thing, and the box around it in shares of the picture's width and height."""

    name: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class ImageError:
    """Why this image was not, or not wholly, annotated, though the call succeeded."""

    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """What is known of one image; None where an annotation is missing."""

    labels: tuple[Label, ...] = ()
    text: str = ""
    language: str | None = None
    safe_search: Mapping[Category, Likelihood] | None = None
    dominant_colors: tuple[Color, ...] = ()
    crop_hints: tuple[Region, ...] = ()
    faces: int = 0
    face_boxes: tuple[Region, ...] = ()
    """Of those faces whose place was told."""
    objects: tuple[LocalizedObject, ...] = ()
    error: ImageError | None = None


class VisionFormatError(ValueError):
    """Something else than an answer of the Vision API."""


def parse(response: Json) -> Annotations:
    """Return the annotations of one image.  Raises VisionFormatError."""
    try:
        return _parse(response)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise VisionFormatError(f"not an answer of the Vision API: {error}") from error


def combined(frames: Sequence[Annotations]) -> Annotations:
    """Return what is known of a picture from what was said of its frames, the first one leading.

    The worst likelihood of each category counts.  Raises ValueError without any frame.
    """
    if not frames:
        raise ValueError("a picture has at least one frame")
    errors = (frame.error for frame in frames if frame.error is not None)
    likelihoods = [one for frame in frames for one in _screenings(frame)]
    worst = {category: _worst([one.get(category) for one in likelihoods]) for category in Category}
    is_screened = any(frame.safe_search is not None for frame in frames)
    return replace(frames[0], safe_search=worst if is_screened else None, error=next(errors, None))


def _screenings(frame: Annotations) -> Iterator[Mapping[Category, Likelihood]]:
    if frame.safe_search is not None:
        yield frame.safe_search
    if frame.safe_search is None or frame.error is not None:
        yield {}


def _worst(likelihoods: Sequence[Likelihood | None]) -> Likelihood:
    """Return what leads to the same decision, under any threshold, as judging each by itself.

    What was not judged outweighs all but the surest finding elsewhere.
    """
    if Likelihood.VERY_LIKELY in likelihoods:
        return Likelihood.VERY_LIKELY
    known = [one for one in likelihoods if one is not None and one is not Likelihood.UNKNOWN]
    if len(known) < len(likelihoods):
        return Likelihood.UNKNOWN
    return max(known, key=lambda one: one.rank)


def _parse(response: Json) -> Annotations:
    return Annotations(
        labels=tuple(_label(one) for one in response.get("labelAnnotations") or ()),
        text=_text(response),
        language=_language(response),
        safe_search=_safe_search(response.get("safeSearchAnnotation")),
        dominant_colors=_colors(response.get("imagePropertiesAnnotation") or {}),
        crop_hints=_crop_hints(response.get("cropHintsAnnotation") or {}),
        faces=len(response.get("faceAnnotations") or ()),
        face_boxes=_face_boxes(response.get("faceAnnotations") or ()),
        objects=tuple(_object(one) for one in response.get("localizedObjectAnnotations") or ()),
        error=_error(response.get("error")),
    )


def _label(annotation: Json) -> Label:
    return Label(str(annotation.get("description", "")), float(annotation.get("score", 0)))


def _text(response: Json) -> str:
    full = (response.get("fullTextAnnotation") or {}).get("text")
    return str(full or _whole_text(response).get("description", ""))


def _language(response: Json) -> str | None:
    """Return the language of the whole text, else the first one detected on its first page."""
    locale = _whole_text(response).get("locale")
    pages = (response.get("fullTextAnnotation") or {}).get("pages") or [{}]
    detected = (pages[0].get("property") or {}).get("detectedLanguages") or [{}]
    found = locale or detected[0].get("languageCode")
    return str(found) if found else None


def _whole_text(response: Json) -> Json:
    """Return the first text annotation: it holds the whole, the others a word each."""
    annotations: Sequence[Json] = response.get("textAnnotations") or [{}]
    return annotations[0]


def _safe_search(annotation: Json | None) -> Mapping[Category, Likelihood] | None:
    if annotation is None:
        return None
    return {category: Likelihood(str(annotation.get(category))) for category in Category}


def _colors(annotation: Json) -> tuple[Color, ...]:
    found = (annotation.get("dominantColors") or {}).get("colors") or ()
    return tuple(_color(one) for one in found)


def _color(annotation: Json) -> Color:
    color = annotation.get("color") or {}
    red, green, blue = (_channel(color.get(name, 0)) for name in ("red", "green", "blue"))
    score, fraction = annotation.get("score", 0), annotation.get("pixelFraction", 0)
    return Color(red, green, blue, float(score), float(fraction))


def _channel(value: float) -> int:
    return max(0, min(255, round(value)))


def _crop_hints(annotation: Json) -> tuple[Region, ...]:
    return _regions(annotation.get("cropHints") or (), "confidence")


def _face_boxes(annotations: Sequence[Json]) -> tuple[Region, ...]:
    return _regions(annotations, "detectionConfidence")


def _regions(found: Sequence[Json], confidence: str) -> tuple[Region, ...]:
    regions = (_region(one, float(one.get(confidence, 0))) for one in found)
    return tuple(region for region in regions if region.width > 0 and region.height > 0)


def _region(found: Json, confidence: float) -> Region:
    vertices = (found.get("boundingPoly") or {}).get("vertices") or [{}]
    across = [int(vertex.get("x", 0)) for vertex in vertices]
    down = [int(vertex.get("y", 0)) for vertex in vertices]
    left, top = max(0, min(across)), max(0, min(down))
    return Region(left, top, max(across) - left, max(down) - top, confidence)


def _object(annotation: Json) -> LocalizedObject:
    vertices = (annotation.get("boundingPoly") or {}).get("normalizedVertices") or [{}]
    across = [_share(vertex.get("x", 0)) for vertex in vertices]
    down = [_share(vertex.get("y", 0)) for vertex in vertices]
    name, score = str(annotation.get("name", "")), float(annotation.get("score", 0))
    return LocalizedObject(name, score, min(across), min(down), max(across), max(down))


def _share(value: float) -> float:
    return max(0.0, min(1.0, float(value)))


def _error(status: Json | None) -> ImageError | None:
    if not status:
        return None
    return ImageError(int(status.get("code", 0)), str(status.get("message", "")))
