"""The only labels that a variant keeps: who made the picture, and who owns it."""

import re
import unicodedata
from typing import Final

from PIL import Image

from picture.decode import DAMAGE

_COPYRIGHT: Final = 0x8298
_ARTIST: Final = 0x013B
_MAX_LETTERS: Final = 200
# Where code and markup begin: names and rights need none, but pages that show variants run it.
_CODE: Final = re.compile(r"[\"'$>]*[<{`].*")


def read_credit(image: Image.Image) -> bytes:
    """Return EXIF that holds copyright and artist, each one clean line; nothing without them."""
    try:
        labels = image.getexif()
    except DAMAGE:
        return b""
    credit = Image.Exif()
    for tag in (_ARTIST, _COPYRIGHT):
        if line := _line(labels.get(tag)):
            credit[tag] = line.encode()
    return credit.tobytes() if credit else b""


def _line(value: object) -> str:
    """Return the text without control characters and code, as short as a credit is."""
    if not isinstance(value, str):
        return ""
    # The two parts that EXIF allows, photographer and editor, are parted by a zero byte.
    text = _decoded(value).replace("\0", " ")
    kept = (char for char in " ".join(text.split()) if unicodedata.category(char)[0] != "C")
    return _CODE.sub("", "".join(kept))[:_MAX_LETTERS].strip()


def _decoded(text: str) -> str:
    """Return what was meant: cameras write ASCII, everything else UTF-8 that reads as Latin-1."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
