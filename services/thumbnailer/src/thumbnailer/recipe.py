"""How one variant is made."""

from dataclasses import dataclass, field
from typing import Any, Literal

from thumbnailer.geometry import CENTRE

Fit = Literal["cover", "contain", "inside", "fill"]
Crop = Literal["center", "hints"]
OutputFormat = Literal["auto", "jpeg", "png", "webp", "avif"]
LabelPolicy = Literal["credit", "none"]
Position = Literal["top-left", "top-right", "bottom-left", "bottom-right", "center"]


@dataclass(frozen=True)
class Watermark:
    """A text laid over the picture; ``{owner}`` stands for the owner's name."""

    text: str
    position: Position = "bottom-right"
    opacity: float = 0.5
    height: float = 0.035
    """Of the letters, relative to the width of the variant."""


@dataclass(frozen=True)
class Recipe:
    name: str
    width: int
    height: int
    fit: Fit = "inside"
    crop: Crop = "hints"
    """Which part ``cover`` keeps: that of the best hint, or that around ``focus``."""
    focus: tuple[float, float] = CENTRE
    """A point of the picture, both parts from 0 to 1; used where there are no hints."""
    enlarge: bool = False
    background: str = "#ffffff"
    """Behind ``contain``, and behind transparency in a format that has none."""
    format: OutputFormat = "auto"
    """``auto`` is JPEG, and PNG for a picture with transparency."""
    quality: int = 80
    watermark: Watermark | None = None
    labels: LabelPolicy = "credit"
    """Which labels stay: copyright and artist, or ``none``; never a place or a camera."""
    cache_control: str = field(default="public, max-age=31536000, immutable")

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Recipe":
        mark = values["watermark"]
        built = {"watermark": Watermark(**mark) if mark else None, "focus": tuple(values["focus"])}
        return cls(**{**values, **built})
