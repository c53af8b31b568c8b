"""Decodes the pixels of large, plain PNGs with a library faster than Pillow.

The rest of such a file stays with Pillow, and so does every picture that the library
refuses: what is damaged, and how, is judged in one place.
"""

import io
import mmap
import os
from collections.abc import Callable
from functools import lru_cache
from typing import IO, Any, Final, cast

from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngImageFile

_LAYOUTS: Final = {"L": "mono", "RGB": "rgb", "RGBA": "rgba"}
"""Eight bits a channel and no palette: how Pillow calls them, and how the library does."""
# Loading the library, once, takes as long as it saves on ten such pictures.
_MIN_PIXELS: Final = 500_000
# Four in the library and four in Pillow; these serve again when the pixels are resized.
_BYTES_PER_PIXEL: Final = 8
# For the library itself, and what is made of the pixels later.
_BYTES_BESIDE: Final = 300 * 1024 * 1024

_CODEC: Final = "ready"
_HEADER_BYTES: Final = 33
_CHUNK_HEAD: Final = 8
_CHECKSUM: Final = 4
_END: Final = bytes.fromhex("0000000049454e44ae426082")


class _Ready(ImageFile.PyDecoder):
    """Gives Pillow pixels that have been decoded already.

    https://pillow.readthedocs.io/en/stable/handbook/writing-your-own-image-plugin.html
    """

    _pulls_fd = True

    def decode(self, _buffer: Image.DecoderInput) -> tuple[int, int]:
        rawmode, pixels = self.args
        self.set_as_raw(pixels, rawmode)
        return -1, 0


Image.register_decoder(_CODEC, _Ready)


def hasten(image: ImageFile.ImageFile) -> None:
    """Decode the pixels of a picture that is about to be loaded, if it is a large, plain PNG.

    It must still be loaded; its pixels are then only copied.
    """
    if not _is_large_and_plain(image):
        return
    (tile,) = image.tile
    rawmode = cast("str", tile.args)
    try:
        _check_room(image.width * image.height * _BYTES_PER_PIXEL + _BYTES_BESIDE)
        data = _bare(cast("IO[bytes]", image.fp), tile.offset)
        pixels = _decoder()(data, (image.height, image.width), _LAYOUTS[rawmode])
    except Exception:  # noqa: BLE001 -- the library raises nothing less; Pillow tells what is wrong
        return
    image.tile = [tile._replace(codec_name=_CODEC, args=(rawmode, pixels))]


def _is_large_and_plain(image: ImageFile.ImageFile) -> bool:
    if not isinstance(image, PngImageFile) or len(image.tile) != 1 or image.is_animated:
        return False
    codec, _, _, rawmode = image.tile[0]
    if codec != "zip" or rawmode not in _LAYOUTS or image.info.get("interlace"):
        return False
    return image.width * image.height >= _MIN_PIXELS


def _check_room(size: int) -> None:
    """Raise OSError if so much memory may not be had: the library would panic, Pillow says so."""
    mmap.mmap(-1, size).close()


def _bare(file: IO[bytes], offset: int) -> bytes:
    """Return the PNG without its labels; ``offset`` is that of the data in its first IDAT."""
    bare = io.BytesIO()
    file.seek(0)
    bare.write(file.read(_HEADER_BYTES))
    file.seek(offset - _CHUNK_HEAD)
    while (head := file.read(_CHUNK_HEAD))[4:] == b"IDAT":
        bare.write(head)
        bare.write(file.read(int.from_bytes(head[:4], "big") + _CHECKSUM))
    bare.write(_END)
    return bare.getvalue()


@lru_cache(maxsize=1)
def _decoder() -> Callable[[bytes, tuple[int, int], str], Any]:
    """Load the library: it takes 15 MB, and most pictures do not need it."""
    # NumPy, which it needs, would start a thread for each core and keep memory for each.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    import kornia_rs  # noqa: PLC0415 -- as said

    decode: Callable[[bytes, tuple[int, int], str], Any] = kornia_rs.io.decode_image_png_u8
    return decode
