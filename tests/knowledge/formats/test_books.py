"""Books and rich text."""

import io
import json
import zipfile
from typing import Any

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.formats import extract


def test_books_are_read_in_the_order_of_their_spine() -> None:
    package = """<package xmlns="http://www.idpf.org/2007/opf"><metadata>
    <dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Hub handbook</dc:title></metadata>
    <manifest><item id="b" href="text/b%20two.xhtml"/><item id="a" href="text/a.xhtml"/></manifest>
    <spine><itemref idref="a"/><itemref idref="b"/></spine></package>"""
    container = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
    <rootfile full-path="OEBPS/content.opf"/></rootfiles></container>"""
    page = "<?xml version='1.0' encoding='utf-8'?><html><body><h1>{}</h1><p>{}</p></body></html>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("OEBPS/content.opf", package)
        archive.writestr("OEBPS/text/b two.xhtml", page.format("Care", "Wipe it dry."))
        sign = "<a epub:type='noteref' href='#n'>1</a>"
        archive.writestr("OEBPS/text/a.xhtml", page.format("Start", f"It costs 10{sign} euros."))
    found = extract(".epub", out.getvalue())
    assert found.title == "Hub handbook"
    assert found.text == "# Start\n\nIt costs 10 [1] euros.\n\n# Care\n\nWipe it dry.\n"


def rich(body: str) -> str:
    head = r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\stylesheet{\s1\v Notes;}}"
    return extract(".rtf", f"{head}\n{body}}}".encode("latin-1")).text


@pytest.mark.parametrize("number", ["99999999", "-99999", "1114112", "9" * 5000, ""])
def test_rich_text_with_letters_that_there_are_not_is_read(number: str) -> None:
    found = rich(rf"Open \u{number} ?till \u8364 ?5.")
    assert found.split() == ["Open", "?till", "€5."]


def test_paragraphs_in_a_cell_of_rich_text_are_one_line() -> None:
    cell = r"{{\pard\intbl %s\par}\cell}"
    row = r"{\trowd\cellx900\cellx1900\intbl{" + cell + cell + r"}\intbl\row}"
    rows = row % ("Lake", "Quota") + row % ("Oulu", r"31\par per day") + r"\pard Seen\par"
    assert rich(rows) == "Lake | Quota\nOulu | 31 per day\n\nSeen\n"


def test_rich_text_is_read_without_what_is_removed_or_hidden() -> None:
    assert rich(
        r"Refunds take {\deleted\revauthdel1 30 }{\revised\revauth1 14 }days.\par"
        r"{\deleted All of {\b this} is n\'f6 \u8364?.\par}"
        r"Call us. \v Never\tab {\i before} noon!\par \v0 We help. {\v\plain Always.}\par"
        r"{\pict\bin3 }{x}\v0\par It costs {\strike 9 }\striked 8 \striked0 7 EUR.\par Done."
    ) == ("Refunds take 14 days.\n\nCall us. We help. Always.\n\nIt costs 7 EUR.\n\nDone.\n")


def test_raised_figures_of_rich_text_make_no_other_number() -> None:
    assert (
        rich(
            r"10{\super 6} W, price $9{\super 2}, 10\super 3\nosupersub  m, "
            r"\u8364?10{\up6 1} a year, "
            r"7 m{\super 2}, CO{\sub 2}, 1{\super st}, 3 {\super 1}/{\sub 2}, \'805{\super 1}\par"
        )
        == "10^6 W, price $9 [2], 10^3 m, €10 [1] a year, 7 m2, CO2, 1st, 3 1/2, €5 [1]\n"
    )


def test_footnotes_of_rich_text_stand_behind_their_paragraph() -> None:
    assert rich(
        r"It costs 5 EUR{\super\chftn}{\footnote\pard{\super\chftn} None for {\b members}.}.\par "
        r"It is {\footnote Or not.\par It depends.}free{\footnote {\v Never!}Today.}."
    ) == (
        "It costs 5 EUR.\n\nNone for members.\n\nIt is free.\n\nOr not.\n\nIt depends.\n\nToday.\n"
    )


def test_a_footer_takes_no_footnote_with_it() -> None:
    text = r"\pard Body{\footnote \pard Note\par}{\footerr \pard 3\par} text\par"
    assert rich(text) == "Body text\n\nNote\n"


def test_boxes_of_rich_text_stand_behind_their_paragraph() -> None:
    old = r"{\shprslt{\*\do\dptxbx{\dptxbxtext\pard Old\par}}}"
    box = r"{\shp{\*\shpinst{\sp{\sn a}{\sv 202}}{\shptxt\pard Boxed\par Two\par}}" + old + "}"
    assert rich(rf"\pard Before {box}after\par Next\par") == (
        "Before after\n\nBoxed\n\nTwo\n\nNext\n"
    )


def test_headings_of_rich_text_are_told_by_their_level() -> None:
    styles = r"{\stylesheet{\s1\outlinelevel0 heading 1;}}"
    heads = r"\pard\s1\outlinelevel0{\b Refunds}\par\pard\outlinelevel1 \u220?ber 30\par"
    assert rich(styles + heads + r"\pard Later\par") == "# Refunds\n\n## Über 30\n\nLater\n"


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (r"\emdash Heads", "## —Heads"),
        (r"{\listtext\pard\plain 2.\tab}Heads", "## 2. Heads"),
        (r"{\pict\pngblip 00ff}Heads", "## Heads"),
        ("One | two", "## One | two"),
    ],
)
def test_headings_begin_with_whatever_they_show(text: str, want: str) -> None:
    assert rich(rf"\pard\outlinelevel1 {text}\par\pard Text\par") == f"{want}\n\nText\n"


def test_marks_that_are_taken_out_cost_no_word_behind_them() -> None:
    assert rich(r"\pard\b\outlinelevel9 Text of no heading\par") == "Text of no heading\n"
    assert rich(r"\pard\b\v0 Seen again\par") == "Seen again\n"
    cell = r"\pard\intbl\outlinelevel0 Plan\cell\intbl Fee\cell\row\pard End\par"
    assert rich(cell) == "Plan | Fee\n\nEnd\n"


def test_signs_in_two_halves_are_whole() -> None:
    assert rich(r"\pard \u-10179?\u-8704? hi\par") == "😀 hi\n"


def notebook(*cells: dict[str, Any]) -> str:
    each = [{"cell_type": "code", "metadata": {}, "outputs": [], **cell} for cell in cells]
    return extract(".ipynb", json.dumps({"cells": each}).encode()).text


def test_notebooks_show_what_their_code_showed() -> None:
    table = "<style>td{}</style><table><tr><th>plan<th>churn<tr><td>Crew<td>3.9%</table>"
    shown = [
        {"output_type": "stream", "text": ["AUC ", "0.91\n"]},
        {"data": {"text/html": [table], "text/plain": ["   plan"]}},
        {"data": {"text/plain": ["<Figure size 640x480>"]}},
        {"data": {"text/markdown": "**7** days"}},
        {"data": {"text/plain": "42"}},
    ]
    assert notebook({"source": "run()", "outputs": shown}) == (
        "```\nrun()\n```\n\n```\nAUC 0.91\n```\n\nplan | churn\nCrew | 3.9%\n\n7 days\n\n"
        "```\n42\n```\n"
    )


def test_notebooks_say_how_their_code_failed() -> None:
    failed = {"output_type": "error", "ename": "PortError", "evalue": "99999 is too high"}
    printed = {"output_type": "stream", "text": "\x1b[0;31mlow\x1b[0m\n"}
    text = notebook({"cell_type": "code", "source": "run()", "outputs": [printed, failed]})
    assert "low\nPortError: 99999 is too high" in text


def test_notebooks_of_version_3_are_read() -> None:
    cells = [
        {"cell_type": "markdown", "source": "Hold it."},
        {"cell_type": "code", "input": "run()", "outputs": [{"text": "12 s"}]},
    ]
    text = extract(".ipynb", json.dumps({"worksheets": [{"cells": cells}]}).encode()).text
    assert "Hold it." in text and "run()" in text and "12 s" in text


def test_odd_parts_of_a_notebook_cost_no_other_part() -> None:
    seen = {"source": "a"}
    odd: list[Any] = [
        {"metadata": [1]}, {"metadata": {"tags": 5, "jupyter": "x"}}, {"outputs": 5},
        {"outputs": [None, {"data": [1]}, {"data": {"text/plain": None}}]}, {"source": None},
    ]  # fmt: skip
    for part in odd:
        assert notebook(part, seen).endswith("```\na\n```\n"), part
    for cell in (None, "x", [1]):
        data = json.dumps({"cells": [cell, {"cell_type": "markdown", "source": "Seen."}]})
        assert extract(".ipynb", data.encode()).text == "Seen.\n"
    for cells in (None, "abc", {"a": 1}):
        with pytest.raises(DocumentError, match="no notebook"):
            extract(".ipynb", json.dumps({"cells": cells}).encode())


def test_what_tags_take_out_of_a_notebook_is_left_out() -> None:
    printed = [{"text": "seen\n"}]
    assert (
        notebook({"source": "a", "metadata": {"tags": ["remove_cell"]}, "outputs": printed}) == ""
    )
    only = {"source": "a", "metadata": {"tags": ["remove-output"]}, "outputs": printed}
    assert notebook(only) == "```\na\n```\n"
    taken = {"source": "a", "metadata": {"tags": ["remove-input"]}, "outputs": printed}
    assert notebook(taken) == "```\nseen\n```\n"
    for metadata in ({"tags": ["hide-input"]}, {"jupyter": {"source_hidden": True}}):
        a_click_away = {"source": "a", "metadata": metadata, "outputs": printed}
        assert notebook(a_click_away) == "```\na\n```\n\n```\nseen\n```\n"
