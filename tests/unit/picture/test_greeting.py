"""A process says once that it is ready, however many wait for that."""

import socket
import subprocess
import sys
import threading

from picture.process.children import Child, await_ready
from picture.process.wire import send


def test_all_who_wait_for_a_process_learn_that_it_is_ready() -> None:
    ours, theirs = socket.socketpair()
    process = subprocess.Popen([sys.executable, "-c", ""])
    child = Child(process, ours)
    waiting = [threading.Thread(target=await_ready, args=(child,), daemon=True) for _ in range(2)]
    for one in waiting:
        one.start()

    send(theirs, {"offline": True})
    for one in waiting:
        one.join(5)

    assert [one.is_alive() for one in waiting] == [False, False]
    assert child.offline is True
    theirs.close()
    child.kill()
