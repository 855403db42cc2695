"""Tables of PDF pages without lines: rows and columns by the places of words."""

import io
from collections.abc import Sequence

import pytest
from reportlab.pdfgen.canvas import Canvas

from chatbot.knowledge.formats import extract

Row = tuple[float, str, Sequence[str]]  # points below the row above, font, cells


def shown(*rows: Row, places: Sequence[float] = (60, 250, 350)) -> list[str]:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    y = 700.0
    for below, font, cells in rows:
        y -= below
        canvas.setFont(font, 10)
        for number, text in enumerate(cells):
            place = places[number] if len(cells) <= len(places) else 60 + 110 * number
            canvas.drawString(place, y, text)
    canvas.save()
    return extract(".pdf", out.getvalue()).text.strip().split("\n")


FEES: list[Row] = [
    (0, "Helvetica-Bold", ("Service", "Net", "Gross")),
    (20, "Helvetica", ("Repair within the time", "0.00", "0.00")),
]


@pytest.mark.parametrize("rest", [("warranty period",), ("warranty", "period")])
def test_a_first_cell_of_several_lines_is_one(rest: Sequence[str]) -> None:
    found = shown(
        *FEES,
        (20, "Helvetica", ("Repair outside of the", "45.00", "53.55")),
        *((12, "Helvetica", (part,)) for part in rest),
        (20, "Helvetica", ("Pickup", "9.00", "10.71")),
    )
    assert found[-2:] == ["Repair outside of the warranty period | 45.00 | 53.55",
                          "Pickup | 9.00 | 10.71"]  # fmt: skip


def test_a_title_between_rows_is_no_rest_of_a_cell() -> None:
    found = shown(*FEES, (20, "Helvetica", ("At home",)), (20, "Helvetica", ("Visit", "9", "10")))
    assert "Repair within the time | 0.00 | 0.00" in found
    assert any(line.startswith("At home") for line in found)


@pytest.mark.parametrize("font", ["Helvetica", "Helvetica-Bold"])
def test_a_table_below_another_one_is_its_own(font: str) -> None:
    found = shown(
        *FEES,
        (20, "Helvetica", ("Pickup", "9.00", "10.71")),
        (36, font, ("Zone", "Days", "Parcel", "Letter")),
        (20, "Helvetica", ("North", "two", "5", "1")),
        (20, "Helvetica", ("South", "four", "6", "2")),
    )
    at = found.index("Zone | Days | Parcel | Letter")
    assert found[at - 2 : at] == ["Pickup | 9.00 | 10.71", ""]
    assert found[at + 1 :] == ["North | two | 5 | 1", "South | four | 6 | 2"]
