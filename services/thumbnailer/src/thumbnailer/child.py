"""The process in which pictures are decoded. It reads orders from a socket until that closes.

Pictures are hostile: this process has limits, no secrets in its environment, and its
parent believes nothing it says. Its memory is small: it imports no client and no server.
"""

import mmap
import os
import select
import socket
import sys
import traceback
from typing import Any, Final

from thumbnailer import confinement, decode, memory, picture
from thumbnailer.focus import Hint
from thumbnailer.limits import Limits
from thumbnailer.recipe import Recipe
from thumbnailer.refusals import Refusal
from thumbnailer.wire import BrokenWireError, receive, send

# Memory that is given back must be got again by the next picture.
_IDLE_S: Final = 10.0
_TRACEBACK: Final = 4_000
_WARM_UP: Final = Recipe("warm-up", 8, 8)


def main() -> None:
    link = socket.socket(fileno=int(sys.argv[1]))
    message, _, _ = receive(link)
    limits = Limits(**message["limits"])
    warm_up(limits)
    offline = confinement.confine(limits)
    send(link, {"offline": offline})
    try:
        _serve(link, limits)
    except BrokenWireError:
        return


def _serve(link: socket.socket, limits: Limits) -> None:
    trim = memory.trimmer()
    while True:
        if not select.select([link], [], [], _IDLE_S)[0]:
            trim()
            select.select([link], [], [])
        message, _, files = receive(link)
        confinement.allow_cpu(limits.cpu_s)
        memory.reset_peak()
        answer, parts = _answer(message, files[0], limits)
        send(link, {**answer, "peak_rss_kb": memory.peak_kb()}, parts)


def warm_up(limits: Limits) -> None:
    """Load the decoders and proves the resampler, so that no picture has to wait for it."""
    decode.prepare(limits)
    bitmap = b"BM" + (58).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    bitmap += (40).to_bytes(4, "little") + (1).to_bytes(4, "little") * 2
    bitmap += b"\x01\0\x18\0" + bytes(24) + bytes(4)
    picture.render(bitmap, picture.Order((_WARM_UP,), limits=limits))


def _answer(message: dict[str, Any], file: int, limits: Limits) -> tuple[dict[str, Any], bytes]:
    try:
        rendered = _render(message, file, limits)
    except Refusal as refusal:
        return _refused(refusal)
    except MemoryError:
        return _refused(Refusal("out_of_memory", allowed=limits.memory_mb))
    except Exception:  # noqa: BLE001 -- the outermost boundary: the parent logs the defect
        return {"defect": traceback.format_exc()[-_TRACEBACK:]}, b""
    finally:
        os.close(file)
    return _told(rendered), b"".join(variant.data for variant in rendered.variants)


def _refused(refusal: Refusal) -> tuple[dict[str, Any], bytes]:
    return {"code": refusal.code, "message": refusal.message}, b""


def _render(message: dict[str, Any], file: int, limits: Limits) -> picture.Rendered:
    order = picture.Order(
        recipes=tuple(Recipe.from_json(recipe) for recipe in message["recipes"]),
        owner=message["owner"],
        hints=tuple(Hint(**hint) for hint in message["hints"]),
        limits=limits,
    )
    if not os.fstat(file).st_size:
        raise Refusal("empty_file")
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:
        return picture.render(data, order)


def _told(rendered: picture.Rendered) -> dict[str, Any]:
    return {
        "format": rendered.format,
        "width": rendered.width,
        "height": rendered.height,
        "frames": rendered.frames,
        "operations": [[step.name, step.duration_ms] for step in rendered.operations],
        "variants": [
            [variant.name, variant.extension, variant.width, variant.height, len(variant.data)]
            for variant in rendered.variants
        ],
    }


if __name__ == "__main__":
    main()
