#!/usr/bin/env bash
# office-oxide gives an XLSX cell's stored number or a date of its own form, not what Excel shows.
#
# One would guess: the text and the Markdown of a sheet show its cells as Excel does, since 0.196 in
# the format 0.0% does come as 19.6%: 123 in the format 00000 as 00123, a date in the format
# DD.MM.YYYY as 05.03.2026, and no sheet that is hidden.
# What happens (office-oxide 0.1.15): 123 comes as stored, the date as 2026-03-05 whatever its
# format, and the hidden sheet is there like any other one. Postal codes and article numbers
# therefore lose their zeros, and nothing tells that a sheet was hidden.
# Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check office-oxide==0.1.15 xlsxwriter==3.2.9
venv/bin/python - <<'PYTHON'
import datetime

import office_oxide
import xlsxwriter

with xlsxwriter.Workbook("book.xlsx") as book:
    sheet = book.add_worksheet("Parts")
    sheet.write("A1", 123, book.add_format({"num_format": "00000"}))
    sheet.write("A2", 0.196, book.add_format({"num_format": "0.0%"}))
    day = datetime.date(2026, 3, 5)
    sheet.write_datetime("A3", day, book.add_format({"num_format": "DD.MM.YYYY"}))
    hidden = book.add_worksheet("Costs")
    hidden.write("A1", "what we pay")
    hidden.hide()

document = office_oxide.Document.open("book.xlsx")
for name in ("plain_text", "to_markdown"):
    text = getattr(document, name)()
    print(f"{name}: {text!r}")
    shown = [wanted in text for wanted in ("19.6%", "00123", "05.03.2026")]
    assert shown == [True, False, False], "cells are shown as Excel shows them now"
    assert "2026-03-05" in text and "123" in text
    assert "what we pay" in text, "hidden sheets are left out now"
PYTHON
