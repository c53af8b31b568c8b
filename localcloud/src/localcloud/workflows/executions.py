"""Executions: started, listed, cancelled, and continued after a restart.

https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions
"""

import base64
import json
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from google.cloud.workflows.executions_v1 import types

from localcloud.clock import Clock
from localcloud.errors import failed_precondition, invalid_argument, not_found
from localcloud.workflows.effects import WorkflowError
from localcloud.workflows.engine import Engine
from localcloud.workflows.engine_branches import Ending
from localcloud.workflows.engine_log import ExecutionLog
from localcloud.workflows.engine_world import CallLog, Subject
from localcloud.workflows.failures import DeploymentError, WorkflowFailed, error
from localcloud.workflows.journal import transaction
from localcloud.workflows.language import Language
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits
from localcloud.workflows.state import Workflows, environment, service_account_email
from localcloud.workflows.stdlib import jsons

SCHEMA = """
CREATE TABLE IF NOT EXISTS executions (
    name TEXT PRIMARY KEY, workflow TEXT NOT NULL, state INTEGER NOT NULL,
    created INTEGER NOT NULL, message BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS executions_of_workflow ON executions (workflow, created);
CREATE TABLE IF NOT EXISTS starts (
    dedupe_key TEXT PRIMARY KEY, execution TEXT NOT NULL, at REAL NOT NULL);
"""

Execution = types.Execution.pb()
State = types.Execution.State
CallLogLevel = types.Execution.CallLogLevel

_CALL_LOGS = {
    CallLogLevel.LOG_ALL_CALLS: CallLog.ALL,
    CallLogLevel.LOG_ERRORS_ONLY: CallLog.ERRORS,
}
DEDUPE_S = 24 * 3600
MAX_EVENT_BYTES = 512 * 1024
"""https://cloud.google.com/eventarc/docs/workflows/quotas: larger than an argument may be."""

MakeLog = Callable[[str, str], ExecutionLog]
"""Returns the log of an execution, by its name and its workflow's revision."""


