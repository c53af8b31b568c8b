import asyncio
import socket

import httpx
import pytest

from localcloud.workflows.effects import Auth, HttpRequest, WorkflowError
from localcloud.workflows.limits import Limits
from localcloud.workflows.transport import GoogleApis, Transport, new_connections
from tests.unit.localcloud.workflows_engine.scripted import Tokens


def send(request, answer, google_apis=GoogleApis(None), limits=Limits()):  # noqa: B008 -- frozen
    transport = Transport(httpx.MockTransport(answer), google_apis, Tokens(), limits)
    return asyncio.run(transport.send(request, "me@p"))


def tags(request, answer, **kwargs):
    with pytest.raises(WorkflowError) as raised:
        send(request, answer, **kwargs)
    return raised.value.value["tags"]


@pytest.mark.parametrize(
    ("google_apis", "url", "place"),
    [
        (
            GoogleApis(None),
            "https://pubsub.googleapis.com/v1/x",
            "https://pubsub.googleapis.com/v1/x",
        ),
        (
            GoogleApis("http://l:9/"),
            "https://pubsub.googleapis.com/v1/x?a=b",
            "http://l:9/v1/x?a=b",
        ),
        (
            GoogleApis("http://l:9/base", per_service=True),
            "https://us-run.googleapis.com/v1/a%2Fb",
            "http://l:9/base/us-run/v1/a%2Fb",
        ),
        (GoogleApis("http://l:9"), "https://example.com/v1", "https://example.com/v1"),
        (
            GoogleApis("http://l:9"),
            "https://googleapis.com.evil/v1",
            "https://googleapis.com.evil/v1",
        ),
    ],
)
def test_googles_apis_are_found_elsewhere(google_apis, url, place):
    seen = []

    def answer(request):
        seen.append(str(request.url))
        return httpx.Response(200)

    send(HttpRequest("GET", url), answer, google_apis)

    assert seen == [place]


def test_header_names_come_back_canonical():
    response = send(
        HttpRequest("GET", "http://p/"), lambda _: httpx.Response(404, headers={"x-cloud-id": "1"})
    )

    assert response.code == 404
    assert response.headers["X-Cloud-Id"] == "1"


@pytest.mark.parametrize(
    ("auth", "token"),
    [
        (Auth("OIDC", audience="http://a"), "Bearer id:me@p:http://a"),
        (Auth("OIDC"), "Bearer id:me@p:http://p/x"),
        (Auth("OAuth2", scopes=("s", "t")), "Bearer access:me@p:s t"),
        (
            Auth("OAuth2"),
            "Bearer access:me@p:https://www.googleapis.com/auth/cloud-platform",
        ),
    ],
)
def test_a_token_is_sent_where_it_is_asked_for(auth, token):
    seen = []

    def answer(request):
        seen.append(request.headers["authorization"])
        return httpx.Response(200)

    send(HttpRequest("GET", "http://p/x", auth=auth), answer)

    assert seen == [token]


@pytest.mark.parametrize(
    ("failure", "tag"),
    [
        (httpx.ConnectError("refused"), "ConnectionFailedError"),
        (httpx.ReadError("reset"), "ConnectionError"),
        (httpx.RemoteProtocolError("cut"), "ConnectionError"),
    ],
)
def test_a_request_without_a_response_is_an_error(failure, tag):
    def answer(_request):
        raise failure

    assert tags(HttpRequest("GET", "http://p/"), answer) == [tag]


def test_an_unknown_host_has_the_tags_of_both_pages():
    def answer(_request):
        raise httpx.ConnectError("unknown host") from socket.gaierror()

    assert tags(HttpRequest("GET", "http://p/"), answer) == [
        "ConnectionFailedError",
        "ConnectionError",
    ]


def test_a_slow_response_times_out():
    async def answer(_request):
        await asyncio.Event().wait()

    assert tags(HttpRequest("GET", "http://p/", timeout_s=0.01), answer) == [
        "TimeoutError",
        "OSError",
    ]


def test_a_large_response_is_refused():
    def answer(_request):
        return httpx.Response(200, content=b"x" * 101)

    limits = Limits(max_response_bytes=100)
    assert tags(HttpRequest("GET", "http://p/"), answer, limits=limits) == ["ResourceLimitError"]


@pytest.mark.parametrize("url", ["not a url", "ftp://p/", "http://[/"])
def test_an_impossible_url_is_a_value_error(url):
    transport = Transport(new_connections(), GoogleApis(None), Tokens())

    with pytest.raises(WorkflowError) as raised:
        asyncio.run(transport.send(HttpRequest("GET", url), ""))

    assert raised.value.value["tags"] == ["ValueError"]


def test_cookies_are_not_kept() -> None:
    seen = []

    def answer(request):
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, headers={"set-cookie": "a=b; Path=/"})

    async def scene():
        transport = Transport(httpx.MockTransport(answer), GoogleApis(None), Tokens())
        for _ in range(2):
            await transport.send(HttpRequest("GET", "http://p/"), "")

    asyncio.run(scene())

    assert seen == [None, None]
