"""What the process that decodes pictures may not do, enforced by the kernel."""

import resource
from typing import Final

from picture.limits import Limits
from picture.process.seccomp import forbid_network_and_programs

_MB: Final = 1024 * 1024


def confine(limits: Limits) -> bool:
    """Allow only so much memory, no written files, no core dumps, no network, no programs.

    For the rest of the process. Tells whether the kernel could forbid the network.
    """
    _limit(resource.RLIMIT_AS, limits.memory_mb * _MB)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    return forbid_network_and_programs()


def allow_cpu(seconds: int) -> None:
    """Lets the process use so many more seconds; then the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _limit(kind: int, value: int) -> None:
    resource.setrlimit(kind, (value, value))
