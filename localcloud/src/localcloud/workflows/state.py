"""Deployed workflows and their revisions.

https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows
"""

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from google.cloud.workflows_v1 import types
from google.protobuf.field_mask_pb2 import FieldMask

from localcloud.clock import Clock
from localcloud.errors import already_exists, invalid_argument, not_found
from localcloud.workflows.failures import DeploymentError
from localcloud.workflows.journal import transaction
from localcloud.workflows.language import Compiled, Language
from localcloud.workflows.names import PROJECT_NUMBER, check_location, check_workflow_id

SCHEMA = """
CREATE TABLE IF NOT EXISTS workflows (name TEXT PRIMARY KEY, message BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS revisions (
    name TEXT NOT NULL, revision TEXT NOT NULL, message BLOB NOT NULL,
    PRIMARY KEY (name, revision));
"""

Workflow = types.Workflow.pb()

MAX_ENV_VARS = 20
MAX_ENV_BYTES = 4096
MUTABLE = (
    *("description", "labels", "service_account", "source_contents", "crypto_key_name"),
    *("call_log_level", "user_env_vars", "execution_history_level", "tags"),
)
REVISED_BY = ("source_contents", "service_account", "user_env_vars", "crypto_key_name")
"""Fields whose change makes a new revision; the others describe the workflow as a whole."""


class Workflows:
    """Workflows by name; each revision is kept, for executions keep theirs."""

    def __init__(self, database: sqlite3.Connection, clock: Clock, language: Language) -> None:
        database.executescript(SCHEMA)
        self._database = database
        self._clock = clock
        self._language = language
        self._compiled: dict[tuple[str, str], Compiled] = {}

    def create(self, parent: str, workflow_id: str, given: Any) -> Any:
        """Return the new workflow, checked and active."""
        check_location(parent)
        check_workflow_id(workflow_id)
        name = f"{parent}/workflows/{workflow_id}"
        if self._find(name) is not None:
            raise already_exists(f"Resource '{name}' already exists.")
        workflow = Workflow(name=name)
        for field in MUTABLE:
            _copy_field(given, workflow, field)
        _check(workflow)
        workflow.create_time.FromNanoseconds(self._clock.time_ns())
        return self._store(workflow, revised=True)

    def update(self, given: Any, mask: FieldMask) -> Any:
        """Return the workflow with the fields of the mask, or all that are set, changed."""
        workflow = self.get(given.name)
        before = Workflow()
        before.CopyFrom(workflow)
        for field in _masked_fields(mask, given):
            _copy_field(given, workflow, field)
        _check(workflow)
        revised = any(getattr(workflow, f) != getattr(before, f) for f in REVISED_BY)
        return self._store(workflow, revised=revised)

    def deploy(self, name: str, wanted: Any) -> Any:
        """Return the workflow as wanted; it has a new revision only if something changed."""
        if self._find(name) is None:
            parent, _, workflow_id = name.partition("/workflows/")
            return self.create(parent, workflow_id, wanted)
        wanted.name = name
        mask = FieldMask(paths=["source_contents", "service_account", "user_env_vars"])
        return self.update(wanted, mask)

    def get(self, name: str, revision: str = "") -> Any:
        """Return a workflow, as it was at the revision if one is named."""
        workflow = self._find(name, revision)
        if workflow is None:
            what = f"{name}@{revision}" if revision else name
            raise not_found(f"workflow '{what}' not found")
        return workflow

    def list(self, parent: str) -> Sequence[Any]:
        """Return the workflows of a location, the latest created first."""
        check_location(parent)
        rows = self._database.execute(
            "SELECT message FROM workflows WHERE substr(name, 1, ?) = ?",
            (len(parent) + 1, f"{parent}/"),
        )
        found = [Workflow.FromString(message) for (message,) in rows]
        return sorted(found, key=lambda w: -w.create_time.ToNanoseconds())

    def revisions(self, name: str) -> Sequence[Any]:
        """Return all revisions of a workflow, the latest first."""
        self.get(name)
        rows = self._database.execute(
            "SELECT message FROM revisions WHERE name = ? ORDER BY revision DESC", (name,)
        )
        return [Workflow.FromString(message) for (message,) in rows]

    def delete(self, name: str) -> None:
        self.get(name)
        with transaction(self._database):
            self._database.execute("DELETE FROM workflows WHERE name = ?", (name,))
            self._database.execute("DELETE FROM revisions WHERE name = ?", (name,))
        self._compiled = {key: c for key, c in self._compiled.items() if key[0] != name}

    def compiled(self, workflow: Any) -> Compiled:
        """Return what the revision compiles to.  Raises DeploymentError."""
        key = (workflow.name, workflow.revision_id)
        if key not in self._compiled:
            self._compiled[key] = self._language.compile(
                workflow.source_contents,
                workflow.name.split("/")[1],
                workflow.user_env_vars.keys(),
            )
        return self._compiled[key]

    def _store(self, workflow: Any, *, revised: bool) -> Any:
        workflow.state = types.Workflow.State.ACTIVE
        workflow.update_time.FromNanoseconds(self._clock.time_ns())
        if revised:
            workflow.revision_id = _next_revision(workflow.revision_id)
            workflow.revision_create_time.CopyFrom(workflow.update_time)
        try:
            self.compiled(workflow)
        except DeploymentError as error:
            raise invalid_argument(str(error)) from error
        message = workflow.SerializeToString()
        with transaction(self._database):
            self._database.execute(
                "INSERT OR REPLACE INTO workflows VALUES (?, ?)", (workflow.name, message)
            )
            self._database.execute(
                "INSERT OR REPLACE INTO revisions VALUES (?, ?, ?)",
                (workflow.name, workflow.revision_id, message),
            )
        return workflow

    def _find(self, name: str, revision: str = "") -> Any:
        if revision:
            query = "SELECT message FROM revisions WHERE name = ? AND revision = ?"
            row = self._database.execute(query, (name, revision)).fetchone()
        else:
            query = "SELECT message FROM workflows WHERE name = ?"
            row = self._database.execute(query, (name,)).fetchone()
        return None if row is None else Workflow.FromString(row[0])


