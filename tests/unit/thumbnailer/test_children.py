"""The processes that decode pictures, as they die in all ways that are known."""

import fcntl
import io
import os
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from picture.limits import Limits
from picture.process import child
from picture.process import children as children_module
from picture.process.children import ChildrenClosedError
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import detailed, encoded
from thumbnailer import craft
from thumbnailer.order import Order, Rendered, Signature
from thumbnailer.recipe import Recipe, Watermark
from thumbnailer.renderer import Renderer, understood

ORDER = Order((Recipe("small", 32, 32), Recipe("icon", 8, 8, "cover")), Signature("Ada"))
PHOTO = encoded(detailed((320, 240)))


@pytest.fixture
def children() -> Iterator[Renderer]:
    pool = Renderer(1, Limits())
    yield pool
    pool.close()


def render(pool: Renderer, data: bytes, order: Order = ORDER) -> Rendered:
    file = os.memfd_create("original")
    try:
        os.write(file, data)
        return pool.render(file, order)
    finally:
        os.close(file)


def refusal(pool: Renderer, data: bytes, order: Order = ORDER) -> str:
    with pytest.raises(Refusal) as refused:
        render(pool, data, order)
    return refused.value.code


def process(pool: Renderer) -> int:
    return pool._children._all[0].child.process.pid


def freeze(pool: Renderer) -> None:
    """Stop the process, so that it stays at work on the next picture."""
    pool.warm_up()
    os.kill(process(pool), signal.SIGSTOP)
    os.waitpid(process(pool), os.WUNTRACED)


def await_order(pool: Renderer) -> None:
    """Wait until the frozen process has been sent a picture that it has not read."""
    deadline_s = time.monotonic() + 10
    unread = struct.pack("i", 0)
    while not any(unread) and time.monotonic() < deadline_s:
        unread = fcntl.ioctl(pool._children._all[0].child.link, termios.TIOCOUTQ, unread)


def test_a_picture_is_rendered_with_all_that_was_ordered(children: Renderer) -> None:
    recipes = (
        Recipe("marked", 320, 320, focus=(0.1, 0.9), watermark=Watermark("{owner}")),
        Recipe("plain", 320, 320),
    )

    rendered = render(children, PHOTO, Order(recipes, Signature("Ada")))

    assert (rendered.format, rendered.width, rendered.height) == ("jpeg", 320, 240)
    marked, plain = rendered.variants
    assert (marked.name, plain.name) == ("marked", "plain")
    assert Image.open(io.BytesIO(plain.data)).size == (320, 240)
    assert marked.data != plain.data


def test_a_process_is_used_again(children: Renderer) -> None:
    render(children, PHOTO)
    first = process(children)
    assert refusal(children, b"no image") == "not_an_image"
    render(children, PHOTO)

    assert process(children) == first


def test_an_empty_file_is_refused(children: Renderer) -> None:
    assert refusal(children, b"") == "empty_file"


def test_a_crashed_process_fails_its_picture_and_no_other(children: Renderer) -> None:
    freeze(children)
    first = process(children)
    with ThreadPoolExecutor(1) as executor:
        failing = executor.submit(refusal, children, PHOTO)
        await_order(children)
        os.kill(first, signal.SIGABRT)
        os.kill(first, signal.SIGCONT)

    assert failing.result() == "render_crashed"
    assert len(render(children, PHOTO).variants) == 2
    assert process(children) != first


def test_a_picture_whose_process_was_killed_gets_another(children: Renderer) -> None:
    freeze(children)
    first = process(children)
    with ThreadPoolExecutor(1) as executor:
        rendered = executor.submit(render, children, PHOTO)
        await_order(children)
        os.kill(first, signal.SIGKILL)

    assert len(rendered.result().variants) == 2
    assert process(children) != first


def test_a_process_that_dies_idle_fails_no_picture(children: Renderer) -> None:
    children.warm_up()
    os.kill(process(children), signal.SIGKILL)
    os.waitid(os.P_PID, process(children), os.WEXITED | os.WNOWAIT)

    assert len(render(children, PHOTO).variants) == 2


def test_an_endless_picture_times_out_and_the_next_is_rendered() -> None:
    pool = Renderer(1, Limits(wall_s=0.05))
    try:
        freeze(pool)

        assert refusal(pool, PHOTO) == "timeout"
        assert refusal(pool, b"no image") == "not_an_image"
    finally:
        pool.close()


