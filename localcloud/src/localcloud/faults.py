"""Every call of every API passes here: it is noted, and may be made to fail.

A fault plan is part of the stand-in: it is how a test makes Vision fail twice or
Cloud Tasks slow.  Methods are named ``SERVICE/METHOD`` as in gRPC
(``google.cloud.tasks.v2.CloudTasks/CreateTask``) or, for Cloud Storage,
``storage.objects.insert`` as in the JSON API's permissions.
"""

import asyncio
import fnmatch
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import grpc

from localcloud.errors import RpcError

LOG_LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class Fault:
    """The next ``count`` calls of methods that match the glob wait, then fail (or only wait)."""

    method: str
    status: str | None = "UNAVAILABLE"
    count: int = 1
    delay_s: float = 0.0
    message: str = "injected fault"

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in grpc.StatusCode.__members__:
            raise ValueError(f"status must be one of {', '.join(grpc.StatusCode.__members__)}")
        if self.count < 1 or self.delay_s < 0:
            raise ValueError("count must be at least 1 and delay_s not negative")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: when it began (Unix seconds), what it was, how it ended, how long it took."""

    at: float
    method: str
    status: str
    duration_ms: float


class Faults:
    """The plan of faults and the log of calls."""

    def __init__(self) -> None:
        self.plan: list[Fault] = []
        self.calls: deque[Call] = deque(maxlen=LOG_LENGTH)

    @asynccontextmanager
    async def observe(self, method: str) -> AsyncIterator[None]:
        """Note the call that runs inside; raises RpcError instead where the plan says so."""
        began, wall, status = time.perf_counter(), time.time(), "OK"
        try:
            if self.plan:
                await self._strike(method)
            yield
        except RpcError as error:
            status = error.code.name
            raise
        except BaseException as error:
            status = type(error).__name__
            raise
        finally:
            self.calls.append(Call(wall, method, status, (time.perf_counter() - began) * 1000))

    async def _strike(self, method: str) -> None:
        fault = next((f for f in self.plan if fnmatch.fnmatchcase(method, f.method)), None)
        if fault is None:
            return
        position = self.plan.index(fault)
        left = replace(fault, count=fault.count - 1) if fault.count > 1 else None
        self.plan[position : position + 1] = [left] if left else []
        await asyncio.sleep(fault.delay_s)
        if fault.status is not None:
            raise RpcError(grpc.StatusCode[fault.status], fault.message)
