"""Buckets over HTTP.

https://cloud.google.com/storage/docs/json_api/v1/buckets
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from starlette.responses import Response

from localcloud.storage.call import Call, Route
from localcloud.storage.errors import invalid
from localcloud.storage.preconditions import int64, parse_preconditions
from localcloud.storage.resources import Json, bucket_resource

_MAX_RESULTS = 1000


async def create(call: Call) -> Response:
    bucket = call.storage.buckets.create(await call.json())
    return call.answer(bucket_resource(bucket, call.base_url))


async def get(call: Call) -> Response:
    when = parse_preconditions(call.query)
    bucket = call.storage.buckets.get(call.path[0], when, reading=True)
    return call.answer(bucket_resource(bucket, call.base_url))


async def list_(call: Call) -> Response:
    limit = min(int64(call.query, "maxResults") or _MAX_RESULTS, _MAX_RESULTS)
    after = _after(call.query.get("pageToken", ""))
    found = call.storage.buckets.page(call.query.get("prefix", ""), after, limit + 1)
    page: Json = {"kind": "storage#buckets"}
    if found:
        page["items"] = [bucket_resource(bucket, call.base_url) for bucket in found[:limit]]
    if len(found) > limit:
        page["nextPageToken"] = urlsafe_b64encode(found[limit - 1].name.encode()).decode()
    return call.answer(page)


async def patch(call: Call) -> Response:
    change, when = await call.json(), parse_preconditions(call.query)
    bucket = call.storage.buckets.patch(call.path[0], change, when)
    return call.answer(bucket_resource(bucket, call.base_url))


async def update(call: Call) -> Response:
    resource, when = await call.json(), parse_preconditions(call.query)
    bucket = call.storage.buckets.update(call.path[0], resource, when)
    return call.answer(bucket_resource(bucket, call.base_url))


async def delete(call: Call) -> Response:
    call.storage.buckets.delete(call.path[0], parse_preconditions(call.query))
    return Response(status_code=204)


async def get_policy(call: Call) -> Response:
    bucket = call.storage.buckets.get(call.path[0])
    return call.answer(_policy(bucket.name, bucket.policy))


async def set_policy(call: Call) -> Response:
    policy = await call.json()
    bindings = policy.get("bindings", [])
    if not isinstance(bindings, list) or not all(isinstance(item, dict) for item in bindings):
        raise invalid("Invalid value for bindings", "bindings")
    bucket = call.storage.buckets.set_policy(call.path[0], {"bindings": bindings})
    return call.answer(_policy(bucket.name, bucket.policy))


async def test_permissions(call: Call) -> Response:
    call.storage.buckets.get(call.path[0])
    asked = call.request.query_params.getlist("permissions")
    return call.answer({"kind": "storage#testIamPermissionsResponse", "permissions": asked})


async def layout(call: Call) -> Response:
    bucket = call.storage.buckets.get(call.path[0])
    return call.answer(
        {
            "kind": "storage#storageLayout",
            "bucket": bucket.name,
            "location": bucket.properties["location"],
            "locationType": bucket.properties["locationType"],
            "hierarchicalNamespace": {"enabled": False},
        }
    )


async def managed_folders(call: Call) -> Response:
    """Return that there are none; gcloud asks before it removes a bucket."""
    call.storage.buckets.get(call.path[0])
    return call.answer({"kind": "storage#managedFolders"})


def _policy(bucket: str, policy: Json) -> Json:
    return {
        "kind": "storage#policy",
        "resourceId": f"projects/_/buckets/{bucket}",
        "version": 1,
        "etag": "CAE=",
        **policy,
    }


def _after(token: str) -> str:
    try:
        return urlsafe_b64decode(token).decode()
    except ValueError:
        raise invalid(f"Invalid page token: {token}", "pageToken") from None


_ALL = "/storage/v1/b"
_ONE = "/storage/v1/b/{bucket}"

ROUTES = (
    Route("POST", _ALL, "storage.buckets.insert", create),
    Route("GET", _ALL, "storage.buckets.list", list_),
    Route("GET", _ONE, "storage.buckets.get", get),
    Route("PATCH", _ONE, "storage.buckets.patch", patch),
    Route("PUT", _ONE, "storage.buckets.update", update),
    Route("DELETE", _ONE, "storage.buckets.delete", delete),
    Route("GET", f"{_ONE}/iam", "storage.buckets.getIamPolicy", get_policy),
    Route("PUT", f"{_ONE}/iam", "storage.buckets.setIamPolicy", set_policy),
    Route(
        "GET", f"{_ONE}/iam/testPermissions", "storage.buckets.testIamPermissions", test_permissions
    ),
    Route("GET", f"{_ONE}/storageLayout", "storage.buckets.getStorageLayout", layout),
    Route("GET", f"{_ONE}/managedFolders", "storage.managedFolders.list", managed_folders),
)
