"""Objects over HTTP: read, change, list, delete.

https://cloud.google.com/storage/docs/json_api/v1/objects
"""

from starlette.responses import Response

from localcloud.storage.call import Call, Route
from localcloud.storage.downloads import download
from localcloud.storage.errors import invalid
from localcloud.storage.listing import MAX_RESULTS, Selection
from localcloud.storage.preconditions import int64, parse_preconditions
from localcloud.storage.properties import patched_properties, updated_properties
from localcloud.storage.resources import Json, object_resource


async def get(call: Call) -> Response:
    bucket, name = call.path
    when = parse_preconditions(call.query)
    stored = call.storage.objects.get(bucket, name, call.generation, when)
    if call.query.get("alt") == "media":
        return download(call, stored)
    return call.answer_object(stored)


async def patch(call: Call) -> Response:
    change, when = await call.json(), parse_preconditions(call.query)
    bucket, name = call.path
    stored = call.storage.objects.patch(
        (bucket, name, call.generation), when, lambda known: patched_properties(known, change)
    )
    return call.answer_object(stored)


async def update(call: Call) -> Response:
    resource, when = await call.json(), parse_preconditions(call.query)
    bucket, name = call.path
    stored = call.storage.objects.patch(
        (bucket, name, call.generation), when, lambda known: updated_properties(known, resource)
    )
    return call.answer_object(stored)


async def delete(call: Call) -> Response:
    bucket, name = call.path
    when = parse_preconditions(call.query)
    call.storage.objects.delete(bucket, name, call.generation, when)
    return Response(status_code=204)


async def list_(call: Call) -> Response:
    if call.flag("softDeleted"):
        raise invalid("localcloud keeps no soft-deleted objects.", "softDeleted")
    page = call.storage.page(_selection(call))
    body: Json = {"kind": "storage#objects"}
    if page.items:
        body["items"] = [object_resource(stored, call.base_url) for stored in page.items]
    if page.prefixes:
        body["prefixes"] = page.prefixes
    if page.next_page_token:
        body["nextPageToken"] = page.next_page_token
    return call.answer(body)


def _selection(call: Call) -> Selection:
    return Selection(
        bucket=call.path[0],
        prefix=call.query.get("prefix", ""),
        delimiter=call.query.get("delimiter", ""),
        start_offset=call.query.get("startOffset", ""),
        end_offset=call.query.get("endOffset", ""),
        match_glob=call.query.get("matchGlob", ""),
        versions=call.flag("versions"),
        trailing_delimiter=call.flag("includeTrailingDelimiter"),
        page_token=call.query.get("pageToken", ""),
        max_results=int64(call.query, "maxResults") or MAX_RESULTS,
    )


_ALL = "/storage/v1/b/{bucket}/o"
_ONE = "/storage/v1/b/{bucket}/o/{object}"

ROUTES = (
    Route("GET", _ONE, "storage.objects.get", get),
    Route("GET", f"/download{_ONE}", "storage.objects.get", get),
    Route("GET", _ALL, "storage.objects.list", list_),
    Route("PATCH", _ONE, "storage.objects.patch", patch),
    Route("PUT", _ONE, "storage.objects.update", update),
    Route("DELETE", _ONE, "storage.objects.delete", delete),
)
