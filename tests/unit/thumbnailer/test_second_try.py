"""A picture that loses its process twice has had its chances."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from picture.limits import Limits
from picture.refusals import Refusal
from tests.local_cloud import wait_until
from tests.processes import is_at_work
from tests.unit.thumbnailer.pictures import detailed, encoded
from thumbnailer.order import Order, Rendered
from thumbnailer.recipe import Recipe
from thumbnailer.renderer import Renderer


def test_a_picture_whose_process_is_killed_twice_gets_no_third() -> None:
    pool = Renderer(1, Limits())
    picture = encoded(detailed((6000, 6000)), quality=95)
    try:
        with ThreadPoolExecutor(1) as executor:
            refused = executor.submit(render, pool, picture)
            kill_at_work(pool, but=kill_at_work(pool))

            with pytest.raises(Refusal) as told:
                refused.result()

        assert told.value.code == "render_crashed"
        assert pool._children._all[0].child.pictures == 0
        assert len(render(pool, encoded(detailed((32, 32)))).variants) == 1
    finally:
        pool.close()


def render(pool: Renderer, data: bytes) -> Rendered:
    file = os.memfd_create("original")
    try:
        os.write(file, data)
        return pool.render(file, Order((Recipe("large", 4000, 4000),)))
    finally:
        os.close(file)


def kill_at_work(pool: Renderer, but: int = 0) -> int:
    """Kill the process, another one than ``but``, as soon as it has been handed a picture."""

    def at_work() -> int | None:
        pid: int = pool._children._all[0].child.process.pid
        return pid if pid != but and is_at_work(pid) else None

    pid = wait_until(at_work, 20, every_s=0.001)
    os.kill(pid, signal.SIGKILL)
    return pid
