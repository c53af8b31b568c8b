"""The rules of ``images:annotate``: which bytes are looked at, limits, errors.

https://cloud.google.com/vision/docs/reference/rest/v1/images/annotate
https://cloud.google.com/vision/quotas
Messages that no page documents are worded as the service has been seen to word them.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from google.cloud.vision_v1.types import (
    AnnotateImageRequest,
    AnnotateImageResponse,
    BatchAnnotateImagesResponse,
)
from google.rpc import code_pb2

from localcloud.errors import invalid_argument
from localcloud.vision import features, packages
from localcloud.vision.worker import WorkerError, WorkerSlowError

Message = Any
"""A raw protobuf message; proto-plus classes carry no types for these."""

Ask = Callable[[bytes], Awaitable[bytes]]
"""Takes and gives serialized messages of one picture; raises WorkerError."""

ReadObject = Callable[[str, str], Awaitable[bytes]]
"""Gives the live content of a bucket's object; raises LookupError, or TooLargeError."""

MAX_IMAGES = 16
MAX_REQUEST_BYTES = 10 * 1024 * 1024
MAX_OBJECT_BYTES = 20 * 1024 * 1024
MAX_ASPECT_RATIOS = 16
# Without these two not even colours are known.
FOUNDATION = ("numpy", "PIL")


class TooLargeError(Exception):
    """The object has more than MAX_OBJECT_BYTES; it need not be read to know that."""


@dataclass(frozen=True, slots=True)
class PictureError(Exception):
    """What is wrong with one picture of a batch; the others are answered all the same."""

    code: int
    message: str


class Vision:
    """Answers batches."""

    def __init__(self, ask: Ask, read_object: ReadObject) -> None:
        self._ask = ask
        self._read_object = read_object

    async def annotate(self, batch: Message) -> Message:
        """Return a response a picture, in order; raise RpcError where the batch is at fault."""
        _check(batch)
        # One after the other: the models take turns anyhow, and one picture fits into memory.
        responses = [await self._annotate_one(request) for request in batch.requests]
        return BatchAnnotateImagesResponse.pb()(responses=responses)

    async def _annotate_one(self, request: Message) -> Message:
        try:
            _check_ratios(request)
            _check_models(request)
            return await self._look(request, await self._content(request.image))
        except PictureError as error:
            return _failed(request, error)

    async def _look(self, request: Message, content: bytes) -> Message:
        question = AnnotateImageRequest.pb()(
            features=request.features, image_context=request.image_context
        )
        question.image.content = content
        try:
            answer = await self._ask(question.SerializeToString())
        except WorkerSlowError as error:
            raise PictureError(code_pb2.DEADLINE_EXCEEDED, str(error)) from error
        except WorkerError as error:
            raise PictureError(code_pb2.INTERNAL, str(error)) from error
        return AnnotateImageResponse.pb().FromString(answer)

    async def _content(self, image: Message) -> bytes:
        """Return the bytes to look at: content before source, imageUri before gcsImageUri."""
        if image.content:
            return bytes(image.content)
        uri = image.source.image_uri or image.source.gcs_image_uri
        if uri.startswith(("http://", "https://")):
            raise PictureError(
                code_pb2.PERMISSION_DENIED,
                "We're not allowed to access the URL on your behalf. "
                "Please download the content and pass it in.",
            )
        try:
            return await self._read_object(*_bucket_and_name(uri))
        except LookupError as error:
            raise PictureError(code_pb2.NOT_FOUND, f"Error opening file: {uri}.") from error
        except TooLargeError as error:
            raise PictureError(
                code_pb2.INVALID_ARGUMENT, f"Image is larger than {MAX_OBJECT_BYTES} bytes."
            ) from error


def _check(batch: Message) -> None:
    if not batch.requests or not all(_is_complete(request) for request in batch.requests):
        raise invalid_argument("Request must specify image and features.")
    if len(batch.requests) > MAX_IMAGES:
        raise invalid_argument("Too many images per request.")
    if batch.ByteSize() > MAX_REQUEST_BYTES:
        raise invalid_argument(
            f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes."
        )
    for feature in (f for request in batch.requests for f in request.features):
        if feature.type_ not in features.NAMES:
            raise invalid_argument(f"Invalid feature type: {feature.type_}.")
        if feature.max_results < 0:
            raise invalid_argument("Feature.max_results must not be negative.")


def _is_complete(request: Message) -> bool:
    image = request.image
    named = image.content or image.source.image_uri or image.source.gcs_image_uri
    return bool(named and request.features)


def _check_ratios(request: Message) -> None:
    ratios = request.image_context.crop_hints_params.aspect_ratios
    if len(ratios) > MAX_ASPECT_RATIOS:
        raise PictureError(
            code_pb2.INVALID_ARGUMENT, f"More than {MAX_ASPECT_RATIOS} aspect ratios."
        )
    if not all(math.isfinite(ratio) and ratio > 0 for ratio in ratios):
        raise PictureError(code_pb2.INVALID_ARGUMENT, "An aspect ratio must be above zero.")


def _check_models(request: Message) -> None:
    for module in FOUNDATION:
        try:
            packages.folder(module)
        except packages.ModelMissingError as error:
            names = [features.NAMES[feature.type_] for feature in request.features]
            sentence = "; ".join(f"{name}: {error}" for name in names)
            raise PictureError(code_pb2.UNIMPLEMENTED, sentence) from error


def _bucket_and_name(uri: str) -> tuple[str, str]:
    bucket, _, name = uri.removeprefix("gs://").partition("/")
    if not uri.startswith("gs://") or not bucket or not name:
        raise PictureError(
            code_pb2.INVALID_ARGUMENT,
            f"image-annotator::Malformed request.: Invalid GCS path specified: {uri}",
        )
    return bucket, name


def _failed(request: Message, error: PictureError) -> Message:
    response = AnnotateImageResponse.pb()()
    response.error.code, response.error.message = error.code, error.message
    if error.code == code_pb2.UNIMPLEMENTED and any(
        features.NAMES[feature.type_] == features.SAFE_SEARCH for feature in request.features
    ):
        # All UNKNOWN, which is not "safe".
        response.safe_search_annotation.SetInParent()
    return response
