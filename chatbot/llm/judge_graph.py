"""The OpenVINO graph of a judge: the lower layers of a language model with what they learned.

A judge reads a text and statements about it, and gives each statement one number. It needs no words
of its own, so the upper layers and the output over the vocabulary are left out: of the 28 layers of
Qwen2.5-Coder-1.5B 14 are read. What was trained (``chatbot/training/judge.py``) are low-rank
differences (LoRA, Hu et al. 2021, arXiv:2106.09685) of the products, and one output.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import ModelUnavailableError, reason_of
from chatbot.files import parse_json
from chatbot.llm.graph import eight_bits, input_group, packed_rows
from chatbot.llm.matrices import EMBEDDING, Matrices, Matrix
from chatbot.llm.merge import metadata

SETTINGS = "judge.json"
WEIGHTS = "judge.safetensors"
GRAPH = "judge.xml"
# Products that share their input are one in what was trained: its name, and those of the file.
PARTS = {
    "qkv": ("attn_q", "attn_k", "attn_v"),
    "out": ("attn_output",),
    "gate_up": ("ffn_gate", "ffn_up"),
    "down": ("ffn_down",),
}


def is_judge(folder: Path) -> bool:
    """Whether a folder has what a judge learned, and no adapter to answer with."""
    return (folder / SETTINGS).exists()


@dataclass(frozen=True)
class Shape:
    """Sizes of a model: ``width`` of a token, ``heads`` of queries, ``groups`` of keys and
    values."""

    width: int
    heads: int
    groups: int
    base: float
    epsilon: float

    @property
    def head(self) -> int:
        """Numbers of one head."""
        return self.width // self.heads

    @classmethod
    def read(cls, matrices: Matrices) -> "Shape":
        """The sizes that the file says.

        Raises:
            ModelUnavailableError: it does not say one, or is of another architecture.
        """
        kind = metadata(matrices.reader, "general.architecture")
        if kind != "qwen2":
            raise ModelUnavailableError(
                f"A judge is made of a 'qwen2' model only, not of '{kind}'."
            )
        width, heads, groups, base, epsilon = (
            metadata(matrices.reader, f"{kind}.{key}")
            for key in (
                "embedding_length",
                "attention.head_count",
                "attention.head_count_kv",
                "rope.freq_base",
                "attention.layer_norm_rms_epsilon",
            )
        )
        return cls(int(width), int(heads), int(groups), float(base), float(epsilon))


class Trained:
    """What a judge learned: low-rank differences by layer and part, and its output."""

    def __init__(self, folder: Path) -> None:
        """Read ``folder``.

        Raises:
            ModelUnavailableError: a file is missing or damaged.
        """
        from safetensors.numpy import load_file

        self._folder = folder
        try:
            told = parse_json((folder / SETTINGS).read_text(encoding="utf-8"))
            self.layers, self.scale = int(told["layers"]), float(told["scale"])
            self._values = {
                name: value.astype(np.float32)
                for name, value in load_file(folder / WEIGHTS).items()
            }
        except Exception as exc:  # safetensors and JSON each have their own
            raise self._unfit(reason_of(exc)) from exc

    def require_fit(self, matrices: Matrices) -> None:
        """Numpy would spread what is too small over what is larger, and leave out what it does not
        look for.

        Raises:
            ModelUnavailableError: it was not learned beside ``matrices``, or is no number.
        """
        if self.layers < 1 or _of_layer(self.layers - 1, "attn_q") not in matrices.names:
            raise self._unfit(f"the model has no {self.layers} layers")
        if not math.isfinite(self.scale):
            raise self._unfit("its scale is no number")
        sizes = self._sizes(matrices)
        for name in sorted({*sizes, *self._values}):
            value = self._values.get(name)
            if value is None or value.shape != sizes.get(name):
                raise self._unfit(f"'{name}' is of another size or missing")
            if not np.isfinite(value).all():
                raise self._unfit(f"'{name}' has what is no number")

    def _sizes(self, matrices: Matrices) -> dict[str, tuple[int, ...]]:
        """Of every tensor, by its name."""
        width = matrices.shape(_of_layer(0, "attn_q"))[1]
        found: dict[str, tuple[int, ...]] = {"norm": (width,), "head": (width,), "bias": (1,)}
        for layer in range(self.layers):
            for part, names in PARTS.items():
                first, second = (f"layers.{layer}.{part}.{end}" for end in ("a", "b"))
                if first in self._values:
                    rank = len(self._values[first])
                    shapes = [matrices.shape(_of_layer(layer, name)) for name in names]
                    found[first] = (rank, shapes[0][1])
                    found[second] = (sum(rows for rows, _ in shapes), rank)
        return found

    def _unfit(self, why: str) -> ModelUnavailableError:
        return ModelUnavailableError(
            f"the judge in '{self._folder}' does not fit them: {why}; restore the folder"
        )

    def difference(self, layer: int, part: str) -> Matrix | float:
        """What is added to the weights (out, in) of a layer's part; 0 where nothing was learned."""
        down, up = (self._values.get(f"layers.{layer}.{part}.{end}") for end in ("a", "b"))
        return 0.0 if down is None or up is None else self.scale * (up @ down)

    def output(self) -> tuple[Matrix, Matrix, float]:
        """The scale of the last normalisation, the weights of the output, and what it adds."""
        norm, head, bias = (self._values[name] for name in ("norm", "head", "bias"))
        return norm, head, float(bias.reshape(-1)[0])


