"""Pictures as people upload them: all formats, small and large, moving, and some to be refused."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pillow_heif
from PIL import Image

from bench.render.fixtures import FOLDER, build, photo

_LARGE = ["12-baseline", "12-progressive", "12-png", "12-webp", "24-baseline", "50-baseline"]
_LARGE_EACH = 25
_FRAMES = 12
_TOO_WIDE = 60_000


def sequence(count: int) -> Iterator[Path]:
    """Yield so many pictures of all kinds; every 25th is a large one."""
    usual, large = _usual(), [path for _, path in build(_LARGE)]
    for number in range(count):
        group, at = (usual, number) if number % _LARGE_EACH else (large, number // _LARGE_EACH)
        yield group[at % len(group)]


def _usual() -> list[Path]:
    folder = FOLDER / "mixture"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in _MAKERS]
    for path in paths:
        if not path.exists():
            path.write_bytes(_MAKERS[path.name](photo((1280, 960))))
    return paths


def _as(form: str, mode: str = "RGB", **options: object) -> Callable[[Image.Image], bytes]:
    def make(image: Image.Image) -> bytes:
        target = io.BytesIO()
        image.convert(mode).save(target, form, **options)
        return target.getvalue()

    return make


def _moving(form: str) -> Callable[[Image.Image], bytes]:
    def make(image: Image.Image) -> bytes:
        small = image.resize((480, 360))
        frames = [small.rotate(30 * number) for number in range(_FRAMES)]
        return _as(form, save_all=True, append_images=frames, duration=80)(small)

    return make


def _heic(image: Image.Image) -> bytes:
    target = io.BytesIO()
    pillow_heif.from_pillow(image).save(target, quality=80)
    return target.getvalue()


def _half(image: Image.Image) -> bytes:
    whole = _as("JPEG")(image)
    return whole[: len(whole) // 2]


def _too_large(_image: Image.Image) -> bytes:
    header = b"IHDR" + struct.pack(">II5B", _TOO_WIDE, _TOO_WIDE, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(bytes(100_000))
    chunks = (header, data, b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in chunks
    )


_MAKERS: dict[str, Callable[[Image.Image], bytes]] = {
    "baseline.jpg": _as("JPEG", quality=90),
    "moving.gif": _moving("GIF"),
    "plain.png": _as("PNG"),
    "half.jpg": _half,
    "photo.heic": _heic,
    "progressive.jpg": _as("JPEG", quality=90, progressive=True),
    "moving.webp": _moving("WEBP"),
    "transparent.png": _as("PNG", "RGBA"),
    "text.jpg": lambda _: b"This is no picture. " * 50,
    "photo.avif": _as("AVIF"),
    "print.jpg": _as("JPEG", "CMYK", quality=90),
    "palette.png": _as("PNG", "P"),
    "wide.png": _too_large,
    "photo.webp": _as("WEBP"),
    "scan.tiff": _as("TIFF", compression="tiff_lzw"),
    "grey.jpg": _as("JPEG", "L"),
    "empty.jpg": lambda _: b"",
    "screen.bmp": _as("BMP"),
}
