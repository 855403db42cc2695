"""Weights and tokenizer for transformers, from a folder or a GGUF file."""

from pathlib import Path
from typing import Any, Literal

from chatbot.llm.hardware import fastest_dtype

Precision = Literal["auto", "bf16", "f32"]


def load_weights(
    path: Path, precision: Precision = "auto", *, spread: bool = False
) -> tuple[Any, Any]:
    """(tokenizer, model) from this machine; ``auto`` is the fastest number format here.

    ``spread`` puts the model on the GPUs, if there are any. A GGUF file's packed weights become
    plain tensors: packed, each matrix product would unpack them again.

    Raises:
        Exception: whatever transformers raises when they do not load (OSError, ValueError,
            SafetensorError, ...).
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    source: dict[str, Any] = {"pretrained_model_name_or_path": str(path), "local_files_only": True}
    options: dict[str, Any] = {}
    if path.suffix == ".gguf":
        source |= {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
        options["quantization_config"] = GgufConfig(dequantize=True)
    if spread and torch.cuda.is_available():
        options["device_map"] = "auto"
    formats = {"auto": fastest_dtype(), "bf16": torch.bfloat16, "f32": torch.float32}
    tokenizer = AutoTokenizer.from_pretrained(**source)
    model = AutoModelForCausalLM.from_pretrained(**source, **options, dtype=formats[precision])
    _detach_quantizer(model)
    return tokenizer, model


def _detach_quantizer(model: Any) -> None:
    """Weights read from a GGUF file are plain tensors, but still carry the file's quantizer."""
    for name in ("hf_quantizer", "quantization_method"):
        if hasattr(model, name):
            delattr(model, name)
    model.is_quantized = False
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
