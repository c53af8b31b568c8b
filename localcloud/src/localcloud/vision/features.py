"""The features that can be asked for, by name."""

from google.cloud.vision_v1.types import Feature

NAMES: dict[int, str] = {
    value.number: value.name
    for value in Feature.pb().DESCRIPTOR.enum_types_by_name["Type"].values
    if value.number
}
"""https://cloud.google.com/vision/docs/reference/rest/v1/Feature#Type"""

LABELS = "LABEL_DETECTION"
FACES = "FACE_DETECTION"
SAFE_SEARCH = "SAFE_SEARCH_DETECTION"
COLORS = "IMAGE_PROPERTIES"
CROP_HINTS = "CROP_HINTS"
TEXT = "TEXT_DETECTION"
DENSE_TEXT = "DOCUMENT_TEXT_DETECTION"
