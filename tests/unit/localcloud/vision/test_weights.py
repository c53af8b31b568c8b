"""Checkpoints without PyTorch, and ONNX files without onnx."""

import io
import pickle
import struct
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from localcloud.vision.checkpoint import MAGIC, read_checkpoint
from localcloud.vision.onnx_graph import Graph
from localcloud.vision.sessions import open_session


def checkpoint(tensors: bytes, numbers: list[float]) -> bytes:
    heads = pickle.dumps(MAGIC, 2) + pickle.dumps(1001, 2) + pickle.dumps({}, 2)
    storage = struct.pack("<q", len(numbers)) + np.array(numbers, "<f4").tobytes()
    return heads + tensors + pickle.dumps(["0"], 2) + storage


def transposed_tensor() -> bytes:
    """Pickle a 3x2 view, by columns, of the storage "0", as PyTorch pickles it."""
    opcodes = io.BytesIO()
    opcodes.write(b"\x80\x02ccollections\nOrderedDict\n)RX\x01\x00\x00\x00w")
    opcodes.write(b"ctorch._utils\n_rebuild_tensor_v2\n(")
    opcodes.write(
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06NtQ"
    )
    opcodes.write(b"K\x00K\x03K\x02\x86K\x01K\x03\x86\x89ccollections\nOrderedDict\n)RtRs.")
    return opcodes.getvalue()


def test_a_tensor_is_read_with_its_shape_and_strides(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(checkpoint(transposed_tensor(), [1, 2, 3, 4, 5, 6]))

    weights = read_checkpoint(path)

    assert weights["w"].tolist() == [[1, 4], [2, 5], [3, 6]]


def test_a_checkpoint_that_would_run_a_command_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(checkpoint(b"cos\nsystem\n(X\x04\x00\x00\x00truetR.", []))

    with pytest.raises(pickle.UnpicklingError, match=r"os\.system"):
        read_checkpoint(path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(pickle.dumps(OrderedDict()))

    with pytest.raises(ValueError, match="not a PyTorch checkpoint"):
        read_checkpoint(path)


def test_a_graph_written_here_runs_on_onnxruntime() -> None:
    graph = Graph()
    weight = graph.constant("weight", np.array([[2.0, 0.0], [0.0, 3.0]]))
    bias = graph.constant("bias", np.array([1.0, 1.0]))
    graph.node("Gemm", ["x", weight, bias], "y", transB=1)
    session: Any = open_session(graph.model(("x", [1, 2]), ("y", [1, 2])))

    (answer,) = session.run(None, {"x": np.array([[10.0, 100.0]], np.float32)})

    assert answer.tolist() == [[21.0, 301.0]]
