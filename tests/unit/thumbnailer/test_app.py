import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from structlog.testing import capture_logs

from safelight.record import Reason
from safelight.task import RenderTask
from thumbnailer.app import Door, build_app
from thumbnailer.order import Operation
from thumbnailer.outcome import Outcome, PostponedError

TASK = {"imageId": "i1", "bucket": "uploads", "name": "a.jpg", "generation": 7}
READY = Outcome("ready", operations=(Operation("decode_scaled", 12.5),))


class Client:
    """Speaks to the application without a network."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._send("GET", path))

    def post(self, path: str, **request: Any) -> httpx.Response:
        return asyncio.run(self._send("POST", path, **request))

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path, **request)


def client(render: Callable[[RenderTask, int], Outcome], **door: Any) -> Client:
    values = {"places": threading.Semaphore(2), "ready": threading.Event(), **door}
    return Client(build_app(Door(render, **values)))


def answering(outcome: Outcome | Exception) -> Callable[[RenderTask, int], Outcome]:
    def render(_task: RenderTask, _attempt: int) -> Outcome:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return render


def test_a_rendered_picture_is_answered_with_its_outcome() -> None:
    answer = client(answering(READY)).post("/tasks/render", json=TASK)

    assert answer.status_code == 200
    assert answer.json() == {"imageId": "i1", "outcome": "ready", "code": None}


def test_a_failed_picture_does_not_come_back() -> None:
    failed = Outcome("failed", Reason("not_an_image", "The file is not an image.", "thumbnailer"))

    answer = client(answering(failed)).post("/tasks/render", json=TASK)

    assert answer.status_code == 200
    assert answer.json()["code"] == "not_an_image"


DOWN = PostponedError("google_unavailable", "A Google service is unavailable at the moment.")


def test_a_passing_fault_asks_for_another_attempt() -> None:
    answer = client(answering(DOWN)).post("/tasks/render", json=TASK)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "google_unavailable"


@pytest.mark.parametrize(
    ("header", "attempt"), [({}, 1), ({"X-CloudTasks-TaskRetryCount": "4"}, 5)]
)
def test_the_header_tells_the_attempt(header: dict[str, str], attempt: int) -> None:
    seen = []

    def render(task: RenderTask, number: int) -> Outcome:
        seen.append((task.generation, number))
        return READY

    client(render).post("/tasks/render", json=TASK, headers=header)

    assert seen == [(7, attempt)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", json.dumps({**TASK, "generation": 0}).encode()]
)
def test_what_is_no_task_is_refused_with_its_faults(body: bytes) -> None:
    answer = client(answering(READY)).post("/tasks/render", content=body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "not_a_render_task"


def test_a_service_is_ready_after_its_warm_up() -> None:
    ready = threading.Event()
    doors = client(answering(READY), ready=ready)

    before = doors.get("/readyz")
    ready.set()

    assert before.status_code == 503
    assert doors.get("/readyz").status_code == 200
    assert doors.get("/healthz").status_code == 200


def test_one_line_tells_the_whole_task() -> None:
    with capture_logs() as lines:
        client(answering(READY)).post("/tasks/render", json=TASK)

    (line,) = [line for line in lines if line["event"] == "render_finished"]
    assert line["image_id"] == "i1"
    assert line["result"] == "ready"
    assert line["duration_ms"] == {"decode_scaled": 12.5}


def test_a_place_is_free_again_after_a_fault() -> None:
    doors = client(answering(DOWN), places=threading.Semaphore(1))

    answers = [doors.post("/tasks/render", json=TASK).status_code for _ in range(3)]

    assert answers == [503, 503, 503]