def png_bomb(width: int, height: int) -> bytes:
    """Black pixels with transparency, a few kilobytes for hundreds of megabytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    squeeze = zlib.compressobj(1)
    row = bytes(1 + width * 4) * 100
    rows = b"".join(squeeze.compress(row) for _ in range(height // 100)) + squeeze.flush()
    header = struct.pack(">II5B", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def test_a_memory_bomb_ends_at_the_limit_and_the_next_is_rendered() -> None:
    pool = Renderer(1, Limits(memory_mb=200))
    try:
        assert refusal(pool, png_bomb(8000, 5000)) == "out_of_memory"
        assert len(render(pool, PHOTO).variants) == 2
    finally:
        pool.close()


def test_a_stopping_service_fails_no_picture() -> None:
    pool = Renderer(1, Limits())
    freeze(pool)
    with ThreadPoolExecutor(1) as executor:
        failing = executor.submit(render, pool, PHOTO)
        await_order(pool)
        pool.close()

    assert isinstance(failing.exception(), ChildrenClosedError)
    with pytest.raises(ChildrenClosedError):
        render(pool, PHOTO)


def test_closing_leaves_no_process_behind() -> None:
    pool = Renderer(2, Limits())
    pids = [place.child.process.pid for place in pool._children._all]
    pool.close()

    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_worn_process_is_replaced(children: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children_module, "_RECYCLE_AFTER", 2)
    children.warm_up()
    first = process(children)
    render(children, PHOTO)
    assert process(children) == first
    render(children, PHOTO)

    assert process(children) != first


def test_pictures_are_rendered_side_by_side() -> None:
    pool = Renderer(2, Limits())
    barrier = threading.Barrier(2, timeout=10)

    def borrow() -> int:
        with pool._children._borrowed() as child:
            barrier.wait()
            return child.process.pid

    with ThreadPoolExecutor(2) as executor:
        pids = set(executor.map(lambda _: borrow(), range(2)))
    pool.close()

    assert len(pids) == 2


def test_a_process_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/secret")
    pool = Renderer(1, Limits())
    pool.warm_up()
    environment = Path(f"/proc/{process(pool)}/environ").read_bytes()
    pool.close()

    assert b"secret" not in environment
    assert b"MALLOC_ARENA_MAX=1" in environment


def test_a_process_is_kept_from_the_network(children: Renderer) -> None:
    children.warm_up()

    assert children._children._all[0].child.offline is True


CONFINED = """
import socket, subprocess, sys, os
from picture.process.confinement import confine, allow_cpu
from picture.limits import Limits
confine(Limits())
{deed}
"""


@pytest.mark.parametrize(
    ("deed", "consequence"),
    [
        ("socket.socket()", "PermissionError"),
        ("socket.create_connection(('127.0.0.1', 9))", "PermissionError"),
        ("subprocess.run(['/bin/true'])", "PermissionError"),
        ("os.kill(os.getppid(), 0)", "PermissionError"),
        ("bytearray(2 * 1024**3)", "MemoryError"),
    ],
)
def test_a_confined_process_cannot(deed: str, consequence: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CONFINED.format(deed=deed)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert consequence in ended.stderr


def test_a_process_without_cpu_time_left_is_ended_by_the_kernel() -> None:
    code = CONFINED.format(deed="allow_cpu(0)\nwhile True: pass")
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=20)

    assert ended.returncode == -signal.SIGXCPU


def test_an_error_in_the_renderer_is_told_and_fails_the_picture() -> None:
    file = os.memfd_create("original")
    os.write(file, PHOTO)

    answer, parts = child._answer(cast("Any", craft), {"recipes": "nonsense"}, file, Limits())

    assert "Traceback" in answer["defect"]
    assert parts == b""


def test_a_wrong_order_fails_the_picture_alone(children: Renderer) -> None:
    file = os.memfd_create("original")
    os.write(file, PHOTO)

    with pytest.raises(Refusal) as refused:
        children._children.ask({"recipes": "nonsense"}, file)
    os.close(file)

    assert refused.value.code == "render_crashed"
    assert len(render(children, PHOTO).variants) == 2


ASKED = (Recipe("a", 1, 1),)
GOOD = {
    "format": "jpeg",
    "width": 1,
    "height": 1,
    "frames": 1,
    "peak_rss_kb": 9,
    "operations": [["decode", 1.5]],
    "variants": [["a", "jpg", 1, 1, 4, "a"]],
}


def test_an_honest_answer_is_understood() -> None:
    assert understood(GOOD, b"data", ASKED).variants[0].data == b"data"


@pytest.mark.parametrize(
    "lie",
    [
        {"variants": [["a", "exe", 1, 1, 4, "a"]]},
        {"variants": [["a", "jpg", 1, 1, 5, "a"]]},
        {"variants": [["a", "jpg", 1, 1, -1, "a"]]},
        {"variants": [["a", "jpg", "wide", 1, 4, "a"]]},
        {"variants": [["../b", "jpg", 1, 1, 4, "a"]]},
        {"variants": [["b", "jpg", 1, 1, 4, "b"]]},
        {"variants": [["a"]]},
        {"variants": 7},
        {"operations": [["decode"]]},
        {"frames": None},
    ],
)
def test_a_lying_answer_is_not_believed(lie: dict[str, object]) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        understood({**GOOD, **lie}, b"data", ASKED)


def test_a_code_that_a_process_makes_up_is_a_crash() -> None:
    assert Refusal.reported("<script>", "x").code == "render_crashed"
