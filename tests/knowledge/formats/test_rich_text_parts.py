"""Margins of pages, merged cells and signs of fonts in rich text."""

import pytest

from chatbot.knowledge.formats import extract

FONTS = r"{\fonttbl{\f0\fswiss Calibri;}{\f1\froman{\*\panose 05}Symbol;}{\f2\fnil Wingdings;}}"


def rich(text: str) -> str:
    return extract(".rtf", rf"{{\rtf1\ansi\ansicpg1252\deff0{FONTS}{text}}}".encode("cp1252")).text


def test_what_stands_above_and_below_the_pages_is_read_once() -> None:
    heads = (
        r"\facingp{\headerl\pard HB-200 f\'fcr B\'fcros\par}{\headerr HB-200 f\'fcr B\'fcros\par}"
    )
    foot = r"{\footer\pard Hotline 555-0123\par}"
    found = rich(heads + foot + r"\pard Reset it.\par")
    assert found == "HB-200 für Büros\n\nReset it.\n\nHotline 555-0123\n"


@pytest.mark.parametrize(
    "foot",
    [
        r"\chpgn",
        r"Page {\field{\*\fldinst { PAGE }}{\fldrslt {1}}} of \chpgn",
        r"{\field{\*\fldinst NUMPAGES}{\fldrslt 9}}",
        "3",
    ],
)
def test_what_only_numbers_the_pages_is_not_read(foot: str) -> None:
    assert rich(rf"{{\footerr\pard {foot}\par}}\pard Body\par") == "Body\n"


def test_a_line_with_a_page_number_keeps_its_words() -> None:
    foot = r"{\footer\pard Valid for all shops in Graz, page \chpgn\par}"
    assert rich(foot + r"\pard Body\par") == "Body\n\nValid for all shops in Graz, page\n"


def row(*cells: str, merged: str = "") -> str:
    kinds = merged.split(",") + [""] * len(cells)
    places = "".join(f"{kind}\\cellx{n}00" for n, kind in enumerate(kinds[: len(cells)], 1))
    return rf"\trowd{places}\pard\intbl " + "".join(f"{cell}\\cell " for cell in cells) + r"\row"


def test_merged_cells_are_filled_in() -> None:
    rows = row("Zone", "Method", "Fee") + row(r"Z\'fcrich", "Post", "5", merged=r"\clvmgf")
    rows += (
        row("", "Bike", "9", merged=r"\clvmrg") + row("Bern", "Post", "6") + row("", "Bike", "8")
    )
    assert rich(rows + r"\pard End\par") == (
        "Zone | Method | Fee\nZürich | Post | 5\nZürich | Bike | 9\n"
        "Bern | Post | 6\nBern | Bike | 8\n\nEnd\n"
    )


@pytest.mark.parametrize(
    ("cell", "want"),
    [
        (r"Zone", "Zone"),
        (r"Zone\par A", "Zone A"),
        (r"{\deleted Land}Zone", "Zone"),
        (r"{\pict\pngblip 89504e47}Zone", "Zone"),
    ],
)
def test_merged_cells_repeat_what_they_show_and_nothing_else(cell: str, want: str) -> None:
    rows = row(cell, "5", merged=r"\clvmgf") + row("", "6", merged=r"\clvmrg")
    table = f"{want} | 5\n{want} | 6\n"
    assert rich(r"\pard Intro\par " + rows + r"\pard End\par") == f"Intro\n\n{table}\nEnd\n"


def test_a_long_merged_cell_is_not_written_again_without_end() -> None:
    rows = row("word " * 4_000, "5", merged=r"\clvmgf") + row("", "6", merged=r"\clvmrg") * 100
    assert len(rich(rows)) < 600_000


@pytest.mark.parametrize(
    ("text", "want"),
    [
        (r"{\f2\'fc} yes, {\f2\'fb} no", "✓ yes, ✗ no"),
        (r"{\f2\u-3844 ?} yes", "✓ yes"),
        (r"{\uc0\f2\u-3844 }yes", "✓yes"),
        (r"20 {\f1 m}m \f1\'b3\f0  5", "20 μm ≥ 5"),
        (r"\f2\'fc\plain \'fc", "✓ü"),
    ],
)
def test_letters_of_fonts_of_signs_are_what_they_draw(text: str, want: str) -> None:
    assert rich(rf"\pard {text}\par") == f"{want}\n"
