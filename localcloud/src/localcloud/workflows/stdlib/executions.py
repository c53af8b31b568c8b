"""``experimental.executions``: run other workflows.

https://cloud.google.com/workflows/docs/reference/stdlib/experimental.executions
"""

from __future__ import annotations

from localcloud.workflows.effects import Fork, Outcome, Running, Value
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib.function import ANY, LIST, STRING, Function, Param

RUN = "googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run"


def run(
    state: RunState, workflow_id: str, location: Value, project_id: Value, argument: Value
) -> Running:
    """Return the result of another workflow, once it has ended."""
    return (yield from _run(state, workflow_id, location, project_id, argument))


def _run(
    state: RunState, workflow_id: str, location: Value, project_id: Value, argument: Value
) -> Running:
    arguments: dict[str, Value] = {
        "workflow_id": workflow_id,
        "location": location or state.env.get("GOOGLE_CLOUD_LOCATION"),
        "project_id": project_id or state.env.get("GOOGLE_CLOUD_PROJECT_ID"),
    }
    if argument is not None:
        arguments["argument"] = argument
    return (yield from state.connectors.call(RUN, arguments))


def run_each(
    state: RunState,
    workflow_id: str,
    arguments: list[Value],
    location: Value,
    project_id: Value,
) -> Running:
    """Return the results of another workflow, one execution an argument."""
    results: list[Value] = [None] * len(arguments)

    def one(index: int) -> Running:
        results[index] = yield from _run(state, workflow_id, location, project_id, arguments[index])

    branches = tuple(one(index) for index in range(len(arguments)))
    outcomes: list[Outcome] = yield Fork(branches, state.limits.max_concurrent_branches)
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error
    return results


_WHERE = (Param("location", STRING, default=None), Param("project_id", STRING, default=None))

FUNCTIONS = (
    Function(
        "experimental.executions.run",
        (Param("workflow_id", STRING), *_WHERE, Param("argument", ANY, default=None)),
        run,
        style="flow",
        blocking=True,
    ),
    Function(
        "experimental.executions.map",
        (Param("workflow_id", STRING), Param("arguments", LIST), *_WHERE),
        run_each,
        style="flow",
        blocking=True,
    ),
)
