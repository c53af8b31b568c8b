"""What is asked of a renderer, and what it answers. Imports no decoder: both ends need it."""

from dataclasses import dataclass, field

from picture.limits import Limits
from thumbnailer.files import Encoded
from thumbnailer.focus import Advice
from thumbnailer.recipe import Recipe


@dataclass(frozen=True)
class Signature:
    """Whose a picture is, and the day it came, as in 2031-07-09."""

    owner: str = ""
    day: str = ""


@dataclass(frozen=True)
class Order:
    """What is wanted of a picture."""

    recipes: tuple[Recipe, ...]
    signature: Signature = field(default_factory=Signature)
    advice: Advice = field(default_factory=Advice)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Operation:
    """A step that was taken, for the record."""

    name: str
    duration_ms: float


@dataclass(frozen=True)
class Rendered:
    """The variants of one picture, and what was found out about it."""

    format: str
    width: int
    height: int
    frames: int
    variants: tuple[Encoded, ...]
    operations: tuple[Operation, ...]
    peak_rss_kb: int = 0