class Executions:
    """Executions by name."""

    def __init__(  # noqa: PLR0913 -- the parts are built by the composition root
        self,
        database: sqlite3.Connection,
        clock: Clock,
        *,
        workflows: Workflows,
        language: Language,
        engine: Engine,
        make_log: MakeLog,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        database.executescript(SCHEMA)
        self._database = database
        self._clock = clock
        self._workflows = workflows
        self._language = language
        self._engine = engine
        self._make_log = make_log
        self._limits = limits

    def create(self, parent: str, given: Any) -> Any:
        """Return the execution that was started from what the caller gave."""
        if len(given.argument.encode()) > self._limits.max_argument_bytes:
            raise invalid_argument(
                f"argument is larger than {self._limits.max_argument_bytes} bytes"
            )
        execution = Execution(argument=given.argument, call_log_level=given.call_log_level)
        workflow = self._workflows.get(parent)
        execution.labels.update(workflow.labels)
        execution.labels.update(given.labels)
        return self._start(workflow, execution)

    async def start(self, workflow: str, argument_json: str, dedupe_key: str) -> str:
        """Return the name of the execution for the key, which starts one in 24 hours only."""
        now = self._clock.time()
        self._database.execute("DELETE FROM starts WHERE at < ?", (now - DEDUPE_S,))
        query = "SELECT execution FROM starts WHERE dedupe_key = ?"
        known = self._database.execute(query, (dedupe_key,)).fetchone()
        if known is not None:
            return str(known[0])
        if len(argument_json.encode()) > MAX_EVENT_BYTES:
            raise invalid_argument(f"the event is larger than {MAX_EVENT_BYTES} bytes")
        execution = Execution(argument=argument_json)
        return str(self._start(self._workflows.get(workflow), execution, dedupe_key).name)

    def get(self, name: str) -> Any:
        """Return an execution with everything known about it."""
        query = "SELECT message FROM executions WHERE name = ?"
        row = self._database.execute(query, (name,)).fetchone()
        if row is None:
            raise not_found(f"execution '{name}' not found")
        execution = Execution.FromString(row[0])
        current = self._engine.current_step(name.rpartition("/")[2])
        if current is not None:
            execution.status.current_steps.add(routine=current.routine, step=current.step)
        return execution

    def list(self, parent: str) -> Sequence[Any]:
        """Return the executions of a workflow, the latest first."""
        self._workflows.get(parent)
        query = "SELECT message FROM executions WHERE workflow = ? ORDER BY created DESC"
        return [Execution.FromString(m) for (m,) in self._database.execute(query, (parent,))]

    def cancel(self, name: str) -> Any:
        """Return the execution, cancelled."""
        if self.get(name).state != State.ACTIVE:
            raise failed_precondition(f"execution '{name}' has ended and cannot be cancelled")
        self._engine.cancel(name.rpartition("/")[2])
        return self.get(name)

    def delete_all(self, workflow: str) -> None:
        """Cancel and forget every execution of a workflow that is about to be deleted."""
        for execution in self.list(workflow):
            identifier = execution.name.rpartition("/")[2]
            self._engine.cancel(identifier)
            self._database.execute("DELETE FROM steps WHERE execution = ?", (identifier,))
        self._database.execute("DELETE FROM executions WHERE workflow = ?", (workflow,))

    def delete_history(self, name: str) -> None:
        """Forget the steps of an execution that has ended."""
        if self.get(name).state == State.ACTIVE:
            raise failed_precondition(f"execution '{name}' is still running")
        self._database.execute("DELETE FROM steps WHERE execution = ?", (name.rpartition("/")[2],))

    async def recover(self) -> int:
        """Continue what an earlier process left running; return how many executions."""
        query = "SELECT message FROM executions WHERE state = ? ORDER BY created"
        rows = self._database.execute(query, (int(State.ACTIVE),)).fetchall()
        for (message,) in rows:
            await self._recover(Execution.FromString(message))
        return len(rows)

    def _start(self, workflow: Any, execution: Any, dedupe_key: str = "") -> Any:
        argument = _parsed(execution.argument)
        execution.name = f"{workflow.name}/executions/{uuid.uuid4()}"
        execution.state = State.ACTIVE
        execution.workflow_revision_id = workflow.revision_id
        execution.call_log_level = execution.call_log_level or workflow.call_log_level
        execution.start_time.FromNanoseconds(self._clock.time_ns())
        with transaction(self._database):
            self._save(execution)
            if dedupe_key:
                row = (dedupe_key, execution.name, self._clock.time())
                self._database.execute("INSERT INTO starts VALUES (?, ?, ?)", row)
        subject = self._subject(workflow, execution)
        if execution.call_log_level != CallLogLevel.LOG_NONE:
            subject.log.state("ACTIVE", start={"argument": execution.argument})
        running = self._running(workflow, execution, argument)
        self._engine.start(subject, running, self._ender(execution, subject))
        return execution

    async def _recover(self, execution: Any) -> None:
        name, revision = execution.name, execution.workflow_revision_id
        workflow = self._workflows.get(name.partition("/executions/")[0], revision)
        subject = self._subject(workflow, execution)
        ended = self._ender(execution, subject)
        try:
            running = self._running(workflow, execution, _parsed(execution.argument))
        except DeploymentError as refused:
            failure = error("SystemError", f"the revision cannot be continued: {refused}")
            with transaction(self._database):
                ended(Ending(None, failure))
            return
        await self._engine.resume(subject, running, ended)

    def _subject(self, workflow: Any, execution: Any) -> Subject:
        log = self._make_log(execution.name, execution.workflow_revision_id)
        calls = _CALL_LOGS.get(execution.call_log_level, CallLog.NONE)
        return Subject(execution.name, service_account_email(workflow), log, calls)

    def _running(self, workflow: Any, execution: Any, argument: Any) -> Any:
        env = environment(workflow, execution.name.rpartition("/")[2])
        return self._language.run(self._workflows.compiled(workflow), argument, env)

    def _ender(self, execution: Any, subject: Subject) -> Callable[[Ending | None], None]:
        name = execution.name

        def end(ending: Ending | None) -> None:
            ended = self.get(name)
            ended.end_time.FromNanoseconds(self._clock.time_ns())
            nanoseconds = ended.end_time.ToNanoseconds() - ended.start_time.ToNanoseconds()
            ended.duration.FromNanoseconds(nanoseconds)
            _write_ending(ended, ending)
            self._save(ended)
            _log_ending(subject.log, ended)

        return end

    def _save(self, execution: Any) -> None:
        row = (
            *(execution.name, execution.name.partition("/executions/")[0], execution.state),
            *(execution.start_time.ToNanoseconds(), execution.SerializeToString()),
        )
        self._database.execute("INSERT OR REPLACE INTO executions VALUES (?, ?, ?, ?, ?)", row)


def _parsed(argument: str) -> Any:
    try:
        return json.loads(argument) if argument else None
    except (ValueError, RecursionError) as invalid:
        raise invalid_argument(f"argument is not valid JSON: {invalid}") from invalid


def _write_ending(execution: Any, ending: Ending | None) -> None:
    if ending is None:
        execution.state = State.CANCELLED
    elif ending.error is None:
        execution.state = State.SUCCEEDED
        execution.result = jsons.compact(ending.value)
    else:
        execution.state = State.FAILED
        _write_error(execution.error, ending.error)


def _write_error(target: Any, failure: WorkflowError) -> None:
    target.payload = payload_text(failure.value)
    if not isinstance(failure, WorkflowFailed):
        target.context = f"RuntimeError: {target.payload}"
        return
    target.context = failure.context
    for frame in failure.frames:
        element = target.stack_trace.elements.add(step=frame.step, routine=frame.routine)
        element.position.line, element.position.column = frame.line, frame.column


def _log_ending(log: ExecutionLog, execution: Any) -> None:
    level = execution.call_log_level
    failed = execution.state == State.FAILED
    if level == CallLogLevel.LOG_NONE or (level == CallLogLevel.LOG_ERRORS_ONLY and not failed):
        return
    if failed:
        exception = {"payload": execution.error.payload, "context": execution.error.context}
        log.state("FAILED", exception=exception)
    else:
        log.state(State(execution.state).name, success={"result": execution.result})


def payload_text(value: Any) -> str:
    """Return an error's value as JSON text; bytes, which JSON lacks, as base64."""
    try:
        return jsons.compact(value)
    except WorkflowError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_shown)


def _shown(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
