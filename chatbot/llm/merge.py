"""Merging a LoRA adapter into a GGUF file, tensor by tensor and without the model in memory."""

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatbot.errors import ModelUnavailableError
from chatbot.llm.adapters import WEIGHTS

_PREFIX = "base_model.model."
_LOW, _HIGH = ".lora_A.weight", ".lora_B.weight"
_HALVES = _LOW, _HIGH
# Options of PEFT with which a difference is more than alpha / r * B @ A.
_OTHER_THAN_LORA = (
    "rank_pattern", "alpha_pattern", "use_dora", "fan_in_fan_out", "modules_to_save", "lora_bias",
)  # fmt: skip
# llama.cpp keeps the two halves of each rotary pair side by side in these, Hugging Face apart.
_PERMUTED = {"attn_q": "attention.head_count", "attn_k": "attention.head_count_kv"}


def merge_gguf(base: Path, adapter: Path, out: Path) -> int:
    """Write ``base`` with ``alpha / r * B @ A`` added to each tensor that the adapter trains.

    Merged tensors are written as Q8_0, all others as they are. ``out`` appears whole or not at
    all. Returns how many tensors were merged.

    Raises:
        ModelUnavailableError: the adapter does not fit the file.
    """
    import gguf

    reader = gguf.GGUFReader(str(base))
    architecture = metadata(reader, "general.architecture")
    deltas = adapter_differences(adapter, reader, architecture)
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_name(f".{out.name}-{uuid.uuid4().hex[:8]}")
    writer = gguf.GGUFWriter(str(temporary), architecture)
    try:
        _copy_metadata(reader, writer)
        q8 = gguf.GGMLQuantizationType.Q8_0
        for tensor in reader.tensors:
            if tensor.name in deltas:
                shape = [int(n) for n in reversed(tensor.shape)]
                size = int(np.prod(shape)) // 32 * 34  # a scale and 32 weights in 34 bytes
                writer.add_tensor_info(tensor.name, shape, np.dtype(np.float32), size, q8)
            else:
                writer.add_tensor_info(
                    tensor.name,
                    tensor.data.shape,
                    tensor.data.dtype,
                    tensor.data.nbytes,
                    tensor.tensor_type,
                )
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in reader.tensors:
            data = tensor.data
            if tensor.name in deltas:
                weights = gguf.quants.dequantize(data, tensor.tensor_type)
                data = gguf.quants.quantize(weights + deltas[tensor.name](), q8)
            writer.write_tensor_data(data)
        writer.close()
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)
    return len(deltas)


def adapter_differences(adapter: Path, reader: Any, architecture: str) -> dict[str, Any]:
    """GGUF tensor name to a function that computes its (out, in) difference.

    Raises:
        ModelUnavailableError: the adapter does not fit the file.
    """
    import gguf
    import torch
    from safetensors.torch import load_file

    try:
        config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
        weights = load_file(str(adapter / WEIGHTS))
        own = _unmergeable(config, weights)
        rank = config["r"] ** 0.5 if config.get("use_rslora") else config["r"]
        scale = float(config["lora_alpha"]) / rank
    except Exception as exc:  # OSError, ValueError, SafetensorError, ...
        raise ModelUnavailableError(f"The adapter '{adapter}' cannot be read ({exc}).") from exc
    if own:
        raise ModelUnavailableError(
            f"The adapter '{adapter}' is more than pairs of plain LoRA ('{own}'), and only those "
            "can be merged into a GGUF file; train one without it."
        )
    arch = next(k for k, name in gguf.MODEL_ARCH_NAMES.items() if name == architecture)
    names = gguf.get_tensor_name_map(arch, int(metadata(reader, f"{architecture}.block_count")))
    shapes = {
        tensor.name: tuple(int(n) for n in reversed(tensor.shape)) for tensor in reader.tensors
    }
    found: dict[str, Any] = {}
    for key in weights:
        if not key.endswith(_LOW):
            continue
        module = key.removeprefix(_PREFIX).removesuffix(_LOW)
        name = names.get_name(f"{module}.weight", try_suffixes=(".weight",))
        low = weights[key].to(torch.float32).numpy()
        high = weights[key.replace(*_HALVES)].to(torch.float32).numpy()
        fits = high.shape[1] == low.shape[0]
        if not fits or name is None or shapes.get(name) != (high.shape[0], low.shape[1]):
            raise ModelUnavailableError(
                f"The adapter '{adapter}' does not fit the file's '{module}'."
            )
        heads = heads_of(reader, architecture, name)
        found[name] = _difference(low, high, scale, heads)
    if not found:
        raise ModelUnavailableError(f"The adapter '{adapter}' holds no LoRA weights.")
    return found


def _unmergeable(config: dict[str, Any], weights: Mapping[str, Any]) -> str:
    """What of an adapter would be left out, or counted with a wrong scale; empty of plain LoRA."""
    if option := next((name for name in _OTHER_THAN_LORA if config.get(name)), ""):
        return option
    others = (
        key
        for key in sorted(weights)
        if not (key.endswith(_LOW) and key.replace(*_HALVES) in weights)
        and not (key.endswith(_HIGH) and key.replace(*_HALVES[::-1]) in weights)
    )
    return next(others, "")


def _difference(
    low: NDArray[np.float32], high: NDArray[np.float32], scale: float, heads: int
) -> Any:
    def compute() -> NDArray[np.float32]:
        delta = scale * (high @ low)
        if not heads:
            return delta
        halves = delta.reshape(heads, 2, delta.shape[0] // heads // 2, delta.shape[1])
        return halves.swapaxes(1, 2).reshape(delta.shape)

    return compute


def heads_of(reader: Any, architecture: str, tensor: str) -> int:
    """How many heads the rows of a tensor are permuted in; 0 for those that are not."""
    for part, key in _PERMUTED.items():
        if architecture == "llama" and f".{part}." in tensor:
            return int(metadata(reader, f"{architecture}.{key}"))
    return 0


def metadata(reader: Any, key: str) -> Any:
    """A value of a GGUF file.

    Raises:
        ModelUnavailableError: the file does not have it.
    """
    field = reader.get_field(key)
    if field is None:
        raise ModelUnavailableError(f"The weights' file says nothing about '{key}'.")
    return field.contents()


def _copy_metadata(reader: Any, writer: Any) -> None:
    import gguf

    for field in reader.fields.values():
        if field.name == gguf.Keys.General.ARCHITECTURE or field.name.startswith("GGUF."):
            continue  # the writer's own
        kind = field.types[0]
        sub_type = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        value = field.contents()
        if value is not None:
            writer.add_key_value(field.name, value, kind, sub_type=sub_type)
