"""Become a service's process, one that dies with localcloud.

Run as ``python -I -S launch.py PARENT_PID COMMAND…``.  A hook between fork and exec
could do the same, but is not safe in a process that has threads.
"""

import ctypes
import os
import signal
import sys

# https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
PR_SET_PDEATHSIG = 1
COMMAND_NOT_FOUND = 127


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the call above took effect.
        if os.getppid() != parent:
            sys.exit(f"{command[0]}: localcloud has ended")
    try:
        os.execvp(command[0], command)  # noqa: S606 -- the command is the stack file's
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 -- to the service's log
        sys.exit(COMMAND_NOT_FOUND)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
