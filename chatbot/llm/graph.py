"""The weights of an OpenVINO graph, written anew from the GGUF file that the graph is of.

OpenVINO GenAI (2026.4.1) keeps a GGUF file's groups of 16 or 32 weights, for each of which a
product stops, and moves Q4_K weights by 8% of their size, because it rounds their minima to whole
zero points. Here each product gets the file's own weights again, in eight bits with one scale for
each output channel (they move by 0.9%), or in four bits with a scale for every 128.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import ModelUnavailableError
from chatbot.llm.matrices import EMBEDDING, Matrices, Matrix

Bits = Literal[4, 8]
Progress = Callable[[int, int], None]

_FOUR_BIT_GROUP = 128
# Inputs of eight-bit products are quantised in groups of the largest of these that divides every
# layer's width.
_INPUT_GROUPS = (256, 192, 128, 96, 64, 32)
# How a graph unpacks weights: the operations, and how many of their inputs are numbers.
_OPERANDS = {"Convert": 1, "Reshape": 1, "Subtract": 2, "Multiply": 2}
_TINY = np.finfo(np.float16).tiny
# Of the largest weight: the scales that are tried.
_SHARES = (1.0, 0.93, 0.86, 0.79)


def untold(done: int, total: int) -> None:
    """How far it is, where nobody asks."""


def rewrite(graph: Path, matrices: Matrices, bits: Bits, tell: Progress = untold) -> dict[str, int]:
    """Rewrite an OpenVINO graph (``.xml`` with its ``.bin``) in place. ``tell`` hears how many of
    all weights are written.

    With ``bits`` 4 those products are written in four bits that the file keeps in four bits.

    Returns:
        Properties with which the graph has to be compiled.

    Raises:
        ModelUnavailableError: the graph is not of the file.
    """
    import openvino

    model = openvino.Core().read_model(graph)
    products = [node for node in model.get_ordered_ops() if _has_weights(node)]
    written: list[NDArray[Any]] = []  # a constant does not own its numbers
    four, done, total = 0, 0, matrices.size
    for node, name in zip(products, _names(products, matrices), strict=True):
        weights = matrices.read(name)
        packed = bits == 4 and name in matrices.four_bit and not weights.shape[1] % _FOUR_BIT_GROUP
        fresh = _four_bits(weights, written) if packed else eight_bits(weights, written)
        node.input(1).replace_source_output(fresh.output(0))
        four += packed
        done += weights.size
        tell(done, total)
    _rewrite_embedding(model, matrices, written)
    rewritten = graph.with_name(f"rewritten-{graph.name}")
    openvino.save_model(model, rewritten, compress_to_fp16=False)
    for ending in (".xml", ".bin"):
        rewritten.with_suffix(ending).replace(graph.with_suffix(ending))
    widths = (node.input_value(1).get_shape()[1] for node in products)
    return {"DYNAMIC_QUANTIZATION_GROUP_SIZE": _FOUR_BIT_GROUP if four else input_group(widths)}


def _has_weights(node: Any) -> bool:
    """Whether a node is a product with a matrix of constants, (out, in)."""
    if node.get_type_name() != "MatMul":
        return False
    shape = node.input_value(1).get_partial_shape()
    return bool(shape.is_static) and len(shape) == 2


def _rewrite_embedding(model: Any, matrices: Matrices, written: list[NDArray[Any]]) -> None:
    """Write the rows of the tokens, which are looked up, in eight bits, too."""
    shape = matrices.shape(EMBEDDING)
    for node in model.get_ordered_ops():
        if node.get_type_name() != "Gather" or node.get_element_type().is_integral():
            continue
        table = node.input_value(0).get_partial_shape()
        if table.is_static and tuple(table.to_shape()) == shape:
            fresh = eight_bits(matrices.read(EMBEDDING), written)
            node.input(0).replace_source_output(fresh.output(0))


def input_group(widths: Iterable[int]) -> int:
    """How many inputs of a product get a scale of their own, for matrices of these widths; 0 where
    no number divides them all."""
    common = math.gcd(*widths)
    return next((size for size in _INPUT_GROUPS if common % size == 0), 0)


def _names(products: Sequence[Any], matrices: Matrices) -> list[str]:
    """The tensor of each product: the graph has no names, so by its first row."""
    rows: dict[tuple[int, int], list[tuple[str, Matrix]]] = {}
    for name in matrices.names:
        rows.setdefault(matrices.shape(name), []).append((name, matrices.first_row(name)))
    names = []
    for node in products:
        row = _first_row(node.input_value(1))
        near = [
            (float(((known - row) ** 2).sum()), name)
            for name, known in rows.get(tuple(node.input_value(1).get_shape()), ())
        ]
        distance, name = min(near, default=(math.inf, ""))
        if distance > 0.1 * float((row**2).sum()):
            raise ModelUnavailableError("OpenVINO's graph does not have the file's weights.")
        names.append(name)
    if len(set(names)) < len(names):
        raise ModelUnavailableError("OpenVINO's graph has weights of the file more than once.")
    return names


def _first_row(weights: Any) -> Matrix:
    """The first row of a product's weights, which the graph computes from constants."""
    row: Matrix = _first(weights.get_node()).reshape(-1)
    return row


