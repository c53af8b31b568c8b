"""Notification configurations over HTTP.

https://cloud.google.com/storage/docs/json_api/v1/notifications
"""

from starlette.responses import Response

from localcloud.storage.call import Call, Route
from localcloud.storage.resources import Json


async def create(call: Call) -> Response:
    config = await call.json()
    call.storage.buckets.get(call.path[0])
    return call.answer(call.storage.notifications.create(call.path[0], config))


async def list_(call: Call) -> Response:
    call.storage.buckets.get(call.path[0])
    items = call.storage.notifications.of(call.path[0])
    body: Json = {"kind": "storage#notifications"}
    return call.answer(body | ({"items": items} if items else {}))


async def get(call: Call) -> Response:
    return call.answer(call.storage.notifications.get(*call.path))


async def delete(call: Call) -> Response:
    call.storage.notifications.delete(*call.path)
    return Response(status_code=204)


async def service_account(call: Call) -> Response:
    """Return the account that publishes the notifications of a project."""
    address = f"service-{call.path[0]}@gs-project-accounts.iam.gserviceaccount.com"
    return call.answer({"kind": "storage#serviceAccount", "email_address": address})


_ALL = "/storage/v1/b/{bucket}/notificationConfigs"
_ONE = f"{_ALL}/{{notification}}"

ROUTES = (
    Route("POST", _ALL, "storage.notifications.insert", create),
    Route("GET", _ALL, "storage.notifications.list", list_),
    Route("GET", _ONE, "storage.notifications.get", get),
    Route("DELETE", _ONE, "storage.notifications.delete", delete),
    Route(
        "GET",
        "/storage/v1/projects/{project}/serviceAccount",
        "storage.projects.serviceAccount.get",
        service_account,
    ),
)
