"""Writing an ONNX model file, as far as convolution networks need it.

Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
Wire format: https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8
OPSET = 13
FLOAT = 1
ATTRIBUTE_INT, ATTRIBUTE_STRING, ATTRIBUTE_INTS = 2, 3, 7

Attribute = int | str | list[int]


class Graph:
    """A graph under construction; nodes are added in the order in which they run."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def constant(self, name: str, values: NDArray[Any] | float) -> str:
        """Add a tensor of floats; return its name."""
        array = np.ascontiguousarray(values, np.float32)
        shape = np.shape(values)
        parts = [_field(1, size) for size in shape]
        parts += [_field(2, FLOAT), _field(8, name), _field(9, array.tobytes())]
        self._constants.append(_field(5, b"".join(parts)))
        return name

    def node(self, op: str, inputs: Iterable[str], output: str, **attributes: Attribute) -> str:
        """Add an operation; return the name of its output."""
        parts = [_field(1, name) for name in inputs]
        parts += [_field(2, output), _field(4, op)]
        parts += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(_field(1, b"".join(parts)))
        return output

    def model(self, source: tuple[str, list[int]], result: tuple[str, list[int]]) -> bytes:
        """Return the model file, given name and shape of what goes in and comes out."""
        graph = b"".join(self._nodes) + _field(2, "graph") + b"".join(self._constants)
        graph += _field(11, _value(*source)) + _field(12, _value(*result))
        opset = _field(1, "") + _field(2, OPSET)
        return _field(1, IR_VERSION) + _field(7, graph) + _field(8, opset)


def _value(name: str, shape: list[int]) -> bytes:
    dimensions = b"".join(_field(1, _field(1, size)) for size in shape)
    tensor_type = _field(1, FLOAT) + _field(2, dimensions)
    return _field(1, name) + _field(2, _field(1, tensor_type))


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, ATTRIBUTE_INT)
    if isinstance(value, str):
        return _field(1, name) + _field(4, value) + _field(20, ATTRIBUTE_STRING)
    numbers = b"".join(_field(8, number) for number in value)
    return _field(1, name) + numbers + _field(20, ATTRIBUTE_INTS)


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    payload = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value >> 7:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
