#!/usr/bin/env bash
# faiss-cpu says that it is typed, and a type checker refuses what its search of a subset needs.
#
# One would guess: code that runs, in the form that the library's own wiki shows for searching some
# ids only (SearchParameters(sel=...), IDSelectorBitmap over an array), passes mypy, since the wheel
# has py.typed and a stub.
# What happens (faiss-cpu 1.15.1, mypy 2.4.1): it finds the right rows, and mypy reports five
# errors: the stub has the constructors of the C++ classes, while the Python classes take other
# arguments (keywords for every field, an array in place of length and pointer). A project that
# checks its types has to treat faiss as untyped just there.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check faiss-cpu==1.15.1 numpy==2.4.6 mypy==2.4.1
cat >subset.py <<'PYTHON'
import faiss
import numpy as np

vectors = np.eye(16, dtype=np.float32)
index = faiss.IndexFlatIP(16)
index.add(vectors)
seen = np.packbits(np.arange(16) >= 8, bitorder="little")
selector = faiss.IDSelectorBitmap(seen)
flat = faiss.SearchParameters(sel=selector)
lists = faiss.SearchParametersIVF(sel=selector, nprobe=2)
scores, rows = index.search(vectors[:1], 16, params=flat)
found = sorted(int(row) for row in rows[0] if row >= 0)
print("found among rows 8 to 15:", found)
assert found == list(range(8, 16)), "the search of a subset works otherwise now"
PYTHON
venv/bin/python subset.py
ls venv/lib/python3*/site-packages/faiss/py.typed >/dev/null
errors=$(venv/bin/mypy --no-error-summary subset.py || true)
echo "$errors"
for word in IDSelectorBitmap '"sel" for "SearchParameters"' '"nprobe"'; do
  grep -q "$word" <<<"$errors" || { echo "mypy accepts it now: $word"; exit 1; }
done
