import pytest

from localcloud.errors import RpcError
from localcloud.tasks.messages import HttpRequest, Queue
from localcloud.tasks.target import apply_target, check_target


def overridden(url: str, **override: object) -> str:
    queue, request = Queue(), HttpRequest(url=url)
    for name, value in override.items():
        part = queue.http_target.uri_override
        if name == "path":
            part.path_override.path = value
        elif name == "query":
            part.query_override.query_params = value
        else:
            setattr(part, name, value)
    apply_target(request, queue.http_target)
    return str(request.url)


@pytest.mark.parametrize(
    ("override", "url"),
    [
        ({}, "http://a.example:81/p?q=1"),
        ({"host": "b.example"}, "http://b.example:81/p?q=1"),
        ({"port": 99}, "http://a.example:99/p?q=1"),
        ({"port": 0}, "http://a.example/p?q=1"),
        ({"scheme": 2}, "https://a.example:81/p?q=1"),
        ({"path": "/x"}, "http://a.example:81/x?q=1"),
        ({"query": ""}, "http://a.example:81/p"),
        ({"host": "b", "path": "/x", "uri_override_enforce_mode": 1}, "http://a.example:81/p?q=1"),
    ],
)
def test_the_queue_overrides_parts_of_the_url(override: dict[str, object], url: str) -> None:
    assert overridden("http://a.example:81/p?q=1", **override) == url


def test_an_override_if_not_exists_fills_only_gaps() -> None:
    url = overridden("http://a", port=8080, path="/x", query="z=1", uri_override_enforce_mode=1)

    assert url == "http://a:8080/x?z=1"


def test_a_queue_header_replaces_the_tasks_own_whatever_its_case() -> None:
    queue, request = Queue(), HttpRequest(url="http://a", headers={"X-Mine": "task"})
    queue.http_target.header_overrides.add().header.CopyFrom(header("x-mine", "queue"))
    queue.http_target.header_overrides.add().header.CopyFrom(header("Host", "forged"))

    apply_target(request, queue.http_target)

    assert dict(request.headers) == {"x-mine": "queue"}


def test_a_queue_token_needs_its_audience() -> None:
    queue = Queue()
    queue.http_target.oidc_token.service_account_email = "a@b"

    with pytest.raises(RpcError, match="audience"):
        check_target(queue.http_target)


def header(key: str, value: str) -> object:
    added = Queue().http_target.header_overrides.add().header
    added.key, added.value = key, value
    return added