def _first(node: Any) -> Matrix:
    kind = node.get_type_name()
    if kind == "Constant":
        return _first_numbers(node)
    parts = [_first(value.get_node()) for value in node.input_values()[: _OPERANDS.get(kind, 1)]]
    computed: Matrix = parts[0]
    if kind == "Subtract":
        computed = parts[0] - parts[1]
    elif kind == "Multiply":
        computed = parts[0] * parts[1]
    return computed


def _first_numbers(constant: Any) -> Matrix:
    """What a constant has at the first place of its first axis."""
    shape = list(constant.get_output_shape(0))[1:]
    numbers = np.asarray(constant.data)
    if constant.get_element_type().get_type_name() != "u4":
        first: Matrix = numbers[0].astype(np.float32).reshape(shape)
        return first
    pairs = numbers.view(np.uint8).reshape(-1)[: math.prod(shape) // 2 + 1]
    halves = np.stack([pairs & 15, pairs >> 4], axis=1).reshape(-1)
    return halves[: math.prod(shape)].astype(np.float32).reshape(shape)


def packed_rows(weights: Matrix) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Whole numbers from -127 to 127 and one scale for each row."""
    largest = np.abs(weights).max(axis=1, keepdims=True)
    scale = np.maximum(largest / 127, _TINY).astype(np.float16)
    numbers = np.clip(np.rint(weights / scale.astype(np.float32)), -127, 127).astype(np.int8)
    return numbers, scale


def eight_bits(weights: Matrix, written: list[NDArray[Any]]) -> Any:
    """A node of ``weights`` in eight bits; ``written`` keeps the numbers that it does not own."""
    from openvino import opset13 as op

    numbers, scale = packed_rows(weights)
    written += [numbers, scale]
    unpacked = op.multiply(op.convert(op.constant(numbers), "f16"), op.constant(scale))
    return op.convert(unpacked, "f32")


def _four_bits(weights: Matrix, written: list[NDArray[Any]]) -> Any:
    """Whole numbers from -8 to 7 and one scale for every 128 weights of a row."""
    from openvino import Shape, Tensor, Type
    from openvino import op as ops
    from openvino import opset13 as op

    groups = weights.reshape(weights.shape[0], -1, _FOUR_BIT_GROUP)
    numbers, scale = _round(groups)
    nibbles = (numbers & 15).astype(np.uint8).reshape(-1)
    pairs = nibbles[0::2] | nibbles[1::2] << 4
    written += [pairs, scale]
    constant = ops.Constant(Tensor(pairs, Shape(list(groups.shape)), Type.i4))
    unpacked = op.multiply(op.convert(constant, "f16"), op.constant(scale))
    whole = op.reshape(unpacked, op.constant(np.array(weights.shape)), special_zero=False)
    return op.convert(whole, "f32")


def _round(groups: Matrix) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Numbers from -8 to 7 and scales: of several scales the one with the smallest square error."""
    at = np.abs(groups).argmax(axis=-1, keepdims=True)
    # The largest weight becomes -8, the end that has one number more.
    full = np.take_along_axis(groups, at, axis=-1) / -8
    best_scale = best_error = None
    for share in _SHARES:
        scale = np.where(full == 0, _TINY, share * full).astype(np.float16)
        numbers = np.clip(np.rint(groups / scale.astype(np.float32)), -8, 7)
        error = ((numbers * scale - groups) ** 2).sum(axis=-1, keepdims=True)
        if best_scale is None or best_error is None:
            best_scale, best_error = scale, error
        else:
            better = error < best_error
            best_scale = np.where(better, scale, best_scale)
            best_error = np.where(better, error, best_error)
    assert best_scale is not None
    numbers = np.clip(np.rint(groups / best_scale.astype(np.float32)), -8, 7)
    return numbers.astype(np.int8), best_scale
