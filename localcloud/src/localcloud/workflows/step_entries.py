"""Steps as the Executions API shows them.

https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.stepEntries
"""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from localcloud.workflows.steps import Entry, stored

STEP_TYPES = {
    "assign": "STEP_ASSIGN",
    "call of function": "STEP_STD_LIB_CALL",
    "call of connector": "STEP_CONNECTOR_CALL",
    "call of subworkflow": "STEP_SUBWORKFLOW_CALL",
    "switch": "STEP_SWITCH",
    "for": "STEP_FOR",
    "parallel": "STEP_PARALLEL_BRANCH",
    "parallel for": "STEP_PARALLEL_FOR",
    "try": "STEP_TRY_RETRY_EXCEPT",
    "return": "STEP_RETURN",
    "raise": "STEP_RAISE",
    "next": "STEP_GOTO",
}


def step_entries(database: sqlite3.Connection, execution_name: str) -> list[dict[str, Any]]:
    """Return the step entries of an execution, in the order in which they began."""
    entries = stored(database, execution_name.rpartition("/")[2])
    children: dict[int, list[int]] = {}
    previous: dict[int, int] = {}
    following: dict[int, int] = {}
    last: dict[tuple[int, str], int] = {}
    for entry in entries:
        children.setdefault(entry.parent, []).append(entry.entry)
        sibling = last.get((entry.parent, entry.thread))
        if sibling is not None:
            previous[entry.entry], following[sibling] = sibling, entry.entry
        last[entry.parent, entry.thread] = entry.entry
    return [
        {
            **_shown(entry, execution_name),
            "navigationInfo": {
                **_link("parent", entry.parent),
                **_link("previous", previous.get(entry.entry)),
                **_link("next", following.get(entry.entry)),
                "children": [str(c) for c in children.get(entry.entry, ())],
            },
        }
        for entry in entries
    ]


def _shown(entry: Entry, execution_name: str) -> dict[str, Any]:
    shown = {
        "name": f"{execution_name}/stepEntries/{entry.entry}",
        "createTime": _time(entry.created),
        "updateTime": _time(entry.updated),
        "routine": entry.routine,
        "step": entry.step,
        "stepType": STEP_TYPES.get(entry.kind, "STEP_TYPE_UNSPECIFIED"),
        "state": entry.state,
        "entryId": str(entry.entry),
        "stepEntryMetadata": {"threadId": entry.thread} if entry.thread else {},
    }
    if entry.exception is not None:
        shown["exception"] = {"payload": entry.exception}
    return shown


def _link(name: str, entry: int | None) -> dict[str, str]:
    return {name: str(entry)} if entry else {}


def _time(seconds: float) -> str:
    return (
        datetime.fromtimestamp(seconds, UTC)
        .isoformat(timespec="microseconds")
        .replace("+00:00", "Z")
    )
