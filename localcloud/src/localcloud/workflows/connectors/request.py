"""A method and its arguments as an HTTP request.

https://cloud.google.com/workflows/docs/connectors
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit

from localcloud.workflows.connectors.catalog import Method
from localcloud.workflows.effects import Auth, HttpRequest, Value
from localcloud.workflows.failures import type_error, value_error
from localcloud.workflows.http_messages import encode_body, request_headers, with_query
from localcloud.workflows.values import scalar_text, type_name

# Put in as given but for what no URL can hold: callers encode names of objects themselves.
# https://cloud.google.com/workflows/docs/reference/googleapis/storage/Overview
_SAFE_IN_PATH = "/%:@!$&'()*+,;=~"
_VARIABLE = re.compile(r"\{\+?(\w+)\}")

REGION_ARGUMENTS: Mapping[str, str] = {
    "run": "location",
    "aiplatform": "region",
    "documentai": "location",
}
"""APIs with an endpoint a region, and the argument that names the region.

https://cloud.google.com/workflows/docs/reference/googleapis/run/Overview
"""


def build_request(
    method: Method, args: Mapping[str, Value], auth: Auth, timeout_s: float, *, regional: bool
) -> HttpRequest:
    """Return the request.  Raises TypeError where an argument of the path is missing."""
    left = dict(args)
    body = left.pop("body", None)
    path = _filled(method, left)
    base = _regional_base(method, left) if regional else method.base_url
    headers = request_headers(None)
    if method.service == "storage" and left.get("uploadType") == "media":
        return _upload(method.verb, base, path, left, body, auth, timeout_s)
    encoded = encode_body(body, headers) if body is not None else None
    url = with_query(base + path, _flattened(left))
    return HttpRequest(method.verb, url, headers, encoded, timeout_s, auth)


def _filled(method: Method, left: dict[str, Value]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        given = left.get(name)
        text = given if isinstance(given, str) else scalar_text(given)
        if text is None:
            raise type_error(
                f"argument '{name}' must be a string; got: {type_name(given)}"
                if name in left
                else f"missing argument '{name}'"
            )
        return quote(text, safe=_SAFE_IN_PATH)

    path = _VARIABLE.sub(value, method.path)
    for name in method.variables:
        left.pop(name, None)
    return path


def _regional_base(method: Method, left: dict[str, Value]) -> str:
    name = REGION_ARGUMENTS.get(method.service)
    if name is None or name not in left:
        return method.base_url
    region = left.pop(name)
    if not isinstance(region, str) or not re.fullmatch(r"[a-z0-9-]+", region):
        raise value_error(f"argument '{name}' is not the name of a region: {region}")
    return method.base_url.replace("https://", f"https://{region}-", 1)


def _upload(  # noqa: PLR0913, PLR0917 -- the parts of one request
    verb: str,
    base: str,
    path: str,
    left: dict[str, Value],
    body: Value,
    auth: Auth,
    timeout_s: float,
) -> HttpRequest:
    """Return the request that stores the body as the object's content.

    https://cloud.google.com/storage/docs/json_api/v1/objects/insert
    """
    headers = request_headers(None)
    if isinstance(body, str):
        headers["Content-Type"] = "text/plain; charset=utf-8"
    encoded = encode_body(body, headers)
    parts = urlsplit(base)
    # The name comes encoded, as every name of an object does; a query is encoded again.
    query = {k: unquote(v) if k == "name" else v for k, v in left.items()}
    url = f"{parts.scheme}://{parts.netloc}/upload{parts.path}{path}"
    return HttpRequest(verb, with_query(url, query), headers, encoded, timeout_s, auth)


def _flattened(left: Mapping[str, Value], prefix: str = "") -> dict[str, Value]:
    """Return query parameters: maps become dotted names, null is left out."""
    flat: dict[str, Value] = {}
    for name, value in left.items():
        if isinstance(value, dict):
            flat |= _flattened(value, f"{prefix}{name}.")
        elif value is not None:
            flat[prefix + name] = value
    return flat
