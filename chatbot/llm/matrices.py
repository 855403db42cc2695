"""The weight matrices of a GGUF file as float32, with an adapter's differences added."""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.llm.merge import adapter_differences, heads_of, metadata

Matrix = NDArray[np.float32]

EMBEDDING = "token_embd.weight"


class Matrices:
    """The products of a GGUF file by the names of their tensors; rows are in the order of Hugging
    Face's models, which OpenVINO's graphs have, too.

    ``four_bit`` are those that the file keeps in some four bits a weight.
    """

    def __init__(self, file: Path, adapter: Path | None = None) -> None:
        """Open ``file``; matrices are read one by one.

        Raises:
            ModelUnavailableError: the adapter does not fit the file.
        """
        import gguf

        self._quants = gguf.quants
        self.reader = gguf.GGUFReader(str(file))
        self._architecture = metadata(self.reader, "general.architecture")
        self._tensors = {tensor.name: tensor for tensor in self.reader.tensors}
        self._differences: dict[str, Any] = (
            {} if adapter is None
            else adapter_differences(adapter, self.reader, self._architecture)
        )  # fmt: skip
        names = [tensor.name for tensor in self.reader.tensors if len(tensor.shape) == 2]
        self.names = [name for name in names if name != EMBEDDING or "output.weight" not in names]
        self.four_bit = {name for name in names if "Q4" in self._tensors[name].tensor_type.name}

    @property
    def size(self) -> int:
        """Weights in all of them."""
        return sum(math.prod(self.shape(name)) for name in self.names)

    def shape(self, name: str) -> tuple[int, int]:
        """(out, in)."""
        width, out = (int(size) for size in self._tensors[name].shape)
        return out, width

    def first_row(self, name: str) -> Matrix:
        """The first row as the file has it, without an adapter."""
        tensor = self._tensors[name]
        row: Matrix = self._quants.dequantize(tensor.data[:1], tensor.tensor_type)
        return row.reshape(-1)

    def read(self, name: str) -> Matrix:
        """The matrix (out, in)."""
        tensor = self._tensors[name]
        weights: Matrix = self._quants.dequantize(tensor.data, tensor.tensor_type)
        if name in self._differences:
            weights = weights + self._differences[name]()
        heads = heads_of(self.reader, self._architecture, name)
        if not heads:
            return weights
        out, width = weights.shape
        return weights.reshape(heads, out // heads // 2, 2, width).swapaxes(1, 2).reshape(out, -1)