def write_judge(matrices: Matrices, trained: Trained, folder: Path) -> dict[str, int]:
    """Write ``judge.xml`` and its weights, in eight bits, into ``folder``.

    Returns:
        Properties with which the graph has to be compiled.

    Raises:
        ModelUnavailableError: the file is of another architecture, or the judge of another model.
    """
    import openvino

    trained.require_fit(matrices)
    model = _Writer(matrices, trained).model()
    openvino.save_model(model, folder / GRAPH, compress_to_fp16=False)
    widths = (matrices.shape(_of_layer(0, names[0]))[1] for names in PARTS.values())
    return {"DYNAMIC_QUANTIZATION_GROUP_SIZE": input_group(widths)}


def _of_layer(layer: int, name: str) -> str:
    return f"blk.{layer}.{name}.weight"


class _Writer:
    """Writes one graph; a constant does not own its numbers, so they are kept here."""

    def __init__(self, matrices: Matrices, trained: Trained) -> None:
        from openvino import opset13

        self._op = opset13
        self._matrices, self._trained = matrices, trained
        self._shape = Shape.read(matrices)
        self._vectors = {
            tensor.name: np.asarray(tensor.data, np.float32).reshape(-1)
            for tensor in matrices.reader.tensors
            if len(tensor.shape) == 1
        }
        self._kept: list[NDArray[Any]] = []

    def model(self) -> Any:
        """The graph. Inputs: token numbers, each one's place in its own text, which token (row)
        reads which (column), and where the statements end; output: a score for each of those."""
        import openvino

        op = self._op
        whole, truth = openvino.Type.i64, openvino.Type.boolean
        tokens, places, ends = (
            op.parameter([-1], whole, name=name) for name in ("tokens", "places", "ends")
        )
        reads = op.parameter([-1, -1], truth, name="reads")
        self._turns = self._rotation(places)
        self._reads = op.unsqueeze(reads, self._whole([0, 1]))
        rows = self._embedded(tokens)
        last = self._trained.layers - 1
        for layer in range(self._trained.layers):
            read = self._attention(layer, self._normed(rows, self._vector(layer, "attn_norm")))
            if layer == last:  # from here on each statement's end is all that is needed
                read, rows = (op.gather(value, ends, self._whole(0)) for value in (read, rows))
            rows = op.add(rows, self._product(read, layer, "out")[0])
            rows = op.add(rows, self._forward(layer, rows))
        norm, head, bias = self._trained.output()
        scores = op.matmul(
            self._normed(rows, norm), self._constant(head.reshape(-1, 1)), False, False
        )
        scores = op.squeeze(op.add(scores, self._number(bias)), self._whole([1]))
        return openvino.Model([op.result(scores)], [tokens, places, reads, ends], "judge")

    def _embedded(self, tokens: Any) -> Any:
        op = self._op
        numbers, scale = packed_rows(self._matrices.read(EMBEDDING))
        self._kept += [numbers, scale]
        found, scales = (
            op.convert(op.gather(op.constant(table), tokens, self._whole(0)), "f32")
            for table in (numbers, scale)
        )
        return op.multiply(found, scales)

    def _rotation(self, places: Any) -> tuple[Any, Any]:
        """Cosines and sines (1, tokens, head) of rotary positions (Su et al. 2021)."""
        op, head = self._op, self._shape.head
        turns = (self._shape.base ** (-np.arange(0, head, 2) / head)).astype(np.float32)
        angles = op.multiply(
            op.unsqueeze(op.convert(places, "f32"), self._whole([1])), self._constant(turns[None])
        )
        both = op.unsqueeze(op.concat([angles, angles], -1), self._whole([0]))
        return op.cos(both), op.sin(both)

    def _attention(self, layer: int, rows: Any) -> Any:
        op, shape = self._op, self._shape
        query, key, value = self._product(rows, layer, "qkv")
        queries = op.unsqueeze(self._turned(self._heads(query, shape.heads)), self._whole([0]))
        keys = self._repeated(self._turned(self._heads(key, shape.groups)))
        values = self._repeated(self._heads(value, shape.groups))
        read = op.scaled_dot_product_attention(queries, keys, values, self._reads)
        back = op.transpose(read, self._whole([0, 2, 1, 3]))
        return op.reshape(back, self._whole([-1, shape.width]), special_zero=False)

    def _heads(self, rows: Any, count: int) -> Any:
        """(tokens, count * head) to (count, tokens, head)."""
        op = self._op
        apart = op.reshape(rows, self._whole([0, count, self._shape.head]), special_zero=True)
        return op.transpose(apart, self._whole([1, 0, 2]))

    def _repeated(self, heads: Any) -> Any:
        """Each group for all heads that read it: (1, heads, tokens, head)."""
        op, shape = self._op, self._shape
        times = self._whole([1, shape.heads // shape.groups, 1, 1])
        many = op.tile(op.unsqueeze(heads, self._whole([1])), times)
        return op.reshape(many, self._whole([1, shape.heads, -1, shape.head]), special_zero=False)

    def _turned(self, heads: Any) -> Any:
        op = self._op
        cosines, sines = self._turns
        first, second = op.split(heads, self._whole(-1), 2).outputs()
        across = op.concat([op.negative(second), first], -1)
        return op.add(op.multiply(heads, cosines), op.multiply(across, sines))

    def _forward(self, layer: int, rows: Any) -> Any:
        op = self._op
        gate, up = self._product(
            self._normed(rows, self._vector(layer, "ffn_norm")), layer, "gate_up"
        )
        return self._product(op.multiply(op.swish(gate), up), layer, "down")[0]

    def _product(self, rows: Any, layer: int, part: str) -> list[Any]:
        """``rows`` times each matrix of a part, with its bias where the file has one."""
        op = self._op
        difference = self._trained.difference(layer, part)
        products, at = [], 0
        for name in PARTS[part]:
            weights = self._matrices.read(_of_layer(layer, name))
            own = (
                difference if isinstance(difference, float) else difference[at : at + len(weights)]
            )
            at += len(weights)
            found = op.matmul(rows, eight_bits(weights + own, self._kept), False, True)
            bias = self._vectors.get(f"blk.{layer}.{name}.bias")
            products.append(found if bias is None else op.add(found, self._constant(bias)))
        return products

    def _normed(self, rows: Any, scale: Matrix) -> Any:
        """Root mean square normalisation (Zhang and Sennrich 2019)."""
        op = self._op
        mean = op.reduce_mean(op.multiply(rows, rows), self._whole([-1]), keep_dims=True)
        size = op.sqrt(op.add(mean, self._number(self._shape.epsilon)))
        return op.multiply(op.divide(rows, size), self._constant(scale))

    def _vector(self, layer: int, name: str) -> Matrix:
        return self._vectors[_of_layer(layer, name)]

    def _constant(self, values: NDArray[Any]) -> Any:
        self._kept.append(values)
        return self._op.constant(values)

    def _whole(self, values: int | list[int]) -> Any:
        return self._constant(np.asarray(values, np.int64))

    def _number(self, value: float) -> Any:
        return self._constant(np.asarray(value, np.float32))
