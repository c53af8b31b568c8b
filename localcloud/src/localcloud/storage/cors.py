"""What browsers of other origins may do.

https://cloud.google.com/storage/docs/cross-origin
"""

from collections.abc import Iterable, Mapping

DEFAULT_MAX_AGE_S = 3600


def allowed(rules: Iterable[Mapping[str, object]], origin: str, verb: str) -> dict[str, str]:
    """Return the headers for a request that a bucket's rules allow; empty where none does."""
    for rule in rules:
        if _holds(rule.get("origin"), origin) and _holds(rule.get("method"), verb):
            names = _texts(rule.get("responseHeader"))
            return {
                "access-control-allow-origin": "*" if "*" in _texts(rule["origin"]) else origin,
                "access-control-expose-headers": ", ".join(names),
                "vary": "Origin",
            }
    return {}


def preflight(rules: Iterable[Mapping[str, object]], origin: str, verb: str) -> dict[str, str]:
    """Return the answer to OPTIONS: what a following request may be."""
    for rule in rules:
        headers = allowed([rule], origin, verb)
        if headers:
            return {
                "access-control-allow-origin": headers["access-control-allow-origin"],
                "access-control-allow-methods": ", ".join(_texts(rule.get("method"))),
                "access-control-allow-headers": ", ".join(_texts(rule.get("responseHeader"))),
                "access-control-max-age": str(rule.get("maxAgeSeconds", DEFAULT_MAX_AGE_S)),
                "vary": "Origin",
            }
    return {}


def json_api(origin: str, requested_headers: str | None = None) -> dict[str, str]:
    """Return what the JSON API answers: any origin, whatever the bucket says."""
    headers = {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "Content-Length, Content-Range, Content-Type, Date, ETag, "
        "Location, Range, X-Goog-Generation, X-Goog-Hash, X-GUploader-UploadID",
        "vary": "Origin",
    }
    if requested_headers is not None:
        headers["access-control-allow-headers"] = requested_headers
        headers["access-control-allow-methods"] = "DELETE, GET, HEAD, PATCH, POST, PUT"
        headers["access-control-max-age"] = str(DEFAULT_MAX_AGE_S)
    return headers


def _holds(values: object, wanted: str) -> bool:
    return any(value in ("*", wanted) for value in _texts(values))


def _texts(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []
