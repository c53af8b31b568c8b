"""Pictures made for tests, as the bytes of files."""

import io
import struct
from collections.abc import Mapping
from typing import Any

from PIL import Image, ImageCms

from picture import decode
from picture.limits import Limits
from thumbnailer.focus import Advice, Hint
from thumbnailer.order import Order, Signature
from thumbnailer.recipe import Recipe
from thumbnailer.steps import render

CORNERS = {"red": (0, 0), "lime": (1, 0), "blue": (0, 1), "white": (1, 1)}


def corners(size: tuple[int, int]) -> Image.Image:
    """A quarter red, green, blue and white each: its orientation can be read off."""
    image = Image.new("RGB", size)
    half = (size[0] // 2, size[1] // 2)
    for colour, (across, down) in CORNERS.items():
        image.paste(Image.new("RGB", size, colour), (across * half[0], down * half[1]))
    return image


def detailed(size: tuple[int, int]) -> Image.Image:
    """Something with detail everywhere, the same each time."""
    ramp = Image.linear_gradient("L").resize(size)
    rings = Image.radial_gradient("L").resize(size)
    waves = rings.point(lambda value: value * 37 % 256)
    return Image.merge("RGB", (waves, ramp, rings))


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def exif(**tags: Any) -> Image.Exif:
    labels = Image.Exif()
    for name, value in tags.items():
        labels[{"orientation": 0x0112, "copyright": 0x8298, "maker": 0x010F}[name]] = value
    return labels


def with_gps(labels: Image.Exif) -> Image.Exif:
    labels.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 59.0), 29: "2031:07:09"})
    return labels


def order_of(
    recipes: tuple[Recipe, ...],
    owner: str = "",
    hints: tuple[Hint, ...] = (),
    faces: tuple[Hint, ...] = (),
) -> Order:
    return Order(recipes, Signature(owner, "2031-07-09"), Advice(hints, faces))


def variants(data: bytes, *recipes: Recipe, **order: Any) -> list[bytes]:
    """The files of the variants of a picture."""
    decode.prepare(Limits())
    return [one.data for one in render(data, order_of(recipes, **order)).variants]


def show(data: bytes, *recipes: Recipe, **order: Any) -> Mapping[str, Image.Image]:
    """The variants of a picture, opened again."""
    decode.prepare(Limits())
    rendered = render(data, order_of(recipes or (Recipe("inside", 64, 64),), **order))
    return {one.name: Image.open(io.BytesIO(one.data)) for one in rendered.variants}


def show_one(data: bytes, **recipe: Any) -> Image.Image:
    values = {"width": 64, "height": 64, **recipe}
    return show(data, Recipe("one", **values))["one"]


def near(one: Any, other: Any, tolerance: int = 6) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))


def corner_colours(image: Image.Image) -> list[str]:
    """The names of the colours at the four corners, row by row."""
    return [_name(image.convert("RGB").getpixel(at)) for at in _places(image.size)]


def _places(size: tuple[int, int]) -> list[tuple[int, int]]:
    right, bottom = size[0] * 7 // 8, size[1] * 7 // 8
    left, top = size[0] // 8, size[1] // 8
    return [(left, top), (right, top), (left, bottom), (right, bottom)]


def _name(pixel: Any) -> str:
    red, green, blue = (value > 127 for value in pixel)
    if red and green and blue:
        return "white"
    return "red" if red else "lime" if green else "blue" if blue else "black"


def profile_display_p3() -> bytes:
    """An sRGB profile whose primaries are those of Display P3 (adapted to D50)."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for at in range(132, 132 + 12 * struct.unpack_from(">I", data, 128)[0], 12):
        tag, offset, _ = struct.unpack_from(">4sII", data, at)
        if tag in primaries:
            fixed = (round(value * 65536) for value in primaries[tag])
            struct.pack_into(">3i", data, offset + 8, *fixed)
    return bytes(data)


def profile_inverted_cmyk() -> bytes:
    """A tiny print profile, in which ink makes the paper brighter: unlike any default."""
    identity = bytes(range(256))
    paper = b"".join(_lab(index) for index in range(16))
    table = struct.pack(">4s4xBBBx", b"mft1", 4, 3, 2)
    table += struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table += identity * 4 + paper + identity * 3
    start = 132 + 12
    header = struct.pack(
        ">I4sI4s4s4s", start + len(table), b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab "
    )
    header += bytes(12) + b"acsp" + bytes(24)
    header += bytes(4) + struct.pack(">3i", 63190, 65536, 54061) + bytes(128 - 80)
    return header + struct.pack(">I4sII", 1, b"A2B0", start, len(table)) + table


def _lab(index: int) -> bytes:
    return bytes((255 * index.bit_count() // 4, 128, 128))
