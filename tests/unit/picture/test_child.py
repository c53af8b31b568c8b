"""The process that decodes, as it is started."""

import dataclasses
import socket
import subprocess
import sys

from picture.limits import Limits
from picture.process.wire import send


def test_a_process_whose_parent_is_gone_ends_without_a_word() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [
                sys.executable,
                "-I",
                "-m",
                "picture.process.child",
                str(theirs.fileno()),
                "thumbnailer.craft",
            ],
            pass_fds=[theirs.fileno()],
            stderr=subprocess.PIPE,
        )
    send(ours, {"limits": dataclasses.asdict(Limits())})
    ours.close()
    _, told = process.communicate(timeout=60)

    assert told == b""
    assert process.returncode == 0
