"""Copy, rewrite and compose over HTTP.

https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
https://cloud.google.com/storage/docs/json_api/v1/objects/compose
"""

from starlette.responses import Response

from localcloud.storage.call import Call, Route
from localcloud.storage.copying import MAX_COMPONENTS, copied_properties
from localcloud.storage.drafts import draft
from localcloud.storage.errors import condition_not_met, invalid, required
from localcloud.storage.preconditions import int64, parse_preconditions
from localcloud.storage.resources import Json, StoredObject, object_resource


async def copy(call: Call) -> Response:
    return call.answer_object(await _copied(call))


async def rewrite(call: Call) -> Response:
    """Return the whole rewrite at once: there is never a token to go on with."""
    stored = await _copied(call)
    return call.answer(
        {
            "kind": "storage#rewriteResponse",
            "totalBytesRewritten": str(stored.size),
            "objectSize": str(stored.size),
            "done": True,
            "resource": object_resource(stored, call.base_url),
        }
    )


async def compose(call: Call) -> Response:
    bucket, name = call.path
    body = await call.json()
    destination = body.get("destination") or {}
    if not isinstance(destination, dict):
        raise invalid("Invalid value for destination", "destination")
    sources = _sources(call, bucket, body.get("sourceObjects"))
    when = parse_preconditions(call.query)
    first = sources[0].properties.get("contentType")
    wanted = draft(bucket, _described(destination), when, name=name, content_type=first)
    return call.answer_object(await call.storage.compose(sources, wanted))


async def _copied(call: Call) -> StoredObject:
    source_bucket, source_name, bucket, name = call.path
    resource = await call.json()
    generation = int64(call.query, "sourceGeneration")
    source = call.storage.objects.get(source_bucket, source_name, generation)
    when = parse_preconditions(call.query, "ifSource")
    when.check(source.generation, source.metageneration)
    # A resource replaces the properties as a whole; without one they are copied.
    wanted = draft(
        bucket,
        _described(resource) or copied_properties(source),
        parse_preconditions(call.query),
        name=name,
        content_type=source.properties.get("contentType"),
    )
    return call.storage.copy(source, wanted)


def _described(resource: Json) -> Json:
    """Return what a resource says of the new object: clients send what they know of an old one."""
    return {k: v for k, v in resource.items() if k not in _OLD}


def _sources(call: Call, bucket: str, items: object) -> list[StoredObject]:
    if not isinstance(items, list) or not items:
        raise required("sourceObjects")
    if len(items) > MAX_COMPONENTS:
        raise invalid(
            f"The number of source components provided ({len(items)}) exceeds the maximum "
            f"({MAX_COMPONENTS})"
        )
    return [_source(call, bucket, item) for item in items]


def _source(call: Call, bucket: str, item: object) -> StoredObject:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise required("sourceObjects.name")
    conditions = item.get("objectPreconditions") or {}
    match = conditions.get("ifGenerationMatch")
    numbers = {"generation": item.get("generation"), "match": match}
    query = {key: str(value) for key, value in numbers.items() if value is not None}
    stored = call.storage.objects.get(bucket, item["name"], int64(query, "generation"))
    if int64(query, "match") not in (None, stored.generation):
        raise condition_not_met()
    return stored


_OLD = frozenset({"kind", "name", "bucket", "crc32c", "md5Hash"})
_SOURCE = "/storage/v1/b/{bucket}/o/{object}"
_TARGET = "b/{toBucket}/o/{toObject}"

ROUTES = (
    Route("POST", f"{_SOURCE}/copyTo/{_TARGET}", "storage.objects.copy", copy),
    Route("POST", f"{_SOURCE}/rewriteTo/{_TARGET}", "storage.objects.rewrite", rewrite),
    Route("POST", f"{_SOURCE}/compose", "storage.objects.compose", compose),
)
