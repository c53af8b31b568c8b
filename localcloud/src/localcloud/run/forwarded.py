"""Headers on their way through the ingress.

https://cloud.google.com/run/docs/container-contract
https://cloud.google.com/trace/docs/trace-context
"""

import secrets
from collections.abc import Iterable

from starlette.types import Scope

from localcloud.run.access import without_signature

Headers = list[tuple[bytes, bytes]]

# https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"upgrade",
    }
)
# The ingress says itself: it has the whole body's framing, and asks for the body at once.
_NOT_PASSED_ON = HOP_BY_HOP | {b"expect", b"x-forwarded-for", b"x-forwarded-proto", b"forwarded"}
_NOT_PASSED_BACK = HOP_BY_HOP | {b"transfer-encoding", b"date"}


def request_headers(scope: Scope, *, public: bool) -> Headers:
    """Return the headers that the service gets."""
    asked: Headers = scope["headers"]
    passed = [(name, value) for name, value in asked if name not in _NOT_PASSED_ON]
    if not public:
        passed = [(name, without_signature(name, value)) for name, value in passed]
    client = scope["client"][0].encode() if scope["client"] else b"unknown"
    proto = scope["scheme"].encode()
    before = [value for name, value in asked if name == b"x-forwarded-for"]
    passed += [
        (b"x-forwarded-for", b",".join([*before, client])),
        (b"x-forwarded-proto", proto),
        (b"forwarded", b'for="%s";proto=%s' % (client, proto)),
        (b"connection", b"close"),
    ]
    return passed + _trace_headers(asked)


def response_headers(answered: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers that the caller gets; the ingress frames and dates the answer itself."""
    return [(name, value) for name, value in answered if name not in _NOT_PASSED_BACK]


def _trace_headers(asked: Headers) -> Headers:
    names = {name for name, _ in asked}
    if b"x-cloud-trace-context" in names or b"traceparent" in names:
        return []
    trace, span = secrets.token_hex(16), secrets.randbits(63)
    return [
        (b"x-cloud-trace-context", f"{trace}/{span};o=1".encode()),
        (b"traceparent", f"00-{trace}-{span:016x}-01".encode()),
    ]
