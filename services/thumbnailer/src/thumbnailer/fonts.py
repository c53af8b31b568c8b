"""Which font writes what: the Noto fonts together have letters for most living scripts."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import groupby
from typing import Final

from PIL import ImageFont


@dataclass(frozen=True)
class Face:
    """A font in a file; collections have several."""

    package: str
    file: str
    index: int = 0
    is_rtl: bool = False

    @property
    def path(self) -> str:
        if not self.package:
            return self.file
        return str(resources.files(self.package).joinpath(self.file))


@dataclass(frozen=True)
class Run:
    """Letters that one font writes."""

    text: str
    face: Face


_VARIABLE: Final = "[wdth,wght].ttf"


def _ofl(package: str, name: str, *, is_rtl: bool = False) -> Face:
    file = f"fonts/ofl/{name.lower()}/{name}{_VARIABLE}"
    return Face(f"justmytype_intl_{package}", file, is_rtl=is_rtl)


def _cjk(index: int) -> Face:
    return Face("noto_cjk_sans_otc", "NotoSansCJK-Regular.ttc", index)


# Latin, Greek and Cyrillic.
_PLAIN: Final = Face("fontpkg_noto_sans", f"files/NotoSans{_VARIABLE}")
_JAPANESE, _KOREAN, _CHINESE = _cjk(0), _cjk(1), _cjk(2)
_ETHIOPIC: Final = _ofl("africa", "NotoSansEthiopic")
_ARABIC: Final = _ofl("rtl", "NotoSansArabic", is_rtl=True)
_MYANMAR: Final = _ofl("sea", "NotoSansMyanmar")

# By the blocks of Unicode; the last codes are those of the blocks.
_SCRIPTS: Final[tuple[tuple[int, int, Face], ...]] = (
    (0x0590, 0x05FF, _ofl("rtl", "NotoSansHebrew", is_rtl=True)),
    (0x0600, 0x06FF, _ARABIC),
    (0x0750, 0x077F, _ARABIC),
    (0x0870, 0x08FF, _ARABIC),
    (0x0900, 0x097F, _ofl("south_asia", "NotoSansDevanagari")),
    (0x0980, 0x09FF, _ofl("south_asia", "NotoSansBengali")),
    (0x0B80, 0x0BFF, _ofl("south_asia", "NotoSansTamil")),
    (0x0C00, 0x0C7F, _ofl("south_asia", "NotoSansTelugu")),
    (0x0E00, 0x0E7F, _ofl("sea", "NotoSansThai")),
    (0x0E80, 0x0EFF, _ofl("sea", "NotoSansLao")),
    (0x1000, 0x109F, _MYANMAR),
    (0x1100, 0x11FF, _KOREAN),
    (0x1200, 0x139F, _ETHIOPIC),
    (0x1780, 0x17FF, _ofl("sea", "NotoSansKhmer")),
    (0x2190, 0x27BF, _CHINESE),
    (0x2E80, 0x303F, _CHINESE),
    (0x3040, 0x30FF, _JAPANESE),
    (0x3100, 0x312F, _CHINESE),
    (0x3130, 0x318F, _KOREAN),
    (0x31F0, 0x31FF, _JAPANESE),
    (0x3400, 0x9FFF, _CHINESE),
    (0xA960, 0xA97F, _KOREAN),
    (0xAA60, 0xAA7F, _MYANMAR),
    (0xAC00, 0xD7FF, _KOREAN),
    (0xF900, 0xFAFF, _CHINESE),
    (0xFB1D, 0xFB4F, _ofl("rtl", "NotoSansHebrew", is_rtl=True)),
    (0xFB50, 0xFDFF, _ARABIC),
    (0xFE70, 0xFEFF, _ARABIC),
    (0xFF00, 0xFFEF, _JAPANESE),
    (0x20000, 0x3134F, _CHINESE),
)


def runs(text: str, font: str = "") -> list[Run]:
    """Return the parts of a line from left to right, each with the font that has its letters.

    A font file of the caller's own writes it all.
    """
    if font:
        return [Run(text, Face("", font))]
    faces = _joined([_face(char) for char in text])
    parts = groupby(zip(text, faces, strict=True), key=lambda pair: pair[1])
    found = [Run("".join(char for char, _ in pairs), face) for face, pairs in parts]
    return found[::-1] if found and found[0].face.is_rtl else found


@lru_cache(maxsize=16)
def font(face: Face, letter_px: int) -> ImageFont.FreeTypeFont:
    opened = ImageFont.truetype(face.path, letter_px, face.index)
    if face.file.endswith(_VARIABLE):
        # The weight that a variable font begins with may be the thinnest.
        opened.set_variation_by_name("Regular")
    return opened


def _face(char: str) -> Face | None:
    """Return the font of a letter; None for what every font has: spaces, digits, signs."""
    code = ord(char)
    known = next((face for first, last, face in _SCRIPTS if first <= code <= last), None)
    if known is not None:
        return known
    return _PLAIN if unicodedata.category(char)[0] == "L" else None


def _joined(faces: list[Face | None]) -> list[Face]:
    """Return a font for each letter, so that few are needed.

    Signs take that of the letter before them. Fonts for right-to-left scripts have Latin
    letters too: one run lets the shaper order both.
    """
    named = [face for face in faces if face is not None]
    plain = next((face for face in named if face.is_rtl), _PLAIN)
    east = next((face for face in named if face in {_JAPANESE, _KOREAN}), _CHINESE)
    stand_in = {_PLAIN: plain, _CHINESE: east}
    last = stand_in.get(named[0], named[0]) if named else _PLAIN
    joined = []
    for face in faces:
        last = stand_in.get(face, face) if face is not None else last
        joined.append(last)
    return joined
