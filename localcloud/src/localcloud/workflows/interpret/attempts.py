"""Run a ``try``: its body, again while the policy allows, then its handler.

https://cloud.google.com/workflows/docs/reference/syntax/catching-errors
"""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.workflows.effects import Sleep, Value
from localcloud.workflows.expressions.evaluate import Code
from localcloud.workflows.failures import WorkflowFailed
from localcloud.workflows.interpret.block import Steps
from localcloud.workflows.interpret.frame import Flow, Frame
from localcloud.workflows.interpret.retry import CallFunction, RetryPolicy, policy_of, wants_retry
from localcloud.workflows.interpret.templates import evaluate
from localcloud.workflows.values import UNSET


@dataclass(frozen=True, slots=True)
class Handler:
    """What follows an error: steps in a scope of their own, and the variable for the error."""

    steps: Steps
    slots: tuple[int, ...]
    variable: int | None

    def run(self, error: Value, frame: Frame) -> Flow:
        """Run the steps with the error in its variable."""
        for slot in self.slots:
            frame[slot] = UNSET
        if self.variable is not None:
            frame[self.variable] = error
        return self.steps.run(frame)


@dataclass(frozen=True, slots=True)
class Attempts:
    """A ``try`` made ready to run."""

    body: Steps
    retry: Code | None
    handler: Handler | None
    call: CallFunction

    def run(self, frame: Frame) -> Flow:
        """Return the signal of the body, or of the handler if the body failed for good."""
        policy: RetryPolicy | None = None
        while True:
            try:
                return (yield self.body.run(frame))
            except WorkflowFailed as raised:
                if not raised.catchable:
                    raise
                failed = raised
            if self.retry is not None:
                if policy is None:
                    policy = policy_of((yield evaluate(self.retry, frame)))
                if (yield wants_retry(policy, failed.value, self.call, frame)):
                    yield Sleep(policy.next_delay_s())
                    continue
            if self.handler is None:
                raise failed
            return (yield self.handler.run(failed.value, frame))
