"""Serve Cloud Tasks on a database until killed: ``python -m tests.contract.tasks.serve PATH``."""

import sys
import threading
from pathlib import Path

from tests.contract.tasks.harness import Stack

if __name__ == "__main__":
    stack = Stack(Path(sys.argv[1]))
    stack.start()
    print(stack.grpc_target, flush=True)  # noqa: T201 -- read by the test
    threading.Event().wait()
