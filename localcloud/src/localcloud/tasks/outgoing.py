"""The HTTP request that an attempt makes.

https://cloud.google.com/tasks/docs/creating-http-target-tasks
Headers: https://cloud.google.com/tasks/docs/creating-http-target-tasks#handler, and as
recorded from the service by https://github.com/aertje/cloud-tasks-emulator
"""

from dataclasses import dataclass
from typing import Protocol

from localcloud.tasks.headers import USER_AGENT, is_ignored
from localcloud.tasks.messages import (
    METHODS_WITH_BODY,
    HttpMethod,
    HttpRequest,
    HttpRequestMessage,
    QueueMessage,
    micros_of,
)
from localcloud.tasks.state import StoredTask
from localcloud.tasks.target import apply_target

DEFAULT_SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class Identity(Protocol):
    """Makes the tokens of service accounts."""

    def id_token(self, email: str, audience: str) -> str: ...

    def access_token(self, email: str, scope: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request, ready to be sent."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


def outgoing(stored: StoredTask, queue: QueueMessage, identity: Identity) -> Outgoing:
    """Return the request of the attempt that ``dispatch_count`` already counts.

    Raises ValueError where none can be made.
    """
    request = HttpRequest()
    request.CopyFrom(stored.message.http_request)
    apply_target(request, queue.http_target)
    headers = {k.lower(): v for k, v in request.headers.items() if not is_ignored(k)}
    headers |= {"user-agent": USER_AGENT}
    headers |= _task_headers(stored, queue.name)
    authorization = _authorization(request, identity)
    if authorization is not None:
        headers["authorization"] = f"Bearer {authorization}"
    method = HttpMethod(request.http_method)
    body = bytes(request.body) if method in METHODS_WITH_BODY else b""
    return Outgoing(method.name, request.url, headers, body)


def _task_headers(stored: StoredTask, queue: str) -> dict[str, str]:
    task = stored.message
    eta_s, eta_us = divmod(micros_of(task.schedule_time), 1_000_000)
    retries = task.dispatch_count - 1
    headers = {
        "x-cloudtasks-queuename": queue.rpartition("/")[2],
        "x-cloudtasks-taskname": task.name.rpartition("/")[2],
        "x-cloudtasks-taskretrycount": str(retries),
        "x-cloudtasks-taskexecutioncount": str(stored.execution_count),
        "x-cloudtasks-tasketa": f"{eta_s}.{eta_us:06d}",
    }
    if stored.previous_response is not None:
        headers["x-cloudtasks-taskpreviousresponse"] = str(stored.previous_response)
    if retries:
        # The service sends it, empty, on every retry of an HTTP task.
        headers["x-cloudtasks-taskretryreason"] = ""
    return headers


def _authorization(request: HttpRequestMessage, identity: Identity) -> str | None:
    match request.WhichOneof("authorization_header"):
        case "oidc_token":
            token = request.oidc_token
            return identity.id_token(token.service_account_email, token.audience or request.url)
        case "oauth_token":
            token = request.oauth_token
            return identity.access_token(token.service_account_email, token.scope or DEFAULT_SCOPE)
    return None
