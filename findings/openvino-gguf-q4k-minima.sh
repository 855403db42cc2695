#!/usr/bin/env bash
# OpenVINO GenAI reads the weights of a Q4_K GGUF file some percent off.
#
# One would guess: the graph that OpenVINO GenAI makes of a GGUF file has the file's weights, up to
# the rounding of its half-precision scales (0.05%), as it has for Q8_0 and Q6_K.
# What happens (openvino-genai 2026.4.1.0): Q4_K keeps a scale and a minimum for each 32 weights,
# w = scale * q - minimum. The graph has whole zero points of four bits instead, minimum / scale
# rounded, so each group of 32 weights is moved as one, by up to half a step, which does not average
# out within the group. In Qwen2.5-Coder-1.5B-Instruct's Q4_K_M file that is 8 to 9% of the weights'
# size in each Q4_K matrix looked at; in the random one below 4%. Nothing is said about it.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check openvino-genai==2026.4.1.0 gguf==0.19.0 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import gguf
import numpy as np
import openvino
import openvino_genai

WIDTH, WIDE, HEADS = 256, 512, 4
random = np.random.default_rng(1)
Q4_K = gguf.GGMLQuantizationType.Q4_K


def blocks(rows, columns):
    """Q4_K blocks of 256 weights: minima lie anywhere between two steps, as in real files."""
    count = rows * columns // 256
    scale = np.full((count, 1), 0.001, np.float16).view(np.uint8)
    minimum = np.full((count, 1), 0.0005, np.float16).view(np.uint8)
    sixes = random.integers(20, 24, (count, 8)).astype(np.uint8)  # scales, then minima, in 6 bits
    lows = random.integers(20, 64, (count, 8)).astype(np.uint8)
    packed = np.empty((count, 12), np.uint8)
    packed[:, 0:4] = sixes[:, :4] & 63 | (sixes[:, 4:] >> 4) << 6
    packed[:, 4:8] = lows[:, :4] & 63 | (lows[:, 4:] >> 4) << 6
    packed[:, 8:12] = sixes[:, 4:] & 15 | (lows[:, 4:] & 15) << 4
    numbers = random.integers(0, 256, (count, 128)).astype(np.uint8)
    data = np.concatenate([scale, minimum, packed, numbers], axis=1)
    return data.reshape(rows, -1)


vocabulary = [chr(256 + n) for n in range(256)] + ["<|end|>"]
writer = gguf.GGUFWriter("random.gguf", "qwen2")
writer.add_context_length(512)
writer.add_embedding_length(WIDTH)
writer.add_block_count(1)
writer.add_feed_forward_length(WIDE)
writer.add_head_count(HEADS)
writer.add_head_count_kv(HEADS)
writer.add_rope_freq_base(10000.0)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_file_type(15)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("qwen2")
writer.add_token_list(vocabulary)
writer.add_token_merges(["\u0100 \u0101"])
writer.add_token_types([1] * 256 + [3])
writer.add_eos_token_id(256)
writer.add_bos_token_id(256)
writer.add_pad_token_id(256)
vectors = {"blk.0.attn_norm.weight": WIDTH, "blk.0.ffn_norm.weight": WIDTH, "output_norm.weight": WIDTH}
vectors |= {f"blk.0.attn_{name}.bias": WIDTH for name in "qkv"}
for name, size in vectors.items():
    writer.add_tensor(name, np.ones(size, np.float32))
shapes = {"token_embd": (257, WIDTH), "output": (257, WIDTH), "blk.0.ffn_down": (WIDTH, WIDE)}
shapes |= {f"blk.0.attn_{name}": (WIDTH, WIDTH) for name in ("q", "k", "v", "output")}
shapes |= {f"blk.0.ffn_{name}": (WIDE, WIDTH) for name in ("gate", "up")}
stored = {name: blocks(*shape) for name, shape in shapes.items()}
for name, data in stored.items():
    writer.add_tensor(f"{name}.weight", data, raw_dtype=Q4_K)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

openvino_genai.ContinuousBatchingPipeline(
    "random.gguf", openvino_genai.SchedulerConfig(), "CPU", {"enable_save_ov_model": True}
)
model = openvino.Core().read_model("openvino_model.xml")


def numbers(node):
    data = np.asarray(node.data)
    if node.get_element_type() == openvino.Type.u4:
        data = np.stack([data.view(np.uint8).ravel() & 15, data.view(np.uint8).ravel() >> 4], 1)
    return data.astype(np.float32).reshape(node.get_output_shape(0))


def operand(node, number):
    found = node.input_value(number).get_node()
    return found.input_value(0).get_node() if found.get_type_name() == "Convert" else found


wanted = gguf.quants.dequantize(stored["blk.0.ffn_down"], Q4_K)
for node in model.get_ordered_ops():
    if node.get_type_name() == "MatMul" and list(node.input_value(1).get_partial_shape()) == [WIDTH, WIDE]:
        scaled = operand(node, 1).input_value(0).get_node()  # Reshape, then Multiply
        shifted = scaled.input_value(0).get_node()
        zeros = numbers(operand(shifted, 1))
        read = (numbers(operand(shifted, 0)) - zeros) * numbers(operand(scaled, 1))
        break
groups = wanted.reshape(read.shape)
off = float(np.sqrt(((read - groups) ** 2).mean() / (groups**2).mean()))
spread = float((read - groups).std(axis=-1).mean() / np.abs(read - groups).mean())
print(f"openvino-genai {openvino_genai.__version__}")
print(f"weights are off by {off:.1%} of their size; within a group by the same: spread {spread:.3f}")
assert np.array_equal(zeros, np.rint(zeros)), "zero points are no longer whole"
assert 0.02 < off < 0.2, "the weights are no longer off"
assert spread < 0.05, "the error is no longer one shift a group"
print("as described")
PYTHON
