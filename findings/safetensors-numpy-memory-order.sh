#!/usr/bin/env bash
# safetensors 0.8.0 writes a NumPy array as it lies in memory, whatever its strides say.
#
# One would guess: save_file() of an array and load_file() give the same numbers, as up to 0.7.0; or,
# as its documentation wants tensors "contiguous and dense", a transposed one is refused with an
# error, as the same library refuses one of torch. An array in Fortran's order is contiguous, after
# all, and nobody sees it on the array: scikit-learn's PCA hands out its vectors so.
# What happens (safetensors 0.8.0): a transposed array and one in Fortran's order are written without
# a word, with the shape of the array and the order of the memory, so every number is somewhere else
# when it is read. 0.7.0 wrote both right. A matrix of embeddings or of merged weights is spoilt by
# the upgrade alone, and shapes and types give no sign. (Upstream has it as issue 825.)
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6
for version in 0.7.0 0.8.0; do
  venv/bin/pip install --quiet --disable-pip-version-check --no-deps --target "$version" "safetensors==$version"
done
cat >round_trip.py <<'PYTHON'
import sys

import numpy as np
import safetensors
from safetensors.numpy import load, load_file, save, save_file

rows = np.arange(12, dtype=np.float32).reshape(3, 4)
arrays = {"plain": rows, "transposed": rows.T, "fortran": np.asfortranarray(rows)}
assert arrays["fortran"].flags.f_contiguous and np.array_equal(arrays["fortran"], rows)
save_file(arrays, "arrays.safetensors")
for read in (load_file("arrays.safetensors"), load(save(arrays))):
    assert {name: read[name].shape for name in read} == {
        name: array.shape for name, array in arrays.items()
    }
    same = [name for name, array in arrays.items() if np.array_equal(read[name], array)]
    print(safetensors.__version__, "the same again:", same, "first row of", rows.tolist()[0],
          "in Fortran's order read as", read["fortran"].tolist()[0])
    wanted = list(arrays) if sys.argv[1] == "right" else ["plain"]
    assert same == wanted, f"safetensors {safetensors.__version__} gives back {same} now"
PYTHON
PYTHONPATH=0.7.0 venv/bin/python round_trip.py right
PYTHONPATH=0.8.0 venv/bin/python round_trip.py wrong
