#!/usr/bin/env bash
# pdf_oxide tells of no raised text that it is raised, so a footnote's mark joins the price before it.
#
# One would guess: a raised digit is not part of the number before it, or at least its position tells:
# PDF's operator for raised text (Ts) moves a glyph up by so many points, so its origin is as much
# above the others', and a program can tell a footnote's mark or a power of ten from a digit.
# What happens (pdf_oxide 0.3.78): text and Markdown have "49.902" and "106", and the raised glyphs
# have the same y as all others, in extract_chars(), extract_spans() and extract_words(), as if the
# operator were not there. Only the size of the type differs. Where a raised glyph was placed by its
# position instead, extract_chars() has it right, while extract_spans() puts it on the line.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pdf-oxide==0.3.78 reportlab==5.1.0
venv/bin/python - <<'PYTHON'
import pdf_oxide
from reportlab.pdfgen.canvas import Canvas

LINE = 700
canvas = Canvas("prices.pdf")
text = canvas.beginText(72, LINE)
for part, raised in (("It costs 49.90", ""), ("", "2"), (" a year for 10", ""), ("", "6"), (" calls.", "")):
    text.setFont("Helvetica", 7 if raised else 12)
    text.setRise(5 if raised else 0)
    text.textOut(part or raised)
canvas.drawText(text)
canvas.showPage()
canvas.setFont("Helvetica", 12)
canvas.drawString(72, LINE, "It costs 49.90")
right = 72 + canvas.stringWidth("It costs 49.90")
canvas.setFont("Helvetica", 7)
canvas.drawString(right, LINE + 5, "2")
canvas.save()

document = pdf_oxide.PdfDocument("prices.pdf")
for read in (document.extract_text(0), document.to_markdown(0)):
    print(repr(read))
    assert "49.902 a year" in read and "106 calls" in read, "raised digits stand apart now"
chars = {(c.char, c.font_size, c.origin_y) for c in document.extract_chars(0) if c.font_size == 7}
print("characters (sign, size, y):", sorted(chars))
assert chars == {("2", 7.0, LINE), ("6", 7.0, LINE)}, "characters have their rise now"
for found in (document.extract_spans(0), document.extract_words(0)):
    assert {part.bbox[1] for part in found} == {LINE}, "spans or words have their rise now"
placed = [c.origin_y for c in document.extract_chars(1) if c.font_size == 7]
span = [s.bbox[1] for s in document.extract_spans(1) if s.text == "2"]
print("placed by its position: character at", placed, "span at", span)
assert placed == [LINE + 5] and span == [LINE], "characters and spans agree now"
PYTHON
