"""Try again: which errors, how often, and after how long.

https://cloud.google.com/workflows/docs/reference/syntax/retrying
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from localcloud.workflows.effects import Value
from localcloud.workflows.expressions.operators import is_number
from localcloud.workflows.failures import type_error, value_error
from localcloud.workflows.interpret.frame import Flow, Frame
from localcloud.workflows.stdlib.retries import DEFAULT_BACKOFF
from localcloud.workflows.values import FunctionRef, type_name

CallFunction = Callable[[str, list[Value], Frame], Flow]
MAX_DELAY_S = 31_536_000.0


@dataclass(slots=True)
class RetryPolicy:
    """How a ``try`` is repeated; ``delay_s`` grows with each retry."""

    predicate: FunctionRef | None
    retries_left: int
    delay_s: float
    max_delay_s: float
    multiplier: float

    def next_delay_s(self) -> float:
        """Return how long to wait now; the next wait is longer."""
        delay_s = min(self.delay_s, self.max_delay_s)
        self.delay_s = min(self.delay_s * self.multiplier, self.max_delay_s)
        self.retries_left -= 1
        return delay_s


def policy_of(value: Value) -> RetryPolicy:
    """Return the policy that a ``retry`` map describes."""
    if type(value) is not dict:
        raise type_error(f"retry must be a map; got: {type_name(value)}")
    predicate = value.get("predicate")
    if predicate is not None and not isinstance(predicate, FunctionRef):
        raise type_error(f"retry predicate must be a function; got: {type_name(predicate)}")
    backoff = value.get("backoff")
    if backoff is None:
        backoff = DEFAULT_BACKOFF
    elif type(backoff) is not dict:
        raise type_error(f"retry backoff must be a map; got: {type_name(backoff)}")
    times = _number("max_retries", value.get("max_retries", 5))
    delays = {key: _number(key, backoff.get(key, usual)) for key, usual in DEFAULT_BACKOFF.items()}
    return RetryPolicy(
        predicate,
        int(times),
        delays["initial_delay"],
        min(delays["max_delay"], MAX_DELAY_S),
        delays["multiplier"],
    )


def _number(name: str, value: Value) -> float:
    if not is_number(value):
        raise type_error(f"retry {name} must be a number; got: {type_name(value)}")
    if value < 0:
        raise value_error(f"retry {name} must not be negative")
    return float(value)


def wants_retry(policy: RetryPolicy, error: Value, call: CallFunction, frame: Frame) -> Flow:
    """Ask the predicate, if retries are left, whether the error is worth one."""
    if policy.retries_left <= 0:
        return False
    if policy.predicate is None:
        return True
    verdict: Value = yield call(policy.predicate.name, [error], frame)
    if verdict is True or verdict is False:
        return verdict
    raise type_error(f"a retry predicate must return a boolean; got: {type_name(verdict)}")
