"""What a picture is, found out by a process that may be killed.

The answers of such a process are a stranger's word and checked like a request.
"""

import re
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from metadata.exif import MAX_TEXT
from picture.children import Children, ChildrenClosedError, ChildStartError
from picture.refusals import Refusal, to_error
from safelight.errors import BusyError, RenderCrashedError

MODULE: Final = "metadata.look"

Name = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
Pixels = Annotated[int, Field(gt=0)]
Finding = Annotated[bool | int | float | Name, Field(union_mode="left_to_right")]
_FieldName = Annotated[str, StringConstraints(pattern=re.compile(r"^[A-Za-z0-9]{1,40}$"))]


class Inspection(BaseModel):
    """A picture as it is to be seen, turned upright."""

    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False, extra="ignore")

    format: Name
    width: Pixels
    height: Pixels
    frames: Pixels
    orientation: Annotated[int, Field(ge=1, le=8)]
    color_space: Name
    color_profile: Name | None
    bit_depth: Annotated[int, Field(ge=1, le=128)]
    exif: Annotated[dict[_FieldName, Finding], Field(max_length=40)]
    gps: Annotated[dict[_FieldName, float], Field(max_length=3)] | None
    phash: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    thumbhash: Annotated[str, StringConstraints(max_length=64)]


class Inspector:
    """Inspects pictures, as many at a time as there are processes."""

    def __init__(self, children: Children) -> None:
        self._children = children

    def inspect(self, original: int) -> Inspection:
        """Return what the picture in the open file is.

        Raises PermanentError: what the picture does to its process is its own outcome;
        BusyError: nothing is wrong with the picture.
        """
        try:
            answer, _ = self._children.ask({}, original)
        except Refusal as refusal:
            raise to_error(refusal) from refusal
        except (ChildStartError, ChildrenClosedError) as error:
            raise BusyError("There is no process that could decode the picture now.") from error
        return _checked(answer)


def _checked(answer: dict[str, Any]) -> Inspection:
    try:
        return Inspection.model_validate(answer)
    except ValidationError as error:
        raise RenderCrashedError from error
