"""Small random GGUF files: the shapes of llama (Falcon3) and qwen2, any pre-tokenizer."""

import functools
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from chatbot.llm.catalogue import load_catalogue, require_weights
from chatbot.settings import load_settings

WIDTH, FEED_FORWARD, HEADS, KV_HEADS, LAYERS = 128, 256, 4, 2, 2


def small_vocabulary() -> dict[str, Any]:
    """That of the small bundled model, which is here anyway."""
    return vocabulary_of("bundled-small")


def short_vocabulary(count: int = 2000) -> dict[str, Any]:
    """Its first ``count`` tokens, and the merges that make them: for files that are read often."""
    whole = small_vocabulary()
    tokens = whole["tokens"][:count]
    known = set(tokens)
    merges = [m for m in whole["merges"] if known.issuperset([*m.split(" "), m.replace(" ", "")])]
    return {"tokens": tokens, "merges": merges, "token_type": whole["token_type"][:count]}


@functools.cache
def vocabulary_of(model: str) -> dict[str, Any]:
    """Tokens, merges and kinds of the GGUF file of a model of the catalogue."""
    entry = load_catalogue(load_settings().models).llm[model]
    fields = gguf.GGUFReader(str(require_weights(entry))).fields
    keys = ("tokens", "merges", "token_type")
    return {key: fields[f"tokenizer.ggml.{key}"].contents() for key in keys}


def write_random(
    path: Path,
    architecture: str,
    pre: str,
    vocabulary: dict[str, Any],
    kind: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.Q8_0,
    surest: float = 0.05,
) -> dict[str, Any]:
    """Write a file with two layers; returns the matrices by tensor name, as float32. With a larger
    ``surest`` one token is much likelier than the others."""
    random = np.random.default_rng(5)
    count = len(vocabulary["tokens"])
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(count)
    writer.add_file_type(7)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(vocabulary["tokens"])
    writer.add_token_merges(vocabulary["merges"])
    writer.add_token_types(vocabulary["token_type"])
    writer.add_eos_token_id(2)
    writer.add_bos_token_id(1)
    writer.add_add_bos_token(False)
    matrices = {}

    def matrix(name: str, out: int, width: int, deviation: float = 0.05) -> None:
        weights = random.normal(0, deviation, (out, width)).astype(np.float32)
        data = gguf.quants.quantize(weights, kind)
        writer.add_tensor(name, data, raw_dtype=kind)
        matrices[name] = gguf.quants.dequantize(data, kind)

    def ones(name: str) -> None:
        writer.add_tensor(name, np.ones(WIDTH, np.float32))

    narrow = WIDTH // HEADS * KV_HEADS
    matrix("token_embd.weight", count, WIDTH)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        ones(f"{block}.attn_norm.weight")
        ones(f"{block}.ffn_norm.weight")
        for name, out in (("q", WIDTH), ("k", narrow), ("v", narrow)):
            matrix(f"{block}.attn_{name}.weight", out, WIDTH)
            if architecture == "qwen2":
                bias = random.normal(0, 0.1, out).astype(np.float32)
                writer.add_tensor(f"{block}.attn_{name}.bias", bias)
        matrix(f"{block}.attn_output.weight", WIDTH, WIDTH)
        matrix(f"{block}.ffn_gate.weight", FEED_FORWARD, WIDTH)
        matrix(f"{block}.ffn_up.weight", FEED_FORWARD, WIDTH)
        matrix(f"{block}.ffn_down.weight", WIDTH, FEED_FORWARD)
    ones("output_norm.weight")
    matrix("output.weight", count, WIDTH, surest)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return matrices
