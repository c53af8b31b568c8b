"""Forbids a process, for good, the system calls that decoding a picture never needs.

A filter is a small program that the kernel runs on every call
(https://docs.kernel.org/userspace-api/seccomp_filter.html). Forbidden calls answer EPERM.
"""

import ctypes
import errno
import platform
import struct
import sys
from typing import Final

_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_MODE_FILTER: Final = 2

_LOAD_WORD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_OFFSET_OF_CALL: Final = 0
_OFFSET_OF_ARCHITECTURE: Final = 4

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM

# Numbers on x86-64 and on ARM (asm/unistd_64.h, asm-generic/unistd.h).
_FORBIDDEN: Final = {
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "io_uring_setup": (425, 425),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "pidfd_send_signal": (424, 424),
}
_ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# Calls of the x32 ABI have other numbers under the same architecture.
_FIRST_X32_CALL: Final = 0x40000000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def forbid_network_and_programs() -> bool:
    """Forbid sockets, other programs and other processes' memory; tell whether that worked."""
    known = _ARCHITECTURES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    column, architecture = known
    code = _filter(architecture, [numbers[column] for numbers in _FORBIDDEN.values()])
    program = _Program(len(code) // 8, code)
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return not prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0)


def _filter(architecture: int, calls: list[int]) -> bytes:
    """Return a filter that refuses the calls, and all of another architecture.

    A jump counts the steps that it leaves out.
    """
    count = len(calls)
    checks = [_step(_JUMP_IF_EQUAL, call, count - at) for at, call in enumerate(calls)]
    return b"".join(
        [
            _step(_LOAD_WORD, _OFFSET_OF_ARCHITECTURE),
            _step(_JUMP_IF_EQUAL, architecture, 0, count + 3),
            _step(_LOAD_WORD, _OFFSET_OF_CALL),
            _step(_JUMP_IF_AT_LEAST, _FIRST_X32_CALL, count + 1),
            *checks,
            _step(_RETURN, _ALLOW),
            _step(_RETURN, _REFUSE),
        ]
    )


def _step(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, operand)
