"""What a running workflow asks of the world.

The interpreter is a generator: it yields an effect and is sent the answer that
each class below names, or has a ``WorkflowError`` thrown in.  Whoever drives it
(``engine``, or a test with a script of answers) owns sockets, clocks and disks.

Given the same answers in the same order the interpreter takes the same path, so
an execution can be continued after a crash by replaying its recorded answers.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Value = Any
"""A workflow value: None, bool, int, float, str, bytes, list or dict with str keys."""

Running = Generator["Effect", Any, Value]
"""A running (part of a) workflow; its return value is the result."""


class WorkflowError(Exception):
    """An error that a workflow can catch; ``value`` is what ``except: as`` binds."""

    def __init__(self, value: Value) -> None:
        super().__init__(value)
        self.value = value


@dataclass(frozen=True, slots=True)
class Auth:
    """The token that a request asks for; ``audience`` for OIDC, ``scopes`` for OAuth2."""

    kind: Literal["OIDC", "OAuth2"]
    audience: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """Send this; answered by an ``HttpResponse``.

    A request that got no response is answered by throwing a ``WorkflowError`` with
    the documented tags (ConnectionError, ConnectionFailedError, TimeoutError, AuthError).
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    timeout_s: float = 1800.0
    auth: Auth | None = None


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What the server answered, whatever its status; header names are canonical."""

    code: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait this long; answered by None."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Now:
    """Tell the time; answered by Unix seconds as a float."""


@dataclass(frozen=True, slots=True)
class NewUuid:
    """Make a random UUID; answered by its text."""


@dataclass(frozen=True, slots=True)
class Log:
    """Write a log entry; answered by None."""

    severity: str
    payload: Value


@dataclass(frozen=True, slots=True)
class CreateCallback:
    """Open a callback endpoint for this HTTP method; answered by ``{"url": …}``."""

    http_method: str


@dataclass(frozen=True, slots=True)
class AwaitCallback:
    """Wait for a call of the endpoint; answered by the documented map, or TimeoutError thrown."""

    callback: Mapping[str, Value]
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Fork:
    """Run branches side by side, at most ``limit`` at once; answered when all have ended.

    The answer is one ``Outcome`` a branch, in the order of ``branches``.
    """

    branches: tuple[Running, ...]
    limit: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one branch ended: ``error`` is None where it succeeded."""

    error: WorkflowError | None = None


@dataclass(frozen=True, slots=True)
class Breathe:
    """Let others run: many steps have passed without an effect; answered by None.

    It is no event of the workflow and is not to be journaled: when it comes
    depends on nothing but the steps done, and its answer on nothing at all.
    """


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step begins; answered by None at once."""

    routine: str
    step: str
    kind: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """The open step that began last in this branch has ended; answered by None at once."""

    routine: str
    step: str
    error: WorkflowError | None = None


Effect = (
    HttpRequest
    | Sleep
    | Now
    | NewUuid
    | Log
    | CreateCallback
    | AwaitCallback
    | Fork
    | Breathe
    | StepStarted
    | StepEnded
)
