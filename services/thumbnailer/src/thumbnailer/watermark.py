"""Writes the owner's name over a variant."""

import unicodedata
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from picture.orientation import Size
from thumbnailer.recipe import Position, Watermark

_MIN_LETTER_PX: Final = 10
_MAX_LETTERS: Final = 80
_WHITE: Final[dict[str, int | tuple[int, ...]]] = {
    "L": 255,
    "RGB": (255, 255, 255),
    "RGBA": (255, 255, 255, 255),
}
_PLACES: Final[dict[Position, tuple[float, float]]] = {
    "top-left": (0, 0),
    "top-right": (1, 0),
    "bottom-left": (0, 1),
    "bottom-right": (1, 1),
    "center": (0.5, 0.5),
}


def stamp(image: Image.Image, mark: Watermark, owner: str) -> Image.Image:
    """Return the picture with the text on it; unchanged where there is no owner or no room."""
    text = readable(owner)
    if not text:
        return image
    letter_px = max(_MIN_LETTER_PX, round(image.width * mark.height))
    mask = _mask(mark.text.format(owner=text), letter_px, mark.opacity)
    margin = letter_px // 2
    if mask.width + 2 * margin > image.width or mask.height + 2 * margin > image.height:
        mask = _shrunk(mask, image.size, margin)
    image.paste(_WHITE[image.mode], _place(image.size, mask.size, margin, mark.position), mask)
    return image


def readable(owner: str) -> str:
    """Return the name on one line, without control and formatting characters."""
    line = " ".join(owner.split())
    kept = (char for char in line if unicodedata.category(char)[0] != "C")
    return "".join(kept).strip()[:_MAX_LETTERS]


def _place(canvas: Size, mark: Size, margin: int, position: Position) -> tuple[int, int]:
    across, down = _PLACES[position]
    left = margin + round((canvas[0] - mark[0] - 2 * margin) * across)
    top = margin + round((canvas[1] - mark[1] - 2 * margin) * down)
    return left, top


def _shrunk(mask: Image.Image, canvas: Size, margin: int) -> Image.Image:
    room = max(1, canvas[0] - 2 * margin), max(1, canvas[1] - 2 * margin)
    scale = min(room[0] / mask.width, room[1] / mask.height)
    return mask.resize((max(1, int(mask.width * scale)), max(1, int(mask.height * scale))))


@lru_cache(maxsize=32)
def _mask(text: str, letter_px: int, opacity: float) -> Image.Image:
    font = ImageFont.load_default(letter_px)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    mask = Image.new("L", (right - left + 2, bottom - top + 2), 0)
    ImageDraw.Draw(mask).text((1 - left, 1 - top), text, font=font, fill=round(255 * opacity))
    return mask
