"""What the models found, written into an AnnotateImageResponse.

https://cloud.google.com/vision/docs/reference/rest/v1/AnnotateImageResponse
All boxes and points given are in pixels of ``Picture.work``; those written are
in pixels of the picture itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from google.cloud.vision_v1.types import SafeSearchAnnotation, TextAnnotation

from localcloud.vision import safe_search
from localcloud.vision.crop_hints import CropHint
from localcloud.vision.faces import LANDMARKS, Face
from localcloud.vision.geometry import Point, Quad, bounds
from localcloud.vision.labels import Label
from localcloud.vision.picture import Picture
from localcloud.vision.properties import Color
from localcloud.vision.text import Line, Word

Message = Any
"""A raw protobuf message; proto-plus classes carry no types for these."""


def write_labels(response: Message, labels: Iterable[Label]) -> None:
    for label in labels:
        response.label_annotations.add(
            description=label.description, score=label.score, topicality=label.score
        )


def write_safe_search(response: Message, score: float | None) -> None:
    """Write the likelihoods; all UNKNOWN where there is no score."""
    found = response.safe_search_annotation
    found.SetInParent()
    if score is not None:
        adult, racy = safe_search.adult(score), safe_search.racy(score)
        found.MergeFrom(SafeSearchAnnotation.pb()(adult=adult, racy=racy))


def write_colors(response: Message, colors: Iterable[Color]) -> None:
    found = response.image_properties_annotation.dominant_colors
    for color in colors:
        info = found.colors.add(score=color.score, pixel_fraction=color.pixel_fraction)
        info.color.red, info.color.green, info.color.blue = color.rgb


def write_crop_hints(response: Message, hints: Iterable[CropHint], picture: Picture) -> None:
    for hint in hints:
        found = response.crop_hints_annotation.crop_hints.add(
            confidence=hint.confidence, importance_fraction=hint.importance_fraction
        )
        _write_quad(found.bounding_poly, hint.box.corners(), picture)


def write_faces(response: Message, faces: Iterable[Face], picture: Picture) -> None:
    for face in faces:
        found = response.face_annotations.add(
            detection_confidence=face.score, roll_angle=face.roll_degrees
        )
        _write_quad(found.bounding_poly, face.box.corners(), picture)
        _write_quad(found.fd_bounding_poly, face.box.corners(), picture)
        for name, (x, y) in zip(LANDMARKS, face.landmarks, strict=True):
            mark = found.landmarks.add(type_=name)
            mark.position.x, mark.position.y = x * picture.scale, y * picture.scale


def write_text(response: Message, lines: Sequence[Line], picture: Picture) -> None:
    """Write the whole text first, then each word; and the same as a page of blocks."""
    if not lines:
        return
    whole = "\n".join(line.text for line in lines)
    first = response.text_annotations.add(description=whole)
    _write_quad(first.bounding_poly, bounds([line.quad for line in lines]).corners(), picture)
    for word in (word for line in lines for word in line.words):
        found = response.text_annotations.add(description=word.text)
        _write_quad(found.bounding_poly, word.quad, picture)
    response.full_text_annotation.text = whole
    page = response.full_text_annotation.pages.add(width=picture.width, height=picture.height)
    for line in lines:
        _write_block(page, line, picture)


def _write_block(page: Message, line: Line, picture: Picture) -> None:
    block = page.blocks.add(block_type="TEXT", confidence=line.score)
    paragraph = block.paragraphs.add(confidence=line.score)
    for box in (block.bounding_box, paragraph.bounding_box):
        _write_quad(box, line.quad, picture)
    for word in line.words:
        _write_word(paragraph, word, picture, "LINE_BREAK" if word is line.words[-1] else "SPACE")


def _write_word(paragraph: Message, word: Word, picture: Picture, ending: str) -> None:
    found = paragraph.words.add(confidence=word.score)
    _write_quad(found.bounding_box, word.quad, picture)
    for character in word.text:
        found.symbols.add(text=character)
    # Clients put texts together again from these.
    found.symbols[-1].property.detected_break.MergeFrom(
        TextAnnotation.DetectedBreak.pb()(type_=ending)
    )


def _write_quad(poly: Message, quad: Quad, picture: Picture) -> None:
    for x, y in (_true(point, picture) for point in quad):
        poly.vertices.add(x=x, y=y)


def _true(point: Point, picture: Picture) -> tuple[int, int]:
    x, y = (round(value * picture.scale) for value in point)
    return min(max(x, 0), picture.width), min(max(y, 0), picture.height)
