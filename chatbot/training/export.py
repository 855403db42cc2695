"""Merged weights for other programs: one GGUF file, or a safetensors folder."""

import shutil
from pathlib import Path
from typing import Literal

from chatbot.errors import ChatbotError, TrainingError
from chatbot.llm.adapters import read_adapter
from chatbot.llm.catalogue import LLMEntry, require_weights
from chatbot.llm.merge import merge_gguf
from chatbot.prompts import Prompts
from chatbot.training.begun import means_full_disk
from chatbot.training.finetune import load_base, require_peft

Format = Literal["gguf", "safetensors"]


def export(adapter: Path, entry: LLMEntry, prompts: Prompts, kind: Format, out: Path) -> Path:
    """Write the base with the adapter merged in to ``out``; returns it.

    ``gguf`` runs in OpenVINO, llama.cpp and Ollama (merged tensors as Q8_0); ``safetensors`` in
    transformers and vLLM. Where it fails nothing new is left of it.

    Raises:
        TrainingError: the base is not a GGUF file, peft is missing, or ``out`` cannot be written.
        ModelUnavailableError: the adapter does not fit, or the base's weights are missing.
    """
    read_adapter(adapter, entry, prompts)
    fresh = not out.exists()
    try:
        _write(adapter, entry, kind, out)
        fresh = False
    except ChatbotError:
        raise
    except OSError as exc:
        raise TrainingError(f"'{out}' cannot be written: {exc.strerror or exc}.") from exc
    except Exception as exc:  # safetensors has its own for what the disk refuses
        where = next(folder for folder in out.absolute().parents if folder.exists())
        if not means_full_disk(exc, where):
            raise
        raise TrainingError(f"'{out}' cannot be written: the disk is full; make room.") from exc
    finally:
        if fresh:
            shutil.rmtree(out, ignore_errors=True)
    return out


def _write(adapter: Path, entry: LLMEntry, kind: Format, out: Path) -> None:
    if kind == "gguf":
        weights = require_weights(entry)
        if weights.suffix != ".gguf":
            raise TrainingError(
                f"'{entry.name}' has no GGUF file to merge into; use --format safetensors."
            )
        merge_gguf(weights, adapter, out)
        return
    peft = require_peft()
    model, tokenizer = load_base(entry)
    merged = peft.PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    merged.save_pretrained(str(out))
    tokenizer.save_pretrained(str(out))
