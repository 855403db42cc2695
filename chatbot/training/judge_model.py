"""The layers of a judge in PyTorch, whose own weights stay as they are.

Where the processor has no bfloat16 the frozen products are left to numpy: its OpenBLAS multiplies
float32 some 1.4 times as fast as PyTorch there (two cores of Zen 3, 140 against 100 GFLOP/s).
"""

import functools
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from chatbot.errors import ConfigurationError, reason_of
from chatbot.files import replacing, write_whole
from chatbot.llm.hardware import fastest_dtype
from chatbot.llm.judge_graph import PARTS, SETTINGS, WEIGHTS, Shape
from chatbot.llm.matrices import EMBEDDING, Matrices

_RANK, _SCALE = 16, 2.0
_OUTPUT = ("norm", "head", "bias")
_BOUNDS = {"denies": -0.5, "says": 0.5, "overrules": 0.5}  # until they are chosen


@functools.cache
def _frozen_product() -> Any:
    """``rows`` times a matrix (out, in) that learns nothing, as a function of PyTorch."""
    import torch

    class Frozen(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, rows: Any, weights: Any) -> Any:
            ctx.weights = weights
            if isinstance(weights, np.ndarray):
                return torch.from_numpy(rows.detach().numpy() @ weights.T)
            return (rows.to(weights.dtype) @ weights.t()).float()

        @staticmethod
        def backward(ctx: Any, *grads: Any) -> Any:
            (grad,), weights = grads, ctx.weights
            if isinstance(weights, np.ndarray):
                return torch.from_numpy(np.ascontiguousarray(grad.numpy()) @ weights), None
            return (grad.to(weights.dtype) @ weights).float(), None

    return Frozen.apply


