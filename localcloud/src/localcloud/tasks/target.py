"""A queue's HTTP target, which overrides the requests of all its tasks.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#HttpTarget
"""

from urllib.parse import SplitResult, urlsplit

from google.cloud.tasks_v2.types import target

from localcloud.errors import invalid_argument
from localcloud.tasks.headers import is_ignored
from localcloud.tasks.messages import HttpRequestMessage, HttpTargetMessage, UriOverrideMessage

SCHEMES = {
    target.UriOverride.Scheme.HTTP: "http",
    target.UriOverride.Scheme.HTTPS: "https",
    target.UriOverride.Scheme.SCHEME_UNSPECIFIED: "https",
}
IF_NOT_EXISTS = target.UriOverride.UriOverrideEnforceMode.IF_NOT_EXISTS
MAX_PORT = 65535


def check_target(http_target: HttpTargetMessage) -> None:
    """Raise RpcError where a queue cannot have the target."""
    override = http_target.uri_override
    if override.HasField("host") and not override.host:
        raise invalid_argument("UriOverride.host cannot be empty.")
    if not 0 <= override.port <= MAX_PORT:
        raise invalid_argument("UriOverride.port must be a positive integer.")
    kind = http_target.WhichOneof("authorization_header")
    if kind is not None:
        token = getattr(http_target, kind)
        detail = token.audience if kind == "oidc_token" else token.scope
        if not (token.service_account_email and detail):
            raise invalid_argument(
                "A queue's token needs a serviceAccountEmail and an audience or a scope."
            )


def apply_target(request: HttpRequestMessage, http_target: HttpTargetMessage) -> None:
    """Change a task's request as the queue's target says.  Raises ValueError for a broken URL."""
    if http_target.HasField("uri_override"):
        request.url = _overridden(urlsplit(request.url), http_target.uri_override)
    if http_target.http_method:
        request.http_method = http_target.http_method
    for override in http_target.header_overrides:
        if not is_ignored(override.header.key):
            _set_header(request, override.header.key, override.header.value)
    kind = http_target.WhichOneof("authorization_header")
    if kind is not None:
        getattr(request, kind).CopyFrom(getattr(http_target, kind))


def _set_header(request: HttpRequestMessage, name: str, value: str) -> None:
    for present in [key for key in request.headers if key.lower() == name.lower()]:
        del request.headers[present]
    request.headers[name] = value


def _overridden(url: SplitResult, override: UriOverrideMessage) -> str:
    keep = override.uri_override_enforce_mode == IF_NOT_EXISTS
    scheme, host, port, path, query = url.scheme, url.hostname, url.port, url.path, url.query
    if override.HasField("scheme") and not keep:
        scheme = SCHEMES[override.scheme]
    if override.HasField("host") and not (keep and host):
        host = override.host
    if override.HasField("port") and not (keep and port):
        port = override.port
    if override.HasField("path_override") and not (keep and path):
        path = override.path_override.path
    if override.HasField("query_override") and not (keep and query):
        query = override.query_override.query_params
    netloc = f"{host}:{port}" if port else str(host)
    return SplitResult(scheme, netloc, path, query, "").geturl()
