import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.contract.run.door import Door
from tests.local_cloud import wait_until


def test_a_request_passes_through_unchanged(door: Door) -> None:
    answer = door.client.post(
        "/a%2Fb/%C3%BC?x=1&x=%20", content=b"body", headers={"X-Own": "1", "Host": "svc.example"}
    )

    seen = answer.json()
    assert (seen["method"], seen["path"], seen["query"]) == ("POST", "/a%2Fb/%C3%BC", "x=1&x=%20")
    assert seen["body"] == "body"
    assert seen["headers"]["x-own"] == "1"
    assert seen["headers"]["host"] == "svc.example"
    assert seen["headers"]["content-length"] == "4"
    assert answer.headers["x-custom"] == "kept"
    assert answer.headers.get_list("date") == [answer.headers["date"]]


def test_the_service_learns_where_the_request_came_from(door: Door) -> None:
    headers = door.client.get("/", headers={"X-Forwarded-For": "9.9.9.9"}).json()["headers"]

    assert headers["x-forwarded-for"] == "9.9.9.9,127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["forwarded"] == 'for="127.0.0.1";proto=http'
    trace = headers["x-cloud-trace-context"].partition("/")[0]
    assert headers["traceparent"].split("-")[1] == trace


def test_a_trace_of_the_caller_is_kept(door: Door) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    headers = door.client.get("/", headers={"traceparent": trace}).json()["headers"]

    assert headers["traceparent"] == trace
    assert "x-cloud-trace-context" not in headers


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/empty", 204, b""),
        ("HEAD", "/", 200, b""),
        ("GET", "/slow?s=0", 200, b"done"),
    ],
)
def test_answers_with_and_without_a_body(
    door: Door, method: str, path: str, status: int, body: bytes
) -> None:
    answer = door.client.request(method, path)

    assert (answer.status_code, answer.content) == (status, body)


def test_server_sent_events_flow_at_once(door: Door) -> None:
    with door.client.stream("GET", "/events") as answer:
        first = next(answer.iter_text())

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert first == "data: first\n\n"


def test_both_bodies_flow_at_the_same_time(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", door.spec.port), 10) as raw:
        raw.sendall(b"POST /pieces HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        answers = []
        for size in (3, 5):
            raw.sendall(b"%x\r\n%s\r\n" % (size, b"x" * size))
            received = b""
            while b";" not in received:
                received += raw.recv(65536)
            answers.append(received)

    assert b"got 3;" in answers[0]
    assert b"got 5;" in answers[1]


def test_a_large_upload_and_download_stay_whole(door: Door) -> None:
    uploaded = door.client.post("/count", content=_pieces(32)).json()["bytes"]
    downloaded = sum(len(piece) for piece in _download(door, 64))

    assert uploaded == 32 * 1024 * 1024
    assert downloaded == 64 * 1024 * 1024


def test_an_upload_over_32_mib_is_413(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", door.spec.port), 10) as raw:
        raw.sendall(b"POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 33554433\r\n\r\n")
        raw.sendall(b"x" * 33_554_433)
        received = raw.recv(65536)

    assert received.startswith(b"HTTP/1.1 413 ")


def test_an_answer_that_tells_a_length_over_32_mib_is_500(door: Door) -> None:
    answer = door.client.get("/whole?mib=33")

    assert answer.status_code == 500
    assert answer.text.startswith("Response size was too large.")


def _pieces(mib: int) -> Iterator[bytes]:
    for _ in range(mib):
        yield b"x" * 1024 * 1024


def _download(door: Door, mib: int) -> Iterator[bytes]:
    with door.client.stream("GET", f"/much?mib={mib}") as answer:
        yield from answer.iter_raw()


def test_an_answer_before_the_whole_upload_gets_through(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", door.spec.port), 10) as raw:
        raw.sendall(b"POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nsome")
        received = raw.recv(65536)

    assert received.startswith(b"HTTP/1.1 413 ")


def test_many_requests_are_served_at_once(door: Door) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(httpx.get(f"{door.spec.url}/slow?s=0.3", trust_env=False).status_code)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 20


def test_each_request_is_noted(door: Door) -> None:
    door.client.get("/slow?s=0.05")

    noted = door.requests.requests[-1]

    assert (noted.service, noted.method, noted.path) == ("example", "GET", "/slow")
    assert noted.status == 200
    assert noted.duration_ms >= 50
    log_path = door.process.log_path.with_name("requests.log")
    assert " example GET /slow 200 " in log_path.read_text()


def test_a_caller_that_goes_away_is_noted_and_frees_the_service(door: Door) -> None:
    with socket.create_connection(("127.0.0.1", door.spec.port), 10) as raw:
        raw.sendall(b"GET /slow?s=59 HTTP/1.1\r\nHost: x\r\n\r\n")

    wait_until(lambda: door.requests.requests[-1].status == 499)

    assert door.requests.requests[-1].duration_ms < 10_000
