#!/usr/bin/env bash
# pdf-oxide reads the text of layers that a PDF file has switched off.
#
# One would guess: text in an optional content group that the file's own default configuration lists
# under /OFF is what no viewer shows or prints (prices of another country, notes of the designer), so
# that the text of a page has it not, or marks it.
# What happens (pdf-oxide 0.3.78): extract_text() and extract_spans() give it like every other text,
# and no span says that it belongs to a layer; pypdf 7.1.1 gives it, too. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pdf-oxide==0.3.78 pypdf==7.1.1
venv/bin/python - <<'PYTHON'
import pdf_oxide
import pypdf

SHOWN, HIDDEN = "Price 19 EUR", "Price 25 CHF"
CONTENT = (
    f"BT /F1 12 Tf 72 700 Td ({SHOWN}) Tj ET\n"
    f"/OC /L1 BDC BT /F1 12 Tf 72 650 Td ({HIDDEN}) Tj ET EMC"
)
OBJECTS = [
    "<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >> >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources"
    " << /Font << /F1 5 0 R >> /Properties << /L1 6 0 R >> >> >>",
    f"<< /Length {len(CONTENT)} >>\nstream\n{CONTENT}\nendstream",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Type /OCG /Name (Swiss prices) >>",
]
body, places = "%PDF-1.7\n", []
for number, text in enumerate(OBJECTS, start=1):
    places.append(len(body))
    body += f"{number} 0 obj\n{text}\nendobj\n"
table = "".join(f"{place:010} 00000 n \n" for place in places)
count = len(OBJECTS) + 1
end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
with open("layers.pdf", "wb") as file:
    file.write((body + end + f"startxref\n{len(body)}\n%%EOF\n").encode())

page = pdf_oxide.PdfDocument("layers.pdf")
text = page.extract_text(0)
spans = [span.text for span in page.extract_spans(0)]
other = pypdf.PdfReader("layers.pdf").pages[0].extract_text()
print(repr(text), spans, repr(other))
for found in (text, " ".join(spans), other):
    assert SHOWN in found, "what is shown is missing"
    assert HIDDEN in found, "what is hidden is left out now"
PYTHON
