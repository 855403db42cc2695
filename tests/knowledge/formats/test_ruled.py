"""Tables that are drawn with lines on PDF pages: a row is a row, whatever its cells hold."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract

PLANS = (("Vehicle", "Rate"), ("Van up to", "119"), ("Bus", "240"))


def pdf(*pages: Callable[[Any], None]) -> Extracted:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842))
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return extract(".pdf", out.getvalue())


def grid(canvas: Any, rows: Any, heights: list[int], xs: list[int], walls: bool = True) -> None:
    """Lines at ``heights`` and, with ``walls``, at ``xs``; the cells' lines from the top down."""
    for y in heights:
        canvas.line(xs[0], y, xs[-1], y)
    for x in xs if walls else ():
        canvas.line(x, heights[0], x, heights[-1])
    for top, row in zip(heights, rows, strict=False):
        for x, cell in zip(xs, row, strict=False):
            for at, line in enumerate(cell.split("\n")):
                canvas.drawString(x + 4, top - 12 - 12 * at, line)


def test_cells_of_several_lines_are_one_row_between_two_lines() -> None:
    rows = [("Vehicle", "Base rate\nin EUR", "Note"), ("Van up to\n3.5 tonnes", "119", ""),
            ("Bus", "240", "ask the\nyard in\nLier")]  # fmt: skip
    for walls in (True, False):
        found = pdf(lambda c, w=walls: grid(c, rows, [700, 670, 640, 600], [60, 160, 260, 360], w))
        assert found.text == (
            "Vehicle | Base rate in EUR | Note\nVan up to 3.5 tonnes | 119 |\n"
            "Bus | 240 | ask the yard in Lier\n"
        )
        assert found.tables[0].columns == "Vehicle | Base rate in EUR | Note"


def test_the_lines_of_a_map_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.knowledge.formats.pdf._DRAWING", 500)
    rows = [("Exit\nnorth", "3"), ("Lift\nwest", "2")]

    def plan(canvas: Any) -> None:
        grid(canvas, rows, [700, 670, 640], [60, 160, 260])
        for at in range(300):
            canvas.line(at, 10, 590 - at, 90 + at % 7)

    found = pdf(plan, lambda canvas: grid(canvas, rows, [700, 670, 640], [60, 160, 260]))
    first, second = found.text[: found.pages[1][0]], found.text[found.pages[1][0] :]
    assert "Lift" in first
    assert "Lift west | 2" not in first
    assert "Lift west | 2" in second


def test_every_second_row_has_a_colour() -> None:
    def draw(canvas: Any) -> None:
        for bottom, height in ((680, 20), (622, 20)):
            canvas.setFillGray(0.8)
            canvas.rect(60, bottom, 300, height, stroke=0, fill=1)
        canvas.setFillGray(0)
        for x, y, text in ((64, 686, "Hut"), (264, 686, "Beds"), (64, 666, "Gimpel below the"),
                           (64, 652, "north face"), (264, 659, "48"), (64, 628, "Tannenhof"),
                           (264, 628, "12")):  # fmt: skip
            canvas.drawString(x, y, text)

    assert pdf(draw).text == "Hut | Beds\nGimpel below the north face | 48\nTannenhof | 12\n"


def test_rows_without_lines_between_them_stay_rows() -> None:
    rows = [("Day", "Opens"), ("Monday\nTuesday\nSunday", "9:00\n10:00\n11:30")]
    text = pdf(lambda c: grid(c, rows, [700, 680, 630], [60, 160, 260])).text
    assert text == "Day | Opens\nMonday | 9:00\nTuesday | 10:00\nSunday | 11:30\n"


def test_merged_cells_stand_in_each_row() -> None:
    def draw(canvas: Any) -> None:
        for y, left in ((700, 60), (680, 60), (660, 160), (640, 60)):
            canvas.line(left, y, 360, y)
        for x in (60, 160, 260, 360):
            canvas.line(x, 700, x, 640)
        for x, y, text in ((64, 688, "Region"), (164, 688, "Method"), (264, 688, "Days"),
                           (64, 658, "EU"), (164, 668, "Standard"), (264, 668, "5"),
                           (164, 648, "Express"), (264, 648, "2")):  # fmt: skip
            canvas.drawString(x, y, text)

    assert pdf(draw).text.split("\n")[1:3] == ["EU | Standard | 5", "EU | Express | 2"]


def test_a_table_over_two_pages_has_its_names_on_both() -> None:
    def page(rows: Any) -> Callable[[Any], None]:
        return lambda c: grid(c, rows, [820, 800, 780, 760], [60, 160, 260])

    found = pdf(page(PLANS), page([("Lorry", "300"), ("Tram", "410"), ("Sledge", "9")]))
    assert [rows.columns for rows in found.tables] == ["Vehicle | Rate", "Vehicle | Rate"]
    assert len(found.tables[1].at) == 3
    other = pdf(page(PLANS), page([("Dog", "Fee"), ("Poodle", "20"), ("Collie", "30")]))
    assert [rows.columns for rows in other.tables] == ["Vehicle | Rate", "Dog | Fee"]


