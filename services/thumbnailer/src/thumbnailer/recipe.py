"""How one variant is made."""

from dataclasses import dataclass, field
from typing import Any, Literal

from thumbnailer.geometry import CENTRE

Fit = Literal["cover", "contain", "inside", "fill"]
Crop = Literal["center", "hints", "faces", "attention", "entropy"]
OutputFormat = Literal["auto", "original", "jpeg", "png", "webp", "avif"]
Keep = Literal["all", "smallest"]
AnimationPolicy = Literal["first", "keep"]
LabelPolicy = Literal["credit", "none"]
Position = Literal["top-left", "top-right", "bottom-left", "bottom-right", "center"]


@dataclass(frozen=True)
class Watermark:
    """A text or a picture laid over the variant."""

    text: str = ""
    """``{owner}``, ``{date}`` and ``{year}`` stand for whose the picture is and when it came."""
    position: Position = "bottom-right"
    opacity: float = 0.5
    height: float = 0.035
    """Of the letters, relative to the width of the variant."""
    image: str = ""
    """A file, beside the recipes."""
    width: float = 0.2
    """Of the image, relative to the width of the variant."""
    tile: bool = False
    """All over the variant; ``position`` says nothing then."""
    font: str = ""
    """A font file, for scripts that the fonts at hand lack."""
    content: str = ""
    """A digest of the files, which makes recipes differ when they do; filled in when loaded."""


@dataclass(frozen=True)
class Recipe:
    name: str
    width: int
    height: int
    fit: Fit = "inside"
    crop: Crop = "hints"
    """Which part ``cover`` keeps."""
    focus: tuple[float, float] = CENTRE
    """A point of the picture, both parts from 0 to 1; used where nothing better is known."""
    enlarge: bool = False
    background: str = "#ffffff"
    """Behind ``contain``, and behind transparency in a format that has none."""
    format: OutputFormat | tuple[OutputFormat, ...] = "auto"
    """``auto`` is JPEG, and PNG for a picture with transparency; ``original`` falls back to PNG."""
    keep: Keep = "all"
    """Which of several formats."""
    quality: int = 80
    max_bytes: int | None = None
    """Quality is lowered until the file is no larger; PNG has no quality to lower."""
    watermark: Watermark | None = None
    animation: AnimationPolicy = "first"
    """``keep`` is for WebP and AVIF; other formats show the first frame."""
    max_frames: int = 150
    max_duration_s: float = 30.0
    """Of an animation; what comes later is left out."""
    labels: LabelPolicy = "credit"
    """Which labels stay: copyright and artist, or ``none``; never a place or a camera."""
    cache_control: str = field(default="public, max-age=31536000, immutable")

    @property
    def formats(self) -> tuple[OutputFormat, ...]:
        return self.format if isinstance(self.format, tuple) else (self.format,)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Recipe":
        mark, form = values["watermark"], values["format"]
        built = {
            "watermark": Watermark(**mark) if mark else None,
            "focus": tuple(values["focus"]),
            "format": tuple(form) if isinstance(form, list) else form,
        }
        return cls(**{**values, **built})
