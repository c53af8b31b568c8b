"""The request of the workflow: ``POST /`` with the picture and what Vision said of it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from metadata.describe import Picture
from safelight.vision import Annotations, ImageError, VisionFormatError, parse

Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class MalformedRequestError(Exception):
    """The request is not what this function takes."""

    code = "malformed_request"


class _VisionError(BaseModel):
    """Why the call of Vision failed; a workflow may have any kind of code and message."""

    code: Any = None
    message: Any = None


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    bucket: Text
    name: Text
    generation: int = Field(gt=0)
    content_type: str | None = None
    vision: dict[str, Any] | None = None
    vision_error: _VisionError | None = None


def read(body: bytes) -> Picture:
    """Return the picture asked for.  Raises MalformedRequestError with all faults."""
    try:
        request = _Request.model_validate_json(body)
        return Picture(
            bucket=request.bucket,
            name=request.name,
            generation=request.generation,
            annotations=_annotations(request.vision),
            vision_error=_error(request.vision_error),
        )
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
        raise MalformedRequestError("; ".join(faults)) from error
    except VisionFormatError as error:
        raise MalformedRequestError(f"vision: {error}") from error


def _annotations(vision: dict[str, Any] | None) -> Annotations | None:
    return None if vision is None else parse(vision)


def _error(told: _VisionError | None) -> ImageError | None:
    if told is None:
        return None
    code = told.code if isinstance(told.code, int) else 0
    return ImageError(code, str(told.message or ""))
