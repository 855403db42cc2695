#!/usr/bin/env bash
# office-oxide reads an equation in a Word file as its digits side by side: 1/2 as 12.
#
# One would guess: what was written with Word's editor of equations comes as a line that says the
# same, "1/2" or "(1)/(2)", or as LaTeX, or not at all, as python-docx has it. A power that is set as
# raised text does keep its mark: "10<sup>6</sup>" in Markdown and HTML.
# What happens (office-oxide 0.1.15): the runs of the equation stand one behind the other. "Take 1/2
# tablet" is read as "Take 12 tablet", ten to the sixth as 106, and the root of 9 as 9, in plain text,
# Markdown and HTML alike. The number is a plausible one, so nobody who reads the answer notices.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check office-oxide==0.1.15 python-docx==1.2.0
venv/bin/python - <<'PYTHON'
import docx
import office_oxide
from docx.oxml import parse_xml

SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/math"


def number(digits):
    return f"<m:r><m:t>{digits}</m:t></m:r>"


EQUATIONS = {
    "fraction": ("Take ", f"<m:f><m:num>{number(1)}</m:num><m:den>{number(2)}</m:den></m:f>", " tablet."),
    "power": ("Some ", f"<m:sSup><m:e>{number(10)}</m:e><m:sup>{number(6)}</m:sup></m:sSup>", " units."),
    "root": ("It is ", "<m:rad><m:radPr><m:degHide m:val='1'/></m:radPr><m:deg/>"
             f"<m:e>{number(9)}</m:e></m:rad>", " mm."),
}
document = docx.Document()
for before, equation, after in EQUATIONS.values():
    paragraph = document.add_paragraph(before)
    paragraph._p.append(parse_xml(f'<m:oMath xmlns:m="{SPACE}">{equation}</m:oMath>'))
    paragraph.add_run(after)
raised = document.add_paragraph("Some 10")
raised.add_run("6").font.superscript = True
document.save("doses.docx")

read = office_oxide.Document.open("doses.docx")
print(read.plain_text())
for name in ("plain_text", "to_markdown"):
    text = getattr(read, name)()
    for wanted in ("Take 12 tablet.", "Some 106 units.", "It is 9 mm."):
        assert wanted in text, f"{name} reads an equation otherwise now: {text!r}"
assert ">12<" in read.to_html(), "HTML has the fraction as one now"
assert "10<sup>6</sup>" in read.to_markdown(), "raised text is read otherwise now"
PYTHON
