"""What Vision is asked about a picture, in one request for all its images.

https://cloud.google.com/vision/docs/reference/rest/v1/images/annotate
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Final

from metadata.render import EDITION

# A page full of words would not fit into a workflow's memory.
FIELDS: Final = (
    "responses("
    "labelAnnotations(description,score),"
    "fullTextAnnotation(text,pages/property/detectedLanguages),"
    "safeSearchAnnotation,"
    "imagePropertiesAnnotation/dominantColors,"
    "cropHintsAnnotation,"
    "faceAnnotations(boundingPoly,detectionConfidence),"
    "localizedObjectAnnotations(name,score,boundingPoly/normalizedVertices),"
    "error)"
)

_SCREENING: Final[tuple[dict[str, Any], ...]] = ({"type": "SAFE_SEARCH_DETECTION"},)
_UNDERSTANDING: Final[tuple[dict[str, Any], ...]] = (
    {"type": "LABEL_DETECTION", "maxResults": 10},
    {"type": "TEXT_DETECTION"},
    *_SCREENING,
    {"type": "IMAGE_PROPERTIES", "maxResults": 6},
    {"type": "CROP_HINTS"},
    {"type": "FACE_DETECTION", "maxResults": 20},
)
_OBJECTS: Final[dict[str, Any]] = {"type": "OBJECT_LOCALIZATION", "maxResults": 20}


@dataclass(frozen=True, slots=True)
class Questions:
    """The first image is to be understood; the others, seen in it later, only screened."""

    crop_ratios: tuple[float, ...] = (1.0,)
    """Width by height of what recipes cut out."""
    language_hints: tuple[str, ...] = ()
    objects: bool = False
    max_frames: int = 3

    def about(self, uris: Sequence[str]) -> list[dict[str, Any]]:
        """Return the request of each image."""
        first = [*_UNDERSTANDING, *([_OBJECTS] if self.objects else [])]
        features = chain([first], repeat(list(_SCREENING)))
        return [self._about(*one) for one in zip(uris, features, strict=False)]

    @property
    def version(self) -> str:
        """What changes with anything that could change an answer."""
        said = [EDITION, self.max_frames, FIELDS, self.about(["first", "other"])]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]

    def _about(self, uri: str, features: list[dict[str, Any]]) -> dict[str, Any]:
        context: dict[str, Any] = {"cropHintsParams": {"aspectRatios": list(self.crop_ratios)}}
        if self.language_hints:
            context["languageHints"] = list(self.language_hints)
        image = {"source": {"imageUri": uri}}
        return {"image": image, "features": features, "imageContext": context}
