"""UUIDs, the namespace ``uuid``.

https://cloud.google.com/workflows/docs/reference/stdlib/uuid
"""

from __future__ import annotations

from localcloud.workflows.effects import NewUuid, Running
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib.function import Function


def generate(_state: RunState) -> Running:
    """Return a random UUID as text."""
    text: str = yield NewUuid()
    return text


FUNCTIONS = (Function("uuid.generate", (), generate, style="flow"),)
