"""The requests of the workflow: ``POST /inspect`` and, after Vision, ``POST /describe``."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from metadata.describe import Picture
from metadata.examine import Examination
from metadata.original import Source
from safelight.vision import ImageError

MAX_IMAGES = 16

Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class MalformedRequestError(Exception):
    """The request is not what this function takes."""

    code = "malformed_request"


class _VisionError(BaseModel):
    """Why the call of Vision failed; a workflow may have any kind of code and message."""

    code: Any = None
    message: Any = None


class _Inspect(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    bucket: Text
    name: Text
    generation: int = Field(gt=0)

    @property
    def source(self) -> Source:
        return Source(self.bucket, self.name, self.generation)


class _Describe(_Inspect):
    examination: str
    """As ``/inspect`` gave it."""
    responses: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_IMAGES)] | None
    vision_error: _VisionError | None = None


Request = TypeVar("Request", bound=BaseModel)


def read_inspect(body: bytes) -> Source:
    """Return which picture is to be inspected.  Raises MalformedRequestError with all faults."""
    return _read(_Inspect, body).source


def read_describe(body: bytes) -> Picture:
    """Return the picture to be described.  Raises MalformedRequestError with all faults."""
    request = _read(_Describe, body)
    return Picture(
        source=request.source,
        examination=_read(Examination, request.examination),
        responses=request.responses,
        vision_error=_error(request.vision_error),
    )


def _read(kind: type[Request], body: bytes | str) -> Request:
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise MalformedRequestError("; ".join(faults)) from error


def _error(told: _VisionError | None) -> ImageError | None:
    if told is None:
        return None
    code = told.code if isinstance(told.code, int) else 0
    return ImageError(code, str(told.message or ""))
