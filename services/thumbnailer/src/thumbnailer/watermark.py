"""Lays a text or a picture over a variant."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from picture.orientation import Size
from thumbnailer.fonts import font, runs
from thumbnailer.order import Signature
from thumbnailer.recipe import Position, Watermark

_MIN_LETTER_PX: Final = 10
_MAX_LETTERS: Final = 80
_MAX_MARK_PX: Final = 16_000_000
_WHITE: Final = (255, 255, 255)
# They shape the letters around them, and are nothing by themselves.
_JOINERS: Final = "\u200c\u200d"
_PLACES: Final[dict[Position, tuple[float, float]]] = {
    "top-left": (0, 0),
    "top-right": (1, 0),
    "bottom-left": (0, 1),
    "bottom-right": (1, 1),
    "center": (0.5, 0.5),
}


@dataclass(frozen=True)
class _Mark:
    """What is laid over: a colour or pixels, where the mask is not black."""

    pixels: Image.Image | None
    mask: Image.Image


def stamp(image: Image.Image, mark: Watermark, signature: Signature) -> Image.Image:
    """Return the picture with the mark on it; unchanged where a name is lacking, or room."""
    margin = _letter_px(image, mark) // 2
    laid = _picture_mark(image, mark) if mark.image else _text_mark(image, mark, signature)
    if laid is None:
        return image
    laid = _fitted(laid, image.size, margin)
    if laid.pixels is not None and image.mode == "L":
        image = image.convert("RGB")
    places = _tiles(image.size, laid.mask.size) if mark.tile else None
    for place in places or [_place(image.size, laid.mask.size, margin, mark.position)]:
        _lay(image, laid, place)
    return image


def readable(owner: str) -> str:
    """Return the name on one line, without control and formatting characters."""
    line = " ".join(owner.split())
    kept = [char for char in line if unicodedata.category(char)[0] != "C" or char in _JOINERS]
    return "".join(kept).strip(" " + _JOINERS)[:_MAX_LETTERS]


def _letter_px(image: Image.Image, mark: Watermark) -> int:
    return max(_MIN_LETTER_PX, round(image.width * mark.height))


def _text_mark(image: Image.Image, mark: Watermark, signature: Signature) -> _Mark | None:
    owner = readable(signature.owner)
    if "{owner" in mark.text and not owner:
        return None
    text = mark.text.format(owner=owner, date=signature.day, year=signature.day[:4])
    return _Mark(None, _mask(text, _letter_px(image, mark), mark.opacity, mark.font))


def _picture_mark(image: Image.Image, mark: Watermark) -> _Mark:
    width = max(1, round(image.width * mark.width))
    pixels, mask = _overlay(mark.image, mark.content, width, mark.opacity)
    return _Mark(pixels, mask)


def _lay(image: Image.Image, laid: _Mark, place: tuple[int, int]) -> None:
    if laid.pixels is not None:
        image.paste(laid.pixels.convert(image.mode), place, laid.mask)
        return
    colour: int | tuple[int, ...] = _WHITE[0] if image.mode == "L" else _WHITE
    image.paste((*_WHITE, 255) if image.mode == "RGBA" else colour, place, laid.mask)


def _place(canvas: Size, mark: Size, margin: int, position: Position) -> tuple[int, int]:
    across, down = _PLACES[position]
    left = margin + round((canvas[0] - mark[0] - 2 * margin) * across)
    top = margin + round((canvas[1] - mark[1] - 2 * margin) * down)
    return left, top


def _tiles(canvas: Size, mark: Size) -> Iterator[tuple[int, int]]:
    """Yield places all over, every other row shifted by half."""
    step = mark[0] * 3 // 2 + 1, mark[1] * 3 + 1
    for row, top in enumerate(range(mark[1] // 2, canvas[1], step[1])):
        for left in range(-(row % 2) * step[0] // 2, canvas[0], step[0]):
            yield left, top


def _fitted(laid: _Mark, canvas: Size, margin: int) -> _Mark:
    room = max(1, canvas[0] - 2 * margin), max(1, canvas[1] - 2 * margin)
    scale = min(room[0] / laid.mask.width, room[1] / laid.mask.height)
    if scale >= 1:
        return laid
    size = max(1, int(laid.mask.width * scale)), max(1, int(laid.mask.height * scale))
    return _Mark(laid.pixels and laid.pixels.resize(size), laid.mask.resize(size))


@lru_cache(maxsize=32)
def _mask(text: str, letter_px: int, opacity: float, font_file: str) -> Image.Image:
    parts = [(run.text, font(run.face, letter_px)) for run in runs(text, font_file)]
    boxes = [written.getbbox(letters, anchor="ls") for letters, written in parts]
    starts = [0.0]
    for letters, written in parts:
        starts.append(starts[-1] + written.getlength(letters))
    left = round(min(start + box[0] for start, box in zip(starts, boxes, strict=False)))
    right = round(max(start + box[2] for start, box in zip(starts, boxes, strict=False)))
    top, bottom = (round(edge(box[side] for box in boxes)) for edge, side in ((min, 1), (max, 3)))
    mask = Image.new("L", (right - left + 2, bottom - top + 2), 0)
    draw = ImageDraw.Draw(mask)
    for start, (letters, written) in zip(starts, parts, strict=False):
        place = (1 - left + start, 1 - top)
        draw.text(place, letters, font=written, fill=round(255 * opacity), anchor="ls")
    return mask


@lru_cache(maxsize=8)
def _overlay(
    path: str, _content: str, width: int, opacity: float
) -> tuple[Image.Image, Image.Image]:
    """Return colours and mask of a picture that the operator of the service provides."""
    with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
        if image.width * image.height > _MAX_MARK_PX:
            raise ValueError(f"the watermark {path} has too many pixels")
        whole = image.convert("RGBA")
    size = width, max(1, round(whole.height * width / whole.width))
    small = whole.resize(size, Image.Resampling.LANCZOS)
    return small.convert("RGB"), small.getchannel("A").point(lambda level: level * opacity)
