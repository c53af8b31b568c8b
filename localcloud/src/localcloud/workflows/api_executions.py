"""The methods of ``google.cloud.workflows.executions.v1.Executions``, over gRPC and REST.

https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions
"""

from typing import Any

from google.cloud.workflows.executions_v1 import types
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from localcloud.rpc import Http, Service
from localcloud.workflows.executions import Execution, Executions
from localcloud.workflows.filters import ordered, selected
from localcloud.workflows.names import page

NAME = "google.cloud.workflows.executions.v1.Executions"

View = types.ExecutionView
_WORKFLOW = "projects/*/locations/*/workflows/*"
_EXECUTION = f"{_WORKFLOW}/executions/*"
_ALIASES = {
    "executionID": "name",
    "executionId": "name",
    "workflowRevisionID": "workflowRevisionId",
    "label": "labels",
}
BASIC = FieldMask(
    paths=["name", "start_time", "end_time", "duration", "state", "workflow_revision_id"]
)
NEWER_FIELDS = ("disableConcurrencyQuotaOverflowBuffering", "executionHistoryLevel")
"""What gcloud sends and has no effect here: there is no quota, and history is always kept."""
DEFAULT_PAGE = 100
LARGEST_PAGE = {View.BASIC: 1000, View.FULL: 100}


class Methods:
    """The handlers."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    async def create(self, request: Any) -> Message:
        created: Message = self._executions.create(request.parent, request.execution)
        return created

    async def get(self, request: Any) -> Message:
        return _viewed(self._executions.get(request.name), View(request.view or View.FULL))

    async def list(self, request: Any) -> Message:
        view = View(request.view or View.BASIC)
        found = selected(self._executions.list(request.parent), request.filter, _ALIASES)
        found = ordered(found, request.order_by, _ALIASES)
        size = request.page_size or DEFAULT_PAGE
        items, token = page(found, size, request.page_token, LARGEST_PAGE[view])
        answer: Message = types.ListExecutionsResponse.pb()(
            executions=[_viewed(item, view) for item in items], next_page_token=token
        )
        return answer

    async def cancel(self, request: Any) -> Message:
        cancelled: Message = self._executions.cancel(request.name)
        return cancelled


def service(methods: Methods) -> Service:
    """Return the table of methods."""
    table = Service(NAME)
    table.unary(
        "ListExecutions",
        types.ListExecutionsRequest,
        methods.list,
        Http("GET", f"/v1/{{parent={_WORKFLOW}}}/executions"),
    )
    table.unary(
        "CreateExecution",
        types.CreateExecutionRequest,
        methods.create,
        Http("POST", f"/v1/{{parent={_WORKFLOW}}}/executions", "execution", NEWER_FIELDS),
    )
    table.unary(
        "GetExecution",
        types.GetExecutionRequest,
        methods.get,
        Http("GET", f"/v1/{{name={_EXECUTION}}}"),
    )
    table.unary(
        "CancelExecution",
        types.CancelExecutionRequest,
        methods.cancel,
        Http("POST", f"/v1/{{name={_EXECUTION}}}:cancel", "*"),
    )
    return table


def _viewed(execution: Message, view: types.ExecutionView) -> Message:
    if view != View.BASIC:
        return execution
    basic: Message = Execution()
    BASIC.MergeMessage(execution, basic)
    return basic
