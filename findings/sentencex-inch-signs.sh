#!/usr/bin/env bash
# sentencex takes two inch signs for quotation marks, and all between them for one sentence.
#
# One would guess: 'The screen has 24". It costs 5 EUR. It ships today. The TV has 55". Done.' are
# five sentences, as with the sign for inches of typographers (U+2033) or the word "inch".
# What happens (sentencex 1.0.32, English and German): two sentences. The sign behind the first number
# opens a quotation, the one behind the second number closes it, however far that is, and no sentence
# ends inside; so with '' too. Who tells for each sentence whether a source supports it treats what
# stands between two sizes of screens, pipes or screws as one sentence.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sentencex==1.0.32
venv/bin/python - <<'PYTHON'
import sentencex

TEXT = "The screen has 24{0}. It costs 5 EUR. It ships today. The TV has 55{0}. Done."
FAR = "The screen has 24{0}. " + "It costs 5 EUR. " * 100 + "The TV has 55{0}. Done."


def count(text, language):
    return len(sentencex.segment(language, text))


for language in ("en", "de"):
    for sign in (" inches", "\u2033", '"', "''"):
        found = sentencex.segment(language, TEXT.format(sign))
        print(language, len(found), found)
        assert len(found) == (2 if sign in ('"', "''") else 5), f"{sign!r} is read otherwise now"
    assert count(FAR.format("\u2033"), language) == 103
    assert count(FAR.format('"'), language) == 2, "a quotation has a longest length now"
PYTHON
