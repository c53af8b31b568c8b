"""What a picture is, found out by a process that may be killed.

The answers of such a process are a stranger's word and checked like a request.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from metadata.exif import MAX_TEXT
from picture.process.children import Children, ChildrenClosedError, ChildStartError
from picture.refusals import Refusal, to_error
from safelight.errors import BusyError, RenderCrashedError

MODULE: Final = "metadata.look"
_MAX_IMAGES: Final = 16
_MAX_BYTES: Final = 20_000_000
_STRICT: Final = ConfigDict(frozen=True, strict=True, allow_inf_nan=False, extra="ignore")

Name = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Pixels = Annotated[int, Field(gt=0)]
Names = Annotated[list[Name], Field(max_length=20)]
Finding = Annotated[bool | int | float | Name | Names, Field(union_mode="left_to_right")]
_FieldName = Annotated[str, StringConstraints(pattern=re.compile(r"^[A-Za-z0-9]{1,40}$"))]
_Size = Annotated[list[Pixels], Field(min_length=2, max_length=2)]
_Rendition = tuple[Pixels, Pixels, Annotated[int, Field(gt=0, le=_MAX_BYTES)]]


class Inspection(BaseModel):
    """A picture as it is to be seen, turned upright."""

    model_config = _STRICT

    format: Name
    width: Pixels
    height: Pixels
    frames: Pixels
    duration_ms: Annotated[int, Field(gt=0)] | None = None
    is_complete: bool = True
    """Whether all of its frames could be looked at."""
    orientation: Annotated[int, Field(ge=1, le=8)]
    color_space: Name
    color_profile: Name | None
    bit_depth: Annotated[int, Field(ge=1, le=128)]
    exif: Annotated[dict[_FieldName, Finding], Field(max_length=40)]
    gps: Annotated[dict[_FieldName, float], Field(max_length=3)] | None
    phash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    thumbhash: Annotated[str, StringConstraints(max_length=64)]
    seen: _Size
    """The size in which it is judged."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """A JPEG that Vision is to judge."""

    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Inspected:
    """A picture and its renditions; without any, the file itself is to be judged."""

    inspection: Inspection
    renditions: tuple[Rendition, ...] = ()


class Inspector:
    """Inspects pictures, as many at a time as there are processes."""

    def __init__(self, children: Children, max_frames: int) -> None:
        self._children = children
        self._max_frames = max_frames

    def inspect(self, original: int, *, may_be_judged_itself: bool = True) -> Inspected:
        """Return what the picture in the open file is, with a rendition at any rate if told so.

        Raises PermanentError: what the picture does to its process is its own outcome;
        BusyError: nothing is wrong with the picture.
        """
        order = {"frames": self._max_frames, "plain": may_be_judged_itself}
        try:
            answer, parts = self._children.ask(order, original)
        except Refusal as refusal:
            raise to_error(refusal) from refusal
        except (ChildStartError, ChildrenClosedError) as error:
            raise BusyError("There is no process that could decode the picture now.") from error
        return _checked(answer, parts)


_RENDITIONS: Final = TypeAdapter(Annotated[list[_Rendition], Field(max_length=_MAX_IMAGES)])


def _checked(answer: dict[str, Any], parts: bytes) -> Inspected:
    try:
        inspection = Inspection.model_validate(answer)
        told = _RENDITIONS.validate_python(answer.get("renditions"))
    except ValidationError as error:
        raise RenderCrashedError from error
    if sum(length for _, _, length in told) != len(parts):
        raise RenderCrashedError
    return Inspected(inspection, _cut(told, parts))


def _cut(told: list[tuple[int, int, int]], parts: bytes) -> tuple[Rendition, ...]:
    renditions, at = [], 0
    for width, height, length in told:
        renditions.append(Rendition(width, height, parts[at : at + length]))
        at += length
    return tuple(renditions)
