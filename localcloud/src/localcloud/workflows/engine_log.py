"""What executions write to Cloud Logging, as one JSON line an entry.

https://cloud.google.com/workflows/docs/log-workflow
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.clock import Clock
from localcloud.workflows.effects import Value

SEVERITIES = {
    "DEFAULT": logging.INFO,
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "NOTICE": logging.INFO,
    "WARNING": logging.WARNING,
    "ERROR": logging.ERROR,
    "CRITICAL": logging.CRITICAL,
    "ALERT": logging.CRITICAL,
    "EMERGENCY": logging.CRITICAL,
}
_SYSTEM_LOG = "type.googleapis.com/google.cloud.workflows.type.ExecutionsSystemLog"


def open_log(path: Path) -> logging.Logger:
    """Return a logger that appends its lines to the file, and nowhere else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger(f"localcloud.executions.{path}")
    logger.handlers = [logging.FileHandler(path, encoding="utf-8", delay=True)]
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    return logger


@dataclass(frozen=True, slots=True)
class ExecutionLog:
    """Writes the entries of one execution; ``name`` is its full resource name."""

    logger: logging.Logger
    clock: Clock
    name: str
    revision: str

    def write(self, severity: str, payload: Value) -> None:
        """Write what ``sys.log`` was given: text stays text, a map becomes fields."""
        kind = "jsonPayload" if isinstance(payload, (dict, list)) else "textPayload"
        self._emit("workflows.googleapis.com%2Fexecutions", severity, {kind: payload})

    def state(self, state: str, **fields: Any) -> None:
        """Write that the execution has begun or ended."""
        payload = {"@type": _SYSTEM_LOG, "state": state, **fields}
        severity = "ERROR" if state == "FAILED" else "INFO"
        log_name = "workflows.googleapis.com%2Fexecutions_system"
        self._emit(log_name, severity, {"jsonPayload": payload})

    def call(self, routine: str, step: str, exception: str | None) -> None:
        """Write how a call step ended, for executions that log their calls."""
        outcome = {"succeeded": {}} if exception is None else {"exception": {"payload": exception}}
        payload = {"@type": _SYSTEM_LOG, "routine": routine, "step": step, **outcome}
        log_name = "workflows.googleapis.com%2Fexecutions_system"
        self._emit(log_name, "INFO" if exception is None else "ERROR", {"jsonPayload": payload})

    def _emit(self, log_name: str, severity: str, payload: dict[str, Any]) -> None:
        level = SEVERITIES.get(severity, logging.INFO)
        if self.logger.isEnabledFor(level):
            self.logger.log(level, "%s", self._line(log_name, severity, payload))

    def _line(self, log_name: str, severity: str, payload: dict[str, Any]) -> str:
        _, project, _, location, _, workflow, _, execution = self.name.split("/")
        entry = {
            "timestamp": self.clock.now().isoformat().replace("+00:00", "Z"),
            "severity": severity,
            "logName": f"projects/{project}/logs/{log_name}",
            "resource": {
                "type": "workflows.googleapis.com/Workflow",
                "labels": {"project_id": project, "location": location, "workflow_id": workflow},
            },
            "labels": {
                "workflows.googleapis.com/execution_id": execution,
                "workflows.googleapis.com/revision_id": self.revision,
            },
            **payload,
        }
        return json.dumps(entry, ensure_ascii=False, default=str)
