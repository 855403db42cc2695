#!/usr/bin/env bash
# striprtf gives what an RTF file no longer says, and leaves out footnotes, which it does say.
#
# One would guess: rtf_to_text() gives what a reader of the document sees. It does leave out comments,
# headers and what is in the index.
# What happens (striprtf 0.0.35): text that was removed with changes tracked (\deleted) comes beside
# what took its place, as if both held: "Refunds take 30 14 days". Text that is hidden (\v), such as
# notes of the author's own, comes as every other. And a footnote, which the reader does see, is gone
# with its text, so an exception to a rule is lost. Nothing in its documentation tells so.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check striprtf==0.0.35
venv/bin/python - <<'PYTHON'
from striprtf.striprtf import rtf_to_text

TEXT = r"""{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}
{\*\revtbl {Unknown;}{Ann;}}
\pard Refunds take {\deleted\revauthdel1 30 }{\revised\revauth1 14 }days.\par
\pard Call us. {\v Never before noon! }We help.\par
\pard The fee is 5 EUR{\super\chftn}{\footnote\pard {\super\chftn} None for members.}.\par
\pard {\*\annotation\pard Ask Ann.}Done.\par}"""
text = rtf_to_text(TEXT)
print(text)
assert "Ask Ann" not in text, "comments are kept now"
assert "take 30 14 days" in text, "removed text is left out now"
assert "Never before noon" in text, "hidden text is left out now"
assert "None for members" not in text, "footnotes are kept now"
PYTHON
