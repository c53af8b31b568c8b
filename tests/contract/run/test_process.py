import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from localcloud.run.leftovers import started_at, sweep
from tests.contract.run.conftest import OpenDoor
from tests.contract.run.door import example_spec
from tests.local_cloud import wait_until

ROOT = Path(__file__).parents[3]
IGNORES_SIGTERM = (
    "import signal, socket, os, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "s = socket.create_server(('127.0.0.1', int(os.environ['PORT']))); time.sleep(600)"
)


def alive(pid: int) -> bool:
    return started_at(pid) is not None


def test_the_process_has_the_variables_of_cloud_run(open_door: OpenDoor) -> None:
    door = open_door(example_spec(env={"OWN": "1", "PORT": "not this"})).up()

    env = door.client.get("/env").json()

    assert env["OWN"] == "1"
    assert env["K_SERVICE"] == env["K_CONFIGURATION"] == "example"
    assert env["K_REVISION"].startswith("example-")
    assert env["PORT"] not in ("not this", str(door.spec.port))
    assert f'{{"starting": "{env["PORT"]}"}}' in door.process.log_path.read_text()


def test_a_killed_process_is_started_again(open_door: OpenDoor) -> None:
    door = open_door(example_spec()).up()
    first = door.process.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    wait_until(lambda: door.process.pid not in (first, None))
    door.up()

    assert door.client.get("/env").json()["pid"] == str(door.process.pid)


def test_a_process_that_ends_early_is_told_with_the_end_of_its_log(
    open_door: OpenDoor, caplog: pytest.LogCaptureFixture
) -> None:
    command = (sys.executable, "-c", "print('no database'); raise SystemExit(4)")

    with caplog.at_level(logging.ERROR, "localcloud.run"):
        open_door(example_spec(command=command))
        wait_until(lambda: "no database" in caplog.text)

    assert "service example ended with exit code 4 before it listened on PORT" in caplog.text


def test_a_command_that_does_not_exist_is_told(
    open_door: OpenDoor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "localcloud.run"):
        open_door(example_spec(command=("no-such-command",)))
        wait_until(lambda: "cannot start no-such-command: No such file" in caplog.text)


def test_a_folder_that_does_not_exist_is_told_and_tried_again(
    open_door: OpenDoor, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    folder = tmp_path / "missing"
    with caplog.at_level(logging.ERROR, "localcloud.run"):
        door = open_door(example_spec(folder=folder))
        wait_until(lambda: "service example cannot be started" in caplog.text)
    folder.mkdir()

    assert door.client.get("/slow?s=0").text == "done"


def test_a_server_of_http_1_0_behind_a_shell_is_served(open_door: OpenDoor) -> None:
    serve = f"cd /; exec {sys.executable} -m http.server --bind 127.0.0.1 $PORT"
    door = open_door(example_spec(command=("sh", "-c", serve)))

    answer = door.client.get("/")

    assert answer.status_code == 200
    assert "Directory listing for /" in answer.text


def test_a_process_that_does_not_listen_in_time_is_ended(
    open_door: OpenDoor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "localcloud.run"):
        door = open_door(example_spec(command=("sleep", "600")), startup_limit_s=0.2)
        wait_until(lambda: door.process.pid is not None)
        pid = door.process.pid
        wait_until(lambda: "did not listen on PORT within 0.2 s" in caplog.text)

    assert pid is not None
    wait_until(lambda: not alive(pid))


def test_stopping_ends_a_process_that_ignores_sigterm(open_door: OpenDoor) -> None:
    command = (sys.executable, "-c", IGNORES_SIGTERM)
    door = open_door(example_spec(command=command), stop_limit_s=0.2).up()
    pid = door.process.pid
    assert pid is not None

    door._loop.call_soon_threadsafe(door._stop.set)

    wait_until(lambda: not alive(pid))


def test_the_process_dies_with_a_killed_localcloud_and_its_children_at_the_next_start(
    tmp_path: Path,
) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.contract.run.door import *; "
        f"door = Door(example_spec(), Path({str(tmp_path)!r})).start().up(); "
        "print(door.process.pid, door.client.get('/fork').json()['pid'], flush=True)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as localcloud:
        assert localcloud.stdout is not None
        process, child = map(int, localcloud.stdout.readline().split())
        localcloud.kill()
        localcloud.wait()

    if sys.platform == "linux":
        wait_until(lambda: not alive(process))
    assert alive(child)
    sweep(tmp_path / "run")

    wait_until(lambda: not alive(process) and not alive(child))
    assert not list((tmp_path / "run").iterdir())


def test_a_sweep_leaves_alone_a_process_that_only_has_the_pid(tmp_path: Path) -> None:
    innocent = subprocess.Popen(["sleep", "60"], start_new_session=True)
    note = f'{{"pid": {innocent.pid}, "started": "1"}}'
    (tmp_path / "example.json").write_text(note)

    sweep(tmp_path)
    time.sleep(0.05)

    assert innocent.poll() is None
    innocent.kill()
    innocent.wait()
