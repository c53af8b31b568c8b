"""ONNX models ready to run."""

from pathlib import Path
from typing import Any

from localcloud.vision import packages


def open_session(model: Path | bytes) -> Any:
    """Return an ``InferenceSession`` that computes on one thread and keeps no memory pool.

    Models run side by side on two threads; more inside each would only wait and spin.
    """
    ort = packages.load("onnxruntime")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    source = str(model) if isinstance(model, Path) else model
    return ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