def service_account_email(workflow: Any) -> str:
    """Return the e-mail of the account that executions act as."""
    return str(workflow.service_account).rpartition("/")[2]


def environment(workflow: Any, execution: str) -> Mapping[str, str]:
    """Return what ``sys.get_env`` knows.

    https://cloud.google.com/workflows/docs/reference/environment-variables
    """
    _, project, _, location, _, workflow_id = workflow.name.split("/")
    return {
        "GOOGLE_CLOUD_PROJECT_ID": project,
        "GOOGLE_CLOUD_PROJECT_NUMBER": PROJECT_NUMBER,
        "GOOGLE_CLOUD_LOCATION": location,
        "GOOGLE_CLOUD_WORKFLOW_ID": workflow_id,
        "GOOGLE_CLOUD_WORKFLOW_REVISION_ID": workflow.revision_id,
        "GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": execution,
        "GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME": service_account_email(workflow),
        **workflow.user_env_vars,
    }


def _next_revision(revision: str) -> str:
    """Return an id like ``000002-1f3``: a counter and three random hexadecimal digits."""
    number = int(revision.partition("-")[0] or 0) + 1
    return f"{number:06d}-{secrets.token_hex(2)[:3]}"


def _masked_fields(mask: FieldMask, given: Any) -> Sequence[str]:
    if not mask.paths:
        return [field.name for field, _ in given.ListFields() if field.name in MUTABLE]
    fields = [path.partition(".")[0] for path in mask.paths]
    if unknown := set(fields) - set(MUTABLE):
        raise invalid_argument(f"update_mask names fields that cannot change: {sorted(unknown)}")
    return fields


def _copy_field(source: Any, target: Any, field: str) -> None:
    target.ClearField(field)
    part = type(source)()
    FieldMask(paths=[field]).MergeMessage(source, part)
    target.MergeFrom(part)


def _check(workflow: Any) -> None:
    """Raise INVALID_ARGUMENT for what the service refuses; fill in the default account."""
    project = workflow.name.split("/")[1]
    if not workflow.source_contents:
        raise invalid_argument("workflow.source_contents must not be empty")
    email = service_account_email(workflow)
    if not email:
        email = f"{PROJECT_NUMBER}-compute@developer.gserviceaccount.com"
    workflow.service_account = f"projects/{project}/serviceAccounts/{email}"
    variables = workflow.user_env_vars
    if len(variables) > MAX_ENV_VARS:
        raise invalid_argument(f"user_env_vars can have {MAX_ENV_VARS} entries at most")
    for name, value in variables.items():
        if not name or name.startswith(("GOOGLE", "WORKFLOWS")):
            raise invalid_argument(f"user_env_vars: {name!r} is empty or reserved")
        if max(len(name.encode()), len(value.encode())) > MAX_ENV_BYTES:
            raise invalid_argument(f"user_env_vars: {name!r} is larger than 4 KiB")
