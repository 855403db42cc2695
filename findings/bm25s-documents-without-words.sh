#!/usr/bin/env bash
# bm25s: who asks for words that no document has finds the documents that have no words.
#
# One would guess: a query none of whose words is in the corpus has the score 0 for every document, so
# "the best score is 0" tells that nothing was found. With bm25s.tokenize() it is so.
# What happens (bm25s 0.3.16): its class Tokenizer puts an empty word into documents of stop words and
# single characters only (a page that is a picture, a cell with one digit), and the same empty word
# into a query that has no known word. It is a rare word, so it counts much: such a document comes
# first, with a score above that of a real hit for a word of several documents.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bm25s==0.3.16 numpy==2.4.6
venv/bin/python - <<'PYTHON'
import bm25s
from bm25s.tokenization import Tokenizer

DOCUMENTS = ["reset the router", "the router blinks red", "7", "call support about the router"]


def best(query, tokenizer):
    index = bm25s.BM25()
    if tokenizer:
        index.index(tokenizer.tokenize(DOCUMENTS, show_progress=False), show_progress=False)
        asked = tokenizer.tokenize([query], show_progress=False)
    else:
        index.index(bm25s.tokenize(DOCUMENTS, stopwords="en", show_progress=False), show_progress=False)
        asked = bm25s.tokenize([query], stopwords="en", show_progress=False)
    rows, scores = index.retrieve(asked, k=1, show_progress=False)
    print("Tokenizer" if tokenizer else "tokenize()", repr(query), "->", repr(DOCUMENTS[rows[0, 0]]),
          round(float(scores[0, 0]), 3))
    return DOCUMENTS[rows[0, 0]], float(scores[0, 0])


assert best("warranty", None)[1] == 0.0
found, unknown = best("warranty", Tokenizer(stopwords="en"))
assert found == "7" and unknown > 0, "a query of unknown words finds nothing now"
assert unknown > best("router", Tokenizer(stopwords="en"))[1] > 0, "it scores below a real hit now"
PYTHON
