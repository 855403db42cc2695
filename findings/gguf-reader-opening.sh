#!/usr/bin/env bash
# Opening a GGUF file with gguf's reader takes as long as its vocabulary is, not as its weights are.
#
# One would guess: GGUFReader maps the file, so that opening one of gigabytes is a matter of
# milliseconds and a value is read when somebody asks for it.
# What happens (gguf 0.19.0): each item of each list becomes an array of its own before the reader is
# returned, a number one and a string two (its length and its bytes), all of them views of the map. A
# vocabulary of 150,000 tokens with merges, kinds and scores makes a million of them, and opening such
# a file takes ten seconds or more on an ordinary core, whatever is wanted of it.
# Fails if that changes: the views are counted, and a small file with a vocabulary is slower to open
# by far than one with many megabytes of weights and none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0
venv/bin/python - <<'PYTHON'
import time

import gguf
import numpy as np

COUNT = 20_000


def opened(name, rows, fill):
    writer = gguf.GGUFWriter(name, "qwen2")
    fill(writer)
    writer.add_tensor("weights", np.zeros((rows, 1024), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    seconds = []
    for _ in range(3):
        begun = time.process_time()
        reader = gguf.GGUFReader(name)
        seconds.append(time.process_time() - begun)
    return reader, min(seconds)


def vocabulary(writer):
    writer.add_token_list([f"w{n}" for n in range(COUNT)])
    writer.add_token_types([1] * COUNT)


words, slow = opened("words.gguf", 1, vocabulary)
weights, fast = opened("weights.gguf", 16_384, lambda writer: None)
views = [len(words.get_field(f"tokenizer.ggml.{key}").parts) for key in ("tokens", "token_type")]
print(f"{COUNT} tokens and kinds: {views} arrays, opened in {slow:.3f} s")
print(f"64 MB of weights: opened in {fast:.3f} s")
assert views[0] > 2 * COUNT, "a string is no longer two arrays"
assert views[1] > COUNT, "a number of a list is no longer an array of its own"
assert slow > 20 * fast, "a long vocabulary no longer makes opening slow"
PYTHON