class JudgeModel:
    """The lower ``layers`` of a model; those from ``first`` on learn their ``differences``, and the
    output does: ``norm``, ``head`` and ``bias``."""

    def __init__(self, matrices: Matrices, layers: int, first: int) -> None:
        """Read the weights.

        Raises:
            ModelUnavailableError: they are of another architecture.
            ConfigurationError: the model has fewer layers, or ``first`` is none of them.
        """
        import torch

        self._shape = Shape.read(matrices)
        if not 0 <= first < layers or f"blk.{layers - 1}.attn_q.weight" not in matrices.names:
            raise ConfigurationError(
                f"A judge of {layers} layers that learns from layer {first} on cannot be made of "
                "this model; change --layers or --first."
            )
        self.layers = layers
        half = fastest_dtype()
        self._rows = torch.from_numpy(matrices.read(EMBEDDING)).to(torch.float16)
        self._weights = [
            {part: _frozen(matrices, layer, part, half) for part in PARTS}
            for layer in range(layers)
        ]
        self._vectors = {
            tensor.name: torch.from_numpy(np.array(tensor.data, np.float32).reshape(-1))
            for tensor in matrices.reader.tensors
            if len(tensor.shape) == 1
        }
        self.differences = dict(_new(matrices, range(first, layers)))
        width = self._shape.width
        self.norm, self.head, self.bias = torch.ones(width), torch.zeros(width), torch.zeros(1)
        for value in self.parameters():
            value.requires_grad_()

    def parameters(self) -> list[Any]:
        """All tensors that learn."""
        return [*self.differences.values(), self.norm, self.head, self.bias]

    def __call__(self, tokens: Any, places: Any, reads: Any, ends: Any) -> Any:
        """A score for each of ``ends``; inputs as of :func:`chatbot.llm.judge.inputs`."""
        import torch
        from torch.nn.functional import silu

        rows = self._rows[torch.from_numpy(tokens)].float()
        turns, mask = self._rotation(torch.from_numpy(places)), torch.from_numpy(reads)
        last = torch.from_numpy(ends)
        for layer in range(self.layers):
            read = self._attention(layer, self._normed(rows, layer, "attn_norm"), turns, mask)
            if layer == self.layers - 1:
                read, rows = read[last], rows[last]
            rows = rows + self._product(read, layer, "out")
            gate_up = self._product(self._normed(rows, layer, "ffn_norm"), layer, "gate_up")
            gate, up = gate_up.chunk(2, dim=-1)
            rows = rows + self._product(silu(gate) * up, layer, "down")
        return _scaled(rows, self.norm, self._shape.epsilon) @ self.head + self.bias

    def _attention(self, layer: int, rows: Any, turns: Any, mask: Any) -> Any:
        import torch
        from torch.nn.functional import scaled_dot_product_attention

        shape = self._shape
        bias = [self._vectors[f"blk.{layer}.{name}.bias"] for name in PARTS["qkv"]]
        both = self._product(rows, layer, "qkv") + torch.cat(bias)
        keys = shape.groups * shape.head
        query, key, value = both.split([shape.width, keys, keys], dim=-1)
        queries = _turned(query.view(len(rows), shape.heads, shape.head), turns)
        others = (part.view(len(rows), shape.groups, shape.head) for part in (key, value))
        key, value = next(others), next(others)
        read = scaled_dot_product_attention(
            queries.transpose(0, 1)[None],
            _turned(key, turns).transpose(0, 1)[None],
            value.transpose(0, 1)[None],
            attn_mask=mask,
            enable_gqa=True,
        )
        return read[0].transpose(0, 1).reshape(len(rows), shape.width)

    def _product(self, rows: Any, layer: int, part: str) -> Any:
        found = _frozen_product()(rows, self._weights[layer][part])
        name = f"layers.{layer}.{part}"
        if f"{name}.a" not in self.differences:
            return found
        down, up = self.differences[f"{name}.a"], self.differences[f"{name}.b"]
        return found + (rows @ down.t()) @ (up.t() * _SCALE)

    def _normed(self, rows: Any, layer: int, name: str) -> Any:
        return _scaled(rows, self._vectors[f"blk.{layer}.{name}.weight"], self._shape.epsilon)

    def _rotation(self, places: Any) -> tuple[Any, Any]:
        import torch

        head = self._shape.head
        turns = self._shape.base ** (-torch.arange(0, head, 2).float() / head)
        angles = places[:, None].float() * turns[None]
        both = torch.cat([angles, angles], dim=-1)[:, None]
        return both.cos(), both.sin()

    def save(self, folder: Path) -> None:
        """Write what was learned as :class:`chatbot.llm.judge_graph.Trained` reads it; each file
        whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        from safetensors.torch import save

        halves = {name: value.detach().half() for name, value in self.differences.items()}
        output = {name: getattr(self, name).detach() for name in _OUTPUT}
        with replacing(folder / WEIGHTS) as stream:
            stream.write(save(halves | output))
        told = {"layers": self.layers, "scale": _SCALE} | _BOUNDS
        write_whole(folder / SETTINGS, [json.dumps(told) + "\n"])

    def take(self, folder: Path) -> None:
        """Go on from what was learned before.

        Raises:
            ConfigurationError: it is missing, damaged, or of other layers.
        """
        import torch
        from safetensors.torch import load_file

        own = self.differences | {name: getattr(self, name) for name in _OUTPUT}
        try:
            values = load_file(folder / WEIGHTS)
        except Exception as exc:  # safetensors has its own
            raise ConfigurationError(f"'{folder}' holds no judge ({reason_of(exc)}).") from exc
        if {name: value.shape for name, value in values.items()} != {
            name: value.shape for name, value in own.items()
        }:
            raise ConfigurationError(
                f"The judge in '{folder}' is of other layers or another model; give --layers, "
                "--first and --base as it was trained."
            )
        with torch.no_grad():
            for name, value in own.items():
                value.copy_(values[name])


def _new(matrices: Matrices, layers: range) -> Iterator[tuple[str, Any]]:
    import torch

    for layer in layers:
        for part, names in PARTS.items():
            shapes = [matrices.shape(f"blk.{layer}.{name}.weight") for name in names]
            width, out = shapes[0][1], sum(shape[0] for shape in shapes)
            down = torch.randn(_RANK, width) / math.sqrt(width)
            yield f"layers.{layer}.{part}.a", down
            yield f"layers.{layer}.{part}.b", torch.zeros(out, _RANK)


def _frozen(matrices: Matrices, layer: int, part: str, dtype: Any) -> Any:
    import torch

    weights = np.concatenate([matrices.read(f"blk.{layer}.{name}.weight") for name in PARTS[part]])
    return weights if dtype == torch.float32 else torch.from_numpy(weights).to(dtype)


def _scaled(rows: Any, scale: Any, epsilon: float) -> Any:
    return rows * (rows.pow(2).mean(-1, keepdim=True) + epsilon).rsqrt() * scale


def _turned(heads: Any, turns: tuple[Any, Any]) -> Any:
    import torch

    first, second = heads.chunk(2, dim=-1)
    return heads * turns[0] + torch.cat([-second, first], dim=-1) * turns[1]
