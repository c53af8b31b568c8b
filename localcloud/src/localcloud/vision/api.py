"""The wire of Cloud Vision: the ImageAnnotator service.

https://cloud.google.com/vision/docs/reference/rpc/google.cloud.vision.v1
"""

from google.cloud.vision_v1.types import BatchAnnotateImagesRequest

from localcloud.rpc import Http, Service
from localcloud.vision.state import Vision


def service(vision: Vision) -> Service:
    """Return the table of methods."""
    table = Service("google.cloud.vision.v1.ImageAnnotator")
    table.unary(
        "BatchAnnotateImages",
        BatchAnnotateImagesRequest,
        vision.annotate,
        Http("POST", "/v1/images:annotate", "*"),
        Http("POST", "/v1/{parent=projects/*/locations/*}/images:annotate", "*"),
        Http("POST", "/v1/{parent=projects/*}/images:annotate", "*"),
    )
    return table
