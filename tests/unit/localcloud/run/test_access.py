from collections.abc import Mapping
from typing import Any

import pytest

from localcloud.run.access import refusal, without_signature
from localcloud.run.service import ServiceSpec

SPEC = ServiceSpec("svc", ("true",), 8080, audiences=("custom",))


def status(spec: ServiceSpec, audience: str, email: str = "a@p") -> int:
    def verify(_token: str) -> Mapping[str, Any]:
        return {"aud": audience, "email": email}

    refused = refusal(spec, {b"authorization": b"Bearer x"}, "/", verify)
    return refused.status if refused else 200


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ("http://127.0.0.1:8080", 200),
        ("http://localhost:8080", 200),
        ("http://127.0.0.1:8080/tasks/render", 200),
        ("custom", 200),
        ("http://127.0.0.1:80801", 401),
        ("http://127.0.0.1:8081", 401),
        ("https://127.0.0.1:8080", 401),
        ("", 401),
    ],
)
def test_a_token_must_be_for_the_service(audience: str, expected: int) -> None:
    assert status(SPEC, audience) == expected


def test_only_invokers_may_call_where_they_are_named() -> None:
    spec = ServiceSpec("svc", ("true",), 8080, invokers=frozenset({"a@p"}))

    assert status(spec, spec.url, "a@p") == 200
    assert status(spec, spec.url, "b@p") == 403


def test_the_path_cannot_inject_markup_into_the_refusal() -> None:
    refused = refusal(SPEC, {}, "/<script>", lambda _token: {})

    assert refused is not None
    assert "<script>" not in refused.body


@pytest.mark.parametrize(
    ("name", "value", "passed_on"),
    [
        (b"authorization", b"Bearer a.b.c", b"Bearer a.b.SIGNATURE_REMOVED_BY_GOOGLE"),
        (b"authorization", b"Bearer opaque", b"Bearer opaque"),
        (b"x-other", b"a.b.c", b"a.b.c"),
    ],
)
def test_the_service_does_not_get_the_signature(
    name: bytes, value: bytes, passed_on: bytes
) -> None:
    assert without_signature(name, value) == passed_on
