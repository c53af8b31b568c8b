"""The render task: what the workflow asks the thumbnailer to do."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

Text = Annotated[str, StringConstraints(min_length=1)]


class CropHint(BaseModel):
    """A region worth keeping, or a face, in pixels of the upright original."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    x: int = Field(ge=0)
    y: int = Field(ge=0)
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    confidence: float = Field(default=0.0, ge=0, le=1)


class RenderTask(BaseModel):
    """Render the variants of one generation of one object (the body of ``POST /tasks/render``)."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    image_id: Text
    bucket: Text
    name: Text
    generation: int = Field(gt=0)
    owner: str = ""
    crop_hints: tuple[CropHint, ...] = ()
    faces: tuple[CropHint, ...] = ()
    recipes: Text = "default"
    approving: bool = False
    """Made while somebody lets a quarantined picture pass: the record may be a moment behind."""
