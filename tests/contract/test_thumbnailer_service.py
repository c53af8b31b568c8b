"""The service as a process, as Cloud Run and Cloud Tasks see it."""

import io
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from PIL import Image

from tests.contract.thumbnailer_service import Service, photo, serving, start
from tests.local_cloud import LocalCloud, wait_until
from tests.processes import children, is_at_work
from thumbnailer.recipes import digest, load

EDITION = digest(load().sets["default"])


@pytest.fixture(scope="module")
def service(local_cloud: LocalCloud) -> Iterator[Service]:
    assert local_cloud.url
    with serving() as running:
        yield running


def test_a_picture_becomes_ready_with_variants_that_are_really_there(service: Service) -> None:
    image_id, generation = service.expect(photo())

    answer = service.render(image_id, generation, owner="Ada")

    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "ready"
    record = service.record(image_id)
    assert record["state"] == "ready"
    assert service.timeline(image_id) == ["variants_published"]
    for name, size in {
        "thumbnail": (300, 300),
        "icon": (128, 128),
        "small": (100, 75),
        "display": (1600, 1200),
    }.items():
        variant = record["variants"][name]
        blob = service.variants.blob(f"{image_id}/{generation}/{EDITION}/{name}.jpg")
        data = blob.download_as_bytes()
        assert variant["uri"] == f"gs://{service.variants.name}/{blob.name}"
        assert Image.open(io.BytesIO(data)).size == size == (variant["width"], variant["height"])
        assert (len(data), blob.crc32c) == (variant["bytes"], variant["crc32c"])


def test_the_same_task_again_changes_nothing(service: Service) -> None:
    image_id, generation = service.expect(photo())
    service.render(image_id, generation)
    before = service.record(image_id)

    answer = service.render(image_id, generation)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "stale")
    assert service.record(image_id) == before
    assert len(service.timeline(image_id)) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"just text", "not_an_image"),
        (b"%PDF-1.4", "unsupported_format"),
        (photo()[:5000], "truncated"),
    ],
)
def test_what_cannot_be_rendered_is_recorded_and_not_retried(
    service: Service, data: bytes, code: str
) -> None:
    image_id, generation = service.expect(data)

    answer = service.render(image_id, generation)

    assert (answer.status_code, answer.json()["code"]) == (200, code)
    record = service.record(image_id)
    assert (record["state"], record["reason"]["code"]) == ("failed", code)
    assert service.timeline(image_id) == ["render_failed"]
    assert not list(service.variants.list_blobs(prefix=f"{image_id}/"))


def test_an_overwritten_original_waits_for_its_own_task(service: Service) -> None:
    image_id, generation = service.expect(photo())
    service.records.document(image_id).update({"original.generation": generation + 1})

    answer = service.render(image_id, generation)

    assert answer.json()["outcome"] == "stale"
    assert service.record(image_id)["state"] == "rendering"
    assert service.timeline(image_id) == []


def test_ten_pictures_at_a_time_are_all_rendered_once(service: Service) -> None:
    expected = [service.expect(photo(quality=50 + number)) for number in range(10)]

    with ThreadPoolExecutor(10) as executor:
        answers = list(executor.map(lambda one: service.render(*one), expected * 2))

    outcomes = sorted(answer.json()["outcome"] for answer in answers)
    assert outcomes == ["ready"] * 10 + ["stale"] * 10
    assert {service.record(image_id)["state"] for image_id, _ in expected} == {"ready"}


def test_renderers_that_are_killed_fail_no_picture(service: Service) -> None:
    for child in children(service.process.pid):
        os.kill(child, signal.SIGKILL)
    image_id, generation = service.expect(photo())

    assert service.render(image_id, generation).json()["outcome"] == "ready"


def kill_at_work(service: Service, but: int = 0) -> int:
    """Kill a process, another one than ``but``, as soon as it has been handed a picture."""

    def at_work() -> int | None:
        found = (pid for pid in children(service.process.pid) if pid != but and is_at_work(pid))
        return next(found, None)

    pid = wait_until(at_work, 20, every_s=0.001)
    os.kill(pid, signal.SIGKILL)
    return pid


def test_a_picture_whose_renderers_are_killed_twice_gets_no_third(local_cloud: LocalCloud) -> None:
    assert local_cloud.url
    with serving(RENDER_CHILDREN="1") as single:
        image_id, generation = single.expect(photo((9000, 9000)))
        with ThreadPoolExecutor(1) as executor:
            answer = executor.submit(single.render, image_id, generation)
            kill_at_work(single, but=kill_at_work(single))

        assert answer.result().status_code == 200
        assert answer.result().json()["code"] == "render_crashed"
        record = single.record(image_id)
        assert (record["state"], record["reason"]["code"]) == ("failed", "render_crashed")
        assert single.timeline(image_id) == ["render_failed"]
        assert not list(single.variants.list_blobs())
        assert single.rendered(photo()).keys() == {"display", "icon", "small", "thumbnail"}


def test_a_service_that_stops_loses_no_picture(service: Service) -> None:
    url, process = start(service.variants.name)
    leaving = replace(service, url=url)
    expected = [service.expect(photo(quality=60 + number)) for number in range(12)]

    with ThreadPoolExecutor(12) as executor:
        answers = [executor.submit(leaving.render, *one) for one in expected]
        wait_until(lambda: any(answer.done() for answer in answers), 20)
        began = time.monotonic()
        process.terminate()
        status = process.wait(10)
        stopped_s = time.monotonic() - began

    assert (status, stopped_s < 10) == (0, True)
    states = {service.record(image_id)["state"] for image_id, _ in expected}
    assert states <= {"ready", "rendering"}
    for one in expected:
        service.render(*one)
    assert {service.record(image_id)["state"] for image_id, _ in expected} == {"ready"}
