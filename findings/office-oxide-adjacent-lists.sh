#!/usr/bin/env bash
# office-oxide makes one list of two numbered lists of a Word file that stand below each other.
#
# One would guess: which list a paragraph belongs to is told by its w:numId, so that two numbered lists
# without a line between them, each beginning with its own 1 in Word, become two <ol> in HTML.
# What happens (office-oxide 0.1.15): a list that begins with 1 right below another one is taken for
# more of it: "1. Prepare" of one and "1. Unplug, 2. Wait" of the next come as steps 1, 2 and 3 of one
# <ol>. A list that goes on with 2 is told apart from the one above it, so the numId is known. "See
# step 2" then points at another step than in Word. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check office-oxide==0.1.15 python-docx==1.2.0
venv/bin/python - <<'PYTHON'
import re

import docx
import office_oxide

FIRST, SECOND = "List Number", "List Number 2"  # two lists of python-docx's own template


def steps(*paragraphs):
    """The texts of each <ol>, with the number that it begins with."""
    document = docx.Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    numbers = {
        p.style.name: p.style.element.pPr.numPr.numId.val for p in document.paragraphs
    }
    assert len(set(numbers.values())) == len(numbers), numbers
    document.save("steps.docx")
    html = office_oxide.Document.open("steps.docx").to_html()
    lists = re.findall(r"<ol(?: start=\"(\d+)\")?>(.*?)</ol>", html, re.DOTALL)
    return [(start or "1", re.findall(r"<li>(?:<[^>]+>)*([^<]+)", items)) for start, items in lists]


found = steps((FIRST, "Prepare"), (SECOND, "Unplug"), (SECOND, "Wait"))
print("below each other:", found)
assert found == [("1", ["Prepare", "Unplug", "Wait"])], "two lists now"

found = steps((FIRST, "Prepare"), ("List Bullet", "Tools"), (SECOND, "Unplug"), (FIRST, "Open"))
print("parted:", found)
assert found == [("1", ["Prepare"]), ("1", ["Unplug"]), ("2", ["Open"])], "otherwise parted now"
PYTHON