def test_frames_and_underlines_are_no_tables() -> None:
    def draw(canvas: Any) -> None:
        canvas.rect(50, 600, 400, 120)
        for y in (690, 660, 630):
            canvas.drawString(60, y, "The shop on Mill Road is open from 9 to 18 on working days.")
            canvas.line(60, y - 2, 300, y - 2)

    assert "|" not in pdf(draw).text


def test_what_a_browser_prints_around_a_page_is_no_text() -> None:
    def draw(canvas: Any) -> None:
        canvas.drawString(24, 820, "11/29/26, 12:35 AM")
        canvas.drawString(300, 820, "Grant rules")
        canvas.drawString(60, 500, "A grant covers half of the costs.")
        canvas.drawString(24, 17, "https://fund.example/rules")
        canvas.drawString(560, 17, "1/1")

    assert pdf(draw).text == "A grant covers half of the costs.\n"


def test_columns_of_unequal_length_are_read_one_after_the_other() -> None:
    def draw(canvas: Any) -> None:
        left = ("The bridge is shut from 5 October", "until 17 November. Buses use the",
                "tunnel and need about", "nine minutes more.")  # fmt: skip
        right = ("Residents of Quay Street get a", "pass from the town hall.")
        for x, lines in ((60, left), (310, right)):
            for at, line in enumerate(lines):
                canvas.drawString(x, 700 - 14 * at, line)

    text = pdf(draw).text
    assert "and need about nine minutes more.\n\nResidents" in text


FARES = (("up to 1,500", "37.20", "16 %"), ("up to 3,000", "71.90", "18 %"),
         ("up to 6,000", "139.50", "21 %"))  # fmt: skip
NAMES = ("Value of the bicycle", "Monthly rate", "Residual value")


def fares(canvas: Any, rows: Any, lines: range, above: str = "") -> None:
    """Rows 18 points apart, cells to the right in their columns, and level lines below those in
    ``lines``; ``above`` is a sentence over them."""
    canvas.drawString(60, 718, above)
    for at, row in enumerate(rows):
        canvas.drawString(60, 700 - 18 * at, row[0])
        for x, cell in zip((300, 430), row[1:], strict=True):
            canvas.drawRightString(x, 700 - 18 * at, cell)
    for at in lines:
        canvas.line(60, 695 - 18 * at, 430, 695 - 18 * at)


def test_names_above_the_first_line_are_those_of_the_columns() -> None:
    found = pdf(lambda canvas: fares(canvas, [NAMES, *FARES], range(4), "What a lease costs:"))
    assert found.tables[0].columns == "Value of the bicycle | Monthly rate | Residual value"
    assert found.text.startswith("What a lease costs:\n\nValue of the bicycle | Monthly rate")
    words = (("City", "Opens", "Rooms"), ("Ghent", "in May", "some"), ("Arras", "in June", "none"))
    found = pdf(lambda canvas: fares(canvas, words, range(3)))
    assert found.tables[0].columns == "City | Opens | Rooms"


def test_names_of_two_lines_above_drawn_columns() -> None:
    rows = [("Model", "Flow\n[l/min]", "Weight"), ("GP-21", "47", "3.8"), ("GP-34", "88", "5.1")]

    def draw(canvas: Any) -> None:
        grid(canvas, rows[1:], [670, 650, 630], [60, 160, 260, 360])
        for x, lines in zip((64, 164, 264), rows[0], strict=True):
            for at, line in enumerate(reversed(lines.split("\n"))):
                canvas.drawString(x, 674 + 13 * at, line)

    assert pdf(draw).tables[0].columns == "Model | Flow [l/min] | Weight"


def test_a_row_below_the_last_line_belongs_to_the_table() -> None:
    """Pages printed by a browser have a line over each row only."""
    found = pdf(lambda canvas: fares(canvas, [NAMES, *FARES], range(3), ""))
    assert found.text.count(" | ") == 8
    assert len(found.tables[0].at) == 3


def test_what_stands_above_a_table_with_names_is_no_row_of_it() -> None:
    for above in ("What a lease of one bicycle costs in every month of the year:", "Rates"):
        found = pdf(lambda canvas, a=above: fares(canvas, [NAMES, *FARES], range(-1, 4), a))
        assert found.text.startswith(f"{above}\n\nValue of the bicycle | Monthly rate | ")
        assert found.tables[0].columns == "Value of the bicycle | Monthly rate | Residual value"


def test_words_of_two_cells_that_stand_close_are_parted_by_their_line() -> None:
    def draw(canvas: Any) -> None:
        rows = [("Route", "Cabin", "Price"), ("", "", "88"), ("Oslo-Kiel", "Inside", "94")]
        grid(canvas, rows, [700, 680, 660, 640], [60, 180, 260, 340])
        canvas.drawString(64, 668, "Stavanger to Hirtshals Inside")

    found = pdf(draw)
    assert "Stavanger to Hirtshals | Inside | 88\n" in found.text


def test_a_title_over_a_line_that_ends_below_it_stays_whole() -> None:
    def draw(canvas: Any) -> None:
        grid(canvas, [("Route", "Price"), ("Oslo", "94")], [680, 660, 640], [60, 180, 260])
        for y in (700, 680):
            canvas.line(60, y, 260, y)
        canvas.drawString(64, 687, "Ferries from Norway in 2026")

    assert "Ferries from Norway in 2026" in pdf(draw).text
