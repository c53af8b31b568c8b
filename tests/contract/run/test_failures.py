import threading
import time

import httpx
import pytest

from tests.contract.run.conftest import OpenDoor
from tests.contract.run.door import example_spec
from tests.local_cloud import wait_until


def test_a_request_waits_for_the_process_to_come_up(open_door: OpenDoor) -> None:
    door = open_door(example_spec())

    answer = door.client.get("/slow?s=0")

    assert answer.text == "done"


def test_a_request_to_a_service_that_does_not_come_up_is_503(open_door: OpenDoor) -> None:
    door = open_door(example_spec(command=("sleep", "60")), cold_start_limit_s=0.1)

    answer = door.client.get("/")

    assert (answer.status_code, answer.text) == (503, "Service Unavailable")


def test_a_request_over_the_time_limit_is_504(open_door: OpenDoor) -> None:
    door = open_door(example_spec(timeout_s=0.2)).up()

    began = time.monotonic()
    answer = door.client.get("/slow?s=30")

    assert (answer.status_code, answer.text) == (504, "upstream request timeout")
    assert time.monotonic() - began < 5
    # The request is noted once its answer has gone out.
    wait_until(lambda: bool(door.requests.requests))
    assert door.requests.requests[-1].status == 504


def test_an_answer_over_the_time_limit_is_cut_off(open_door: OpenDoor) -> None:
    door = open_door(example_spec(timeout_s=0.3)).up()

    with door.client.stream("GET", "/events") as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"data: first\n\n"
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)


def test_a_process_that_dies_amid_a_request_is_503_and_comes_back(open_door: OpenDoor) -> None:
    door = open_door(example_spec()).up()
    first = door.client.get("/env").json()["pid"]

    died = door.client.get("/die")
    again = door.client.get("/env")

    assert died.status_code == 503
    assert again.status_code == 200
    assert again.json()["pid"] != first


def test_an_answer_of_a_process_that_dies_amid_it_is_cut_off(open_door: OpenDoor) -> None:
    door = open_door(example_spec()).up()

    with door.client.stream("GET", "/die-amid") as answer:
        pieces = answer.iter_raw()
        assert next(pieces) == b"begun"
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)


def test_an_open_stream_ends_when_the_ingress_closes(open_door: OpenDoor) -> None:
    door = open_door(example_spec()).up()

    with door.client.stream("GET", "/events") as answer:
        pieces = answer.iter_raw()
        next(pieces)
        door.close_ingress()
        with pytest.raises(httpx.RemoteProtocolError):
            next(pieces)


def test_requests_over_the_concurrency_wait_their_turn(open_door: OpenDoor) -> None:
    door = open_door(example_spec(concurrency=1)).up()
    threads = [
        threading.Thread(target=httpx.get, args=(f"{door.spec.url}/slow?s=0.1",)) for _ in range(3)
    ]

    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert time.monotonic() - began >= 0.3


def test_a_private_service_wants_a_token(open_door: OpenDoor) -> None:
    spec = example_spec(public=False, audiences=("custom",), invokers=frozenset({"a"}))
    door = open_door(spec).up()

    def ask(**headers: str) -> httpx.Response:
        return door.client.get("/p", headers={k.replace("_", "-"): v for k, v in headers.items()})

    url = spec.url.replace(".", "_")
    assert url != spec.url
    assert ask().status_code == 403
    assert ask(authorization="Basic abc").status_code == 403
    bad = ask(authorization="Bearer bad.x y.z")
    assert bad.status_code == 401
    assert bad.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert "<h1>Error: Unauthorized</h1>" in bad.text
    assert ask(authorization="Bearer good.else a.sig").status_code == 401
    assert ask(authorization="Bearer good.custom b.sig").status_code == 403
    good = ask(authorization="Bearer good.custom a.sig")
    assert good.status_code == 200
    passed_on = good.json()["headers"]["authorization"]
    assert passed_on == "Bearer good.custom a.SIGNATURE_REMOVED_BY_GOOGLE"
    other = ask(authorization="Bearer mine", x_serverless_authorization="Bearer good.custom a.sig")
    assert other.status_code == 200
    assert other.json()["headers"]["authorization"] == "Bearer mine"
    wait_until(lambda: door.requests.requests[0].status == 403)
