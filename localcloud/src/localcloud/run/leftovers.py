"""Processes of a stack that was killed: known by their pid files, ended at the next start.

On Linux a service's process dies with localcloud by itself (see ``launch``), but
what it started does not; elsewhere nothing does.
"""

import contextlib
import json
import logging
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

log = logging.getLogger(__name__)

PROC = Path("/proc")
GONE_WITHIN_S = 5.0
# Fields of /proc/PID/stat after the command's closing parenthesis.
# https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
_STATE, _GROUP, _STARTED = 0, 2, 19


def note(path: Path, pid: int) -> None:
    """Write the pid file of a process that leads its own group."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"pid": pid, "started": started_at(pid)}))


def sweep(folder: Path) -> None:
    """End what the pid files in a folder tell of, and remove them."""
    for path in sorted(folder.glob("*.json")):
        with contextlib.suppress(ValueError, KeyError):
            noted = json.loads(path.read_text())
            _end(int(noted["pid"]), noted["started"], path.stem)
        path.unlink()


def started_at(pid: int) -> str | None:
    """Return when a process began, in whatever form the system tells it; None if it is gone.

    Pids are used again; a pid and its start together are not.
    """
    if PROC.is_dir():
        fields = _stat(pid)
        return fields[_STARTED] if fields and fields[_STATE] != "Z" else None
    ps = shutil.which("ps")
    if ps is None:
        return None
    command = [ps, "-o", "lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 -- ps and a number
    return answer.stdout.strip() or None


def _end(pid: int, started: str | None, service: str) -> None:
    if started is not None and started_at(pid) == started:
        log.warning("ending %s (pid %d), left over from a stack that was killed", service, pid)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    else:
        for member in _members(pid, service):
            log.warning("ending pid %d, left over from %s", member, service)
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
    _wait_until_gone(pid, started, service)


def _wait_until_gone(pid: int, started: str | None, service: str) -> None:
    end = time.monotonic() + GONE_WITHIN_S
    while time.monotonic() < end:
        leader_lives = started is not None and started_at(pid) == started
        if not leader_lives and not list(_members(pid, service)):
            return
        time.sleep(0.01)


def _members(group: int, service: str) -> Iterator[int]:
    """Yield the processes of a group that the service has left behind (Linux only)."""
    marker = f"K_SERVICE={service}".encode()
    for entry in PROC.glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields and fields[_STATE] != "Z" and fields[_GROUP] == str(group):
            with contextlib.suppress(OSError):
                if marker in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def _stat(pid: int) -> list[str] | None:
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
