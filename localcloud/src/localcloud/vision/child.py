"""The process that runs the models: requests on standard input, responses on standard output.

An empty request asks to load all models and is answered by an empty response.
"""

import logging
import os
import resource
import signal
import sys
from typing import BinaryIO

from google.cloud.vision_v1.types import AnnotateImageRequest, AnnotateImageResponse
from google.rpc.code_pb2 import INTERNAL

from localcloud.vision.annotate import Annotator
from localcloud.vision.frames import pack, read_frame

log = logging.getLogger(__name__)

MEMORY_LIMIT_BYTES = 1536 * 1024 * 1024
"""A WEBP of 75 megapixels with transparency takes 1.3 GB on the way, a PNG 1.0 GB."""


def main() -> None:
    # Ctrl-C reaches the whole terminal; the parent decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    responses = _private_output()
    annotator = Annotator()
    while (request := read_frame(sys.stdin.buffer)) is not None:
        responses.write(pack(answer(annotator, request)))
        responses.flush()


def _private_output() -> BinaryIO:
    """Return standard output, and let whatever libraries print go to standard error."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return output


def answer(annotator: Annotator, frame: bytes) -> bytes:
    """Return the serialized response to a serialized request."""
    if not frame:
        annotator.warm_up()
        return b""
    request = AnnotateImageRequest.pb().FromString(frame)
    ratios = request.image_context.crop_hints_params.aspect_ratios
    try:
        response = annotator.annotate(request.image.content, request.features, ratios)
    except Exception as error:  # the outermost boundary of this process
        log.exception("A picture could not be annotated")
        response = AnnotateImageResponse.pb()()
        response.error.code = INTERNAL
        response.error.message = f"Internal error: {type(error).__name__}."
    serialized: bytes = response.SerializeToString()
    return serialized


if __name__ == "__main__":
    main()
