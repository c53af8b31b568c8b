"""Notices when the pixels of a PNG end before its last row.

Their packing may end in good order, so that the decoder says nothing and leaves the rest black.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngImageFile

from picture.refusals import Refusal

_MIN_BYTES: Final = 4


@contextmanager
def missing_rows_refused(image: ImageFile.ImageFile) -> Iterator[None]:
    """Refuse a PNG if loading it here leaves the last row as it was: full of noise."""
    if not isinstance(image, PngImageFile) or not image.tile:
        yield
        return
    noise = _noise(image.mode, image.width)
    # That of the plugin would begin to read.
    ImageFile.ImageFile.load_prepare(image)
    box = (0, image.height - 1, image.width, image.height)
    image.im.paste(noise.im, box)
    yield
    left = noise.tobytes()
    if len(left) >= _MIN_BYTES and image.crop(box).tobytes() == left:
        raise Refusal("truncated")


def _noise(mode: str, width: int) -> Image.Image:
    row = Image.new(mode, (width, 1))
    row.frombytes(random.Random(0).randbytes(len(row.tobytes())))  # noqa: S311 -- no secret
    return row
