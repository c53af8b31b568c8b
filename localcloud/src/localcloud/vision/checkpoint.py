"""Weights from a PyTorch checkpoint of the format before 1.6, read without PyTorch.

The file is four pickles (magic number, protocol, machine, tensors), the list of
storage keys, and then each storage as a count and its numbers.
"""

import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
NUMBER_TYPES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}

Weights = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Tensor:
    """A view into a storage, as the checkpoint describes it."""

    number_type: str
    key: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_checkpoint(path: Path) -> Weights:
    """Return the tensors by name."""
    with path.open("rb") as file:
        if _Unpickler(file).load() != MAGIC:
            raise ValueError(f"{path} is not a PyTorch checkpoint of the old format.")
        _Unpickler(file).load()
        _Unpickler(file).load()
        tensors: dict[str, Tensor] = _Unpickler(file).load()
        keys: list[str] = _Unpickler(file).load()
        storages = _read_storages(file, keys, tensors)
    return {name: _array(tensor, storages[tensor.key]) for name, tensor in tensors.items()}


class _Unpickler(pickle.Unpickler):
    """Builds numbers, texts, containers and Tensors, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor_builder()
        if module == "torch" and name in NUMBER_TYPES:
            return name
        raise pickle.UnpicklingError(
            f"A checkpoint of weights has no business with {module}.{name}."
        )

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        _, number_type, key, *_ = pid
        return number_type, key


def _tensor_builder() -> Callable[..., Tensor]:
    def build(
        storage: tuple[str, str],
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        *_: object,
    ) -> Tensor:
        return Tensor(*storage, offset, shape, strides)

    return build


def _read_storages(
    file: BinaryIO, keys: list[str], tensors: dict[str, Tensor]
) -> dict[str, NDArray[Any]]:
    number_types = {t.key: NUMBER_TYPES[t.number_type] for t in tensors.values()}
    storages = {}
    for key in keys:
        (count,) = struct.unpack("<q", file.read(8))
        number_type = number_types[key]
        storages[key] = np.frombuffer(file.read(count * number_type.itemsize), number_type)
    return storages


def _array(tensor: Tensor, storage: NDArray[Any]) -> NDArray[Any]:
    strides = [stride * storage.itemsize for stride in tensor.strides]
    return np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, strides)
