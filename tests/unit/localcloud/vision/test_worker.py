"""The worker against child processes that behave, hang or die."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from localcloud.vision.frames import pack
from localcloud.vision.worker import Worker, WorkerDiedError, WorkerSlowError

ECHO = """
import sys
from localcloud.vision.frames import pack, read_frame
while (frame := read_frame(sys.stdin.buffer)) is not None:
    if frame == b"die": sys.exit(3)
    if frame == b"hang": sys.stdin.read()
    sys.stdout.buffer.write(pack(frame[::-1]))
    sys.stdout.flush()
"""


@asynccontextmanager
async def echo(wall_limit_s: float = 20.0) -> AsyncIterator[Worker]:
    worker = Worker((sys.executable, "-c", ECHO), wall_limit_s)
    try:
        yield worker
    finally:
        await worker.close()


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def test_no_process_runs_before_it_is_needed_nor_after_close() -> None:
    async def story() -> None:
        async with echo() as worker:
            before = worker.process_id
            await worker.ask(b"abc")
            during = worker.process_id

        assert before is None
        assert during is not None
        assert worker.process_id is None

    run(story())


def test_large_messages_pass_whole() -> None:
    async def story() -> None:
        message = bytes(range(256)) * 20_000
        async with echo() as worker:
            answer = await worker.ask(message)

        assert answer == message[::-1]

    run(story())


def test_requests_at_the_same_time_take_turns_and_get_their_own_answers() -> None:
    async def story() -> None:
        async with echo() as worker:
            answers = await asyncio.gather(*(worker.ask(b"%03d" % n) for n in range(50)))

        assert answers == [(b"%03d" % n)[::-1] for n in range(50)]

    run(story())


def test_a_process_that_was_killed_while_idle_is_replaced_unnoticed() -> None:
    async def story() -> None:
        async with echo() as worker:
            await worker.ask(b"abc")
            first = worker.process_id
            assert first is not None
            os.kill(first, signal.SIGKILL)
            answer = await worker.ask(b"abc")

            assert answer == b"cba"
            assert worker.process_id != first

    run(story())


def test_a_picture_that_kills_the_process_is_told_and_the_next_is_answered() -> None:
    async def story() -> None:
        async with echo() as worker:
            with pytest.raises(WorkerDiedError):
                await worker.ask(b"die")
            answer = await worker.ask(b"abc")

        assert answer == b"cba"

    run(story())


def test_a_picture_that_takes_too_long_is_cut_off_and_the_next_is_answered() -> None:
    async def story() -> None:
        async with echo(wall_limit_s=1.0) as worker:
            await worker.warm()
            with pytest.raises(WorkerSlowError):
                await worker.ask(b"hang")
            answer = await worker.ask(b"abc")

        assert answer == b"cba"

    run(story())


def test_a_caller_who_goes_away_does_not_mix_up_the_next_answer() -> None:
    async def story() -> None:
        async with echo() as worker:
            await worker.warm()
            process = worker.process_id
            impatient = asyncio.create_task(worker.ask(b"first"))
            await asyncio.sleep(0)
            impatient.cancel()
            answer = await worker.ask(b"second")

            assert answer == b"dnoces"
            assert worker.process_id == process

    run(story())


def test_closing_does_not_wait_for_a_picture_that_hangs() -> None:
    async def story() -> None:
        async with echo(wall_limit_s=20.0) as worker:
            await worker.warm()
            hanging = asyncio.create_task(worker.ask(b"hang"))
            await asyncio.sleep(0)
            async with asyncio.timeout(10):
                await worker.close()

            with pytest.raises(WorkerDiedError):
                await hanging

    run(story())


def test_a_failure_that_nobody_waits_for_any_more_is_no_noise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        async with echo() as worker:
            await worker.warm()
            gone = asyncio.create_task(worker.ask(b"hang"))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.sleep(0)
        gc.collect()

    run(story())

    assert "never retrieved" not in caplog.text


def test_warming_models_that_cannot_start_only_warns(caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(Worker((sys.executable, "-c", "raise SystemExit(1)")).warm())

    assert "The Vision models could not be loaded" in caplog.text


def test_a_frame_says_its_length() -> None:
    assert pack(b"abc") == b"\0\0\0\3abc"
