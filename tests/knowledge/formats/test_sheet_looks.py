"""Sheets whose names are told by their type."""

from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

from chatbot.knowledge.formats import extract
from tests.support.documents import saved


def columns(rows: list[list[Any]], strong: list[int], fill: bool = False) -> list[str]:
    """The names over the tables of a sheet, of which some rows (from 1) are set apart."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for number in strong:
        for cell in book.active[number]:
            if fill:
                cell.fill = PatternFill("solid", fgColor="FFD9D9D9")
            else:
                cell.font = Font(bold=True)
    return [table.columns for table in extract(".xlsx", saved(book)).tables]


PRICES = [["Item", "Price"], ["A", 1], ["B", 2]]
FEES = [["Zone", "Fee"], ["EU", 5], ["US", 9]]
WORDS = [["Berlin", "open"], ["Paris", "shut"], ["Rome", "open"]]


@pytest.mark.parametrize("fill", [False, True])
@pytest.mark.parametrize(
    ("rows", "strong", "names"),
    [
        (WORDS, [1], ["Berlin | open"]),
        (WORDS, [], [""]),
        (WORDS, [1, 2], [""]),
        ([["Plan", "1 user", "5 users"], ["A", "a", "b"], ["B", "c", "d"]], [1],
         ["Plan | 1 user | 5 users"]),
        # A table directly below another one, with and without a title.
        ([*PRICES, *FEES], [1, 4], ["Item | Price", "Zone | Fee"]),
        ([*PRICES, ["Shipping"], *FEES], [1, 4, 5], ["Item | Price", "Zone | Fee"]),
        ([*PRICES, ["Total", 3]], [1, 4], ["Item | Price"]),
    ],
)  # fmt: skip
def test_type_tells_the_names_of_a_sheet(
    rows: list[list[Any]], strong: list[int], names: list[str], fill: bool
) -> None:
    assert columns(rows, strong, fill) == names


def test_questions_behind_an_empty_row_keep_their_names() -> None:
    asked = [["Question", "Answer"], ["Can I go?", "Yes."], [], ["Is it free?", "No."]]
    assert columns(asked, []) == ["Question | Answer"] * 2
    other = [["Plan", "Price"], ["Basic", 9], [], ["Phone", "0800 123"]]
    assert columns(other, []) == ["Plan | Price", ""]
