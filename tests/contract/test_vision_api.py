"""Google's own Vision client, and plain REST, against the real models."""

import asyncio
import base64
import io
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.vision import Feature, Image, ImageAnnotatorClient, Likelihood
from google.cloud.vision_v1.services.image_annotator.transports import (
    ImageAnnotatorGrpcTransport,
)
from PIL import Image as Pillow
from PIL import ImageDraw

from localcloud.faults import Faults
from localcloud.rest import Rest
from localcloud.rpc import grpc_handlers
from localcloud.vision.api import service
from localcloud.vision.state import Vision
from localcloud.vision.worker import Worker

SAMPLES = Path(__file__).parents[2] / "cli/src/safelight_cli/samples"
MAX_MESSAGE_BYTES = 64 * 1024 * 1024


class Server:
    """The Vision API in a thread, over a bucket that is a dict."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.worker = Worker()
        self.target = ""
        self._services = [service(Vision(self.worker.ask, self._read))]
        self._rest = Rest(self._services, Faults())
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    async def _read(self, bucket: str, name: str) -> bytes:
        return self.objects[bucket, name]

    async def _run(self) -> None:
        server = grpc.aio.server(
            options=[("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)],
        )
        server.add_generic_rpc_handlers(grpc_handlers(self._services, Faults()))
        self.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        self._ready.set()
        await self._stop.wait()
        await server.stop(None)
        await self.worker.close()

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._loop.close()

    def post(self, url: str, body: dict[str, Any]) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._rest)
            async with httpx.AsyncClient(transport=transport, base_url="http://vision") as client:
                return await client.post(url, json=body)

        return asyncio.run_coroutine_threadsafe(send(), self._loop).result(30)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Any]:
    with grpc.insecure_channel(server.target) as channel:
        yield ImageAnnotatorClient(transport=ImageAnnotatorGrpcTransport(channel=channel))


def jpeg(image: Pillow.Image, quality: int = 90) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def clock() -> Pillow.Image:
    image = Pillow.new("RGB", (500, 500), (200, 190, 170))
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 60, 440, 440), fill="white", outline="black", width=16)
    for number, place in ((12, (250, 100)), (3, (400, 250)), (6, (250, 400)), (9, (100, 250))):
        draw.text(place, str(number), "black", font_size=36, anchor="mm")
    draw.line((250, 250, 250, 130), "black", 10)
    draw.line((250, 250, 330, 300), "black", 14)
    return image


def sign() -> Pillow.Image:
    image = Pillow.new("RGB", (900, 300), (20, 90, 50))
    ImageDraw.Draw(image).text((450, 150), "City Centre", "white", font_size=120, anchor="mm")
    return image


def test_a_clock_in_a_bucket_is_labelled_as_one(server: Server, client: Any) -> None:
    server.objects["photos", "a/ü +1 %#.jpg"] = jpeg(clock())
    image = Image(source={"image_uri": "gs://photos/a/ü +1 %#.jpg"})

    answer = client.label_detection(image=image, max_results=3)

    assert not answer.error.code
    assert "Clock" in {label.description for label in answer.label_annotations}
    assert len(answer.label_annotations) == 3
    assert not any(label.mid for label in answer.label_annotations), "no identity is invented"


def test_all_features_come_in_one_answer(client: Any) -> None:
    features = [
        Feature(type_=kind)
        for kind in (
            Feature.Type.LABEL_DETECTION,
            Feature.Type.TEXT_DETECTION,
            Feature.Type.SAFE_SEARCH_DETECTION,
            Feature.Type.FACE_DETECTION,
            Feature.Type.IMAGE_PROPERTIES,
            Feature.Type.CROP_HINTS,
        )
    ]

    answer = client.annotate_image({"image": Image(content=jpeg(sign())), "features": features})

    assert answer.full_text_annotation.text == "City Centre"
    assert answer.safe_search_annotation.adult == Likelihood.VERY_UNLIKELY
    assert answer.safe_search_annotation.violence == Likelihood.UNKNOWN
    assert answer.safe_search_annotation.medical == Likelihood.UNKNOWN
    assert answer.safe_search_annotation.spoof == Likelihood.UNKNOWN
    assert answer.image_properties_annotation.dominant_colors.colors[0].color.green > 60
    assert answer.crop_hints_annotation.crop_hints[0].bounding_poly.vertices
    assert not answer.face_annotations
    assert not answer.error.code


def as_it_is(image: Pillow.Image) -> Pillow.Image:
    return image


def smaller(image: Pillow.Image) -> Pillow.Image:
    return image.resize((400, 300), Pillow.Resampling.LANCZOS)


def larger(image: Pillow.Image) -> Pillow.Image:
    return image.resize((2000, 1500), Pillow.Resampling.BICUBIC)


def squeezed(image: Pillow.Image) -> Pillow.Image:
    return image.resize((600, 600), Pillow.Resampling.LANCZOS)


@pytest.mark.parametrize("change", [as_it_is, smaller, larger, squeezed])
def test_the_refused_sample_is_refused_by_the_model_itself(
    client: Any, change: Callable[[Pillow.Image], Pillow.Image]
) -> None:
    with Pillow.open(SAMPLES / "refused.jpg") as sample:
        content = jpeg(change(sample))

    answer = client.safe_search_detection(image=Image(content=content))

    assert answer.safe_search_annotation.adult == Likelihood.VERY_LIKELY


@pytest.mark.parametrize("size", [(1600, 1), (1, 1600)])
def test_a_line_of_pixels_fits_into_the_memory_of_the_models(
    client: Any, size: tuple[int, int]
) -> None:
    image = Image(content=jpeg(Pillow.new("RGB", size, "red")))
    kinds = (Feature.Type.TEXT_DETECTION, Feature.Type.SAFE_SEARCH_DETECTION)

    answer = client.annotate_image({"image": image, "features": [{"type_": k} for k in kinds]})

    assert answer.error.message == ""
    assert answer.safe_search_annotation.adult is not Likelihood.UNKNOWN
    assert not answer.text_annotations


def test_what_is_no_picture_is_an_error_in_an_answer_that_succeeds(
    client: Any,
) -> None:
    good, bad = Image(content=jpeg(sign())), Image(content=b"text")
    features = [Feature(type_=Feature.Type.TEXT_DETECTION)]

    answers = client.batch_annotate_images(
        requests=[{"image": image, "features": features} for image in (bad, good)]
    ).responses

    assert (answers[0].error.code, answers[0].error.message) == (3, "Bad image data.")
    assert answers[1].text_annotations[0].description == "City Centre"


def test_seventeen_pictures_are_too_many(client: Any) -> None:
    features = [Feature(type_=Feature.Type.LABEL_DETECTION)]
    request = {"image": Image(content=b"x"), "features": features}

    with pytest.raises(InvalidArgument, match="Too many images per request"):
        client.batch_annotate_images(requests=[request] * 17)


def test_models_that_were_killed_come_back(server: Server, client: Any) -> None:
    image = Image(content=jpeg(sign()))
    client.text_detection(image=image)
    assert server.worker.process_id is not None
    os.kill(server.worker.process_id, signal.SIGKILL)

    answer = client.text_detection(image=image)

    assert answer.text_annotations[0].description == "City Centre"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/images:annotate",
        "/v1/projects/p/images:annotate",
        "/v1/projects/p/locations/eu/images:annotate",
    ],
)
def test_rest_answers_with_the_fields_asked_for(server: Server, path: str) -> None:
    request = {
        "image": {"content": base64.b64encode(jpeg(sign())).decode()},
        "features": [{"type": "TEXT_DETECTION"}, {"type": "SAFE_SEARCH_DETECTION"}],
    }

    answer = server.post(
        f"{path}?fields=responses(safeSearchAnnotation,fullTextAnnotation/text,error)",
        {"requests": [request]},
    )

    assert answer.json() == {
        "responses": [
            {
                "fullTextAnnotation": {"text": "City Centre"},
                "safeSearchAnnotation": {"adult": "VERY_UNLIKELY", "racy": "VERY_UNLIKELY"},
            }
        ]
    }


def test_rest_tells_what_is_wrong_with_a_request(server: Server) -> None:
    answer = server.post("/v1/images:annotate", {"requests": [{"features": []}]})

    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"
    assert answer.json()["error"]["message"] == "Request must specify image and features."
