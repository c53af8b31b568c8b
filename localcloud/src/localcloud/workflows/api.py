"""The methods of ``google.cloud.workflows.v1.Workflows``, over gRPC and REST.

https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows
"""

import sqlite3
import uuid
from typing import Any

from google.cloud.workflows_v1 import types
from google.longrunning import operations_pb2
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from localcloud.clock import Clock
from localcloud.errors import not_found
from localcloud.rpc import Http, Service
from localcloud.workflows.executions import Executions
from localcloud.workflows.filters import ordered, selected
from localcloud.workflows.names import page
from localcloud.workflows.state import Workflows

NAME = "google.cloud.workflows.v1.Workflows"
OPERATIONS_NAME = "google.longrunning.Operations"
SCHEMA = "CREATE TABLE IF NOT EXISTS operations (name TEXT PRIMARY KEY, message BLOB NOT NULL)"

_LOCATION = "projects/*/locations/*"
_WORKFLOW = f"{_LOCATION}/workflows/*"
MAX_PAGE = 1000
DEFAULT_PAGE = 500
MAX_REVISIONS_PAGE = 100


class Operations:
    """Long-running operations, all of them done as soon as they are made.

    https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.operations
    """

    def __init__(self, database: sqlite3.Connection, clock: Clock) -> None:
        database.executescript(SCHEMA)
        self._database = database
        self._clock = clock

    def done(self, target: str, verb: str, response: Message) -> operations_pb2.Operation:
        """Return a new operation that has ended with the response."""
        parent = "/".join(target.split("/")[:4])
        operation = operations_pb2.Operation(
            name=f"{parent}/operations/operation-{uuid.uuid4()}", done=True
        )
        metadata = types.OperationMetadata.pb()(target=target, verb=verb, api_version="v1")
        metadata.create_time.FromNanoseconds(self._clock.time_ns())
        metadata.end_time.CopyFrom(metadata.create_time)
        operation.metadata.Pack(metadata)
        operation.response.Pack(response)
        row = (operation.name, operation.SerializeToString())
        self._database.execute("INSERT INTO operations VALUES (?, ?)", row)
        return operation

    async def get(self, request: operations_pb2.GetOperationRequest) -> operations_pb2.Operation:
        query = "SELECT message FROM operations WHERE name = ?"
        row = self._database.execute(query, (request.name,)).fetchone()
        if row is None:
            raise not_found(f"operation '{request.name}' not found")
        return operations_pb2.Operation.FromString(row[0])

    async def list(
        self, request: operations_pb2.ListOperationsRequest
    ) -> operations_pb2.ListOperationsResponse:
        query = "SELECT message FROM operations WHERE substr(name, 1, ?) = ? ORDER BY rowid DESC"
        prefix = f"{request.name}/operations/"
        rows = self._database.execute(query, (len(prefix), prefix)).fetchall()
        found, token = page(rows, request.page_size, request.page_token, MAX_PAGE)
        return operations_pb2.ListOperationsResponse(
            operations=[operations_pb2.Operation.FromString(m) for (m,) in found],
            next_page_token=token,
        )

    async def delete(self, request: operations_pb2.DeleteOperationRequest) -> Empty:
        self._database.execute("DELETE FROM operations WHERE name = ?", (request.name,))
        return Empty()


class Methods:
    """The handlers."""

    def __init__(
        self, workflows: Workflows, executions: Executions, operations: Operations
    ) -> None:
        self._workflows = workflows
        self._executions = executions
        self._operations = operations

    async def create(self, request: Any) -> operations_pb2.Operation:
        workflow = self._workflows.create(request.parent, request.workflow_id, request.workflow)
        return self._operations.done(workflow.name, "create", workflow)

    async def get(self, request: Any) -> Message:
        found: Message = self._workflows.get(request.name, request.revision_id)
        return found

    async def list(self, request: Any) -> Message:
        found = selected(self._workflows.list(request.parent), request.filter, {})
        found = ordered(found, request.order_by)
        size = request.page_size or DEFAULT_PAGE
        items, token = page(found, size, request.page_token, MAX_PAGE)
        answer: Message = types.ListWorkflowsResponse.pb()(workflows=items, next_page_token=token)
        return answer

    async def update(self, request: Any) -> operations_pb2.Operation:
        workflow = self._workflows.update(request.workflow, request.update_mask)
        return self._operations.done(workflow.name, "update", workflow)

    async def delete(self, request: Any) -> operations_pb2.Operation:
        """Delete the workflow; its running executions are cancelled and deleted."""
        self._executions.delete_all(request.name)
        self._workflows.delete(request.name)
        return self._operations.done(request.name, "delete", Empty())

    async def revisions(self, request: Any) -> Message:
        found = self._workflows.revisions(request.name)
        size = request.page_size or DEFAULT_PAGE
        items, token = page(found, size, request.page_token, MAX_REVISIONS_PAGE)
        answer: Message = types.ListWorkflowRevisionsResponse.pb()(
            workflows=items, next_page_token=token
        )
        return answer


def service(methods: Methods) -> Service:
    """Return the table of the methods of workflows."""
    table = Service(NAME)
    table.unary(
        "ListWorkflows",
        types.ListWorkflowsRequest,
        methods.list,
        Http("GET", f"/v1/{{parent={_LOCATION}}}/workflows"),
    )
    table.unary(
        "GetWorkflow",
        types.GetWorkflowRequest,
        methods.get,
        Http("GET", f"/v1/{{name={_WORKFLOW}}}"),
    )
    table.unary(
        "CreateWorkflow",
        types.CreateWorkflowRequest,
        methods.create,
        Http("POST", f"/v1/{{parent={_LOCATION}}}/workflows", "workflow"),
    )
    table.unary(
        "DeleteWorkflow",
        types.DeleteWorkflowRequest,
        methods.delete,
        Http("DELETE", f"/v1/{{name={_WORKFLOW}}}"),
    )
    table.unary(
        "UpdateWorkflow",
        types.UpdateWorkflowRequest,
        methods.update,
        Http("PATCH", f"/v1/{{workflow.name={_WORKFLOW}}}", "workflow"),
    )
    table.unary(
        "ListWorkflowRevisions",
        types.ListWorkflowRevisionsRequest,
        methods.revisions,
        Http("GET", f"/v1/{{name={_WORKFLOW}}}:listRevisions"),
    )
    return table


def operations_service(operations: Operations) -> Service:
    """Return the table of the methods of operations."""
    table = Service(OPERATIONS_NAME)
    table.unary(
        "GetOperation",
        operations_pb2.GetOperationRequest,
        operations.get,
        Http("GET", f"/v1/{{name={_LOCATION}/operations/*}}"),
    )
    table.unary(
        "ListOperations",
        operations_pb2.ListOperationsRequest,
        operations.list,
        Http("GET", f"/v1/{{name={_LOCATION}}}/operations"),
    )
    table.unary(
        "DeleteOperation",
        operations_pb2.DeleteOperationRequest,
        operations.delete,
        Http("DELETE", f"/v1/{{name={_LOCATION}/operations/*}}"),
    )
    return table
