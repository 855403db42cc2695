"""Tables that are drawn with characters: rows with the names of their columns, offsets kept."""

import time
from pathlib import Path

import pytest

from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import load_document
from chatbot.knowledge.formats import extract
from chatbot.knowledge.plain import read_plain

GRID = """\
Before.

+-------+---------+--------+
| Plan  | Price   | Users  |
+=======+=========+========+
| Basic | 5 euros | 1      |
+-------+---------+--------+
| Plus  | 9 euros | 10 or  |
|       | a month | more   |
+-------+---------+--------+

Behind.
"""
SPANS = """\
+--------+-------+-------+
| Plan   | Price         |
|        +-------+-------+
|        | EU    | World |
+========+=======+=======+
| Plus   | 9     | 11    |
|        +-------+-------+
|        | 8     | 10    |
+--------+-------+-------+
"""
DATABASE = """\
+-------+-------+
| Plan  | Price |
+-------+-------+
| Basic | 5     |
| Plus  | 9     |
+-------+-------+
2 rows in set
"""
FRAME = DATABASE.translate(str.maketrans("+-|", "┼─│"))
SIMPLE = """\
=====  =======  =====
Plan   Price    Users
=====  =======  =====
Basic  5 euros  1
Plus   9 euros  10
       a month
Max             20
=====  =======  =====
"""
DASHES = """\
  Plan     Price   Users
-------  -------  ------
Basic          5      1
Plus           9     10

Behind.
"""
CROSSED = """\
 plan  | price
-------+-------
 Basic |     5
 Plus  |     9
(2 rows)
"""
ALIGNED = """\
Our plans:
Plan      Price    Users
Basic     5 euros  1
Plus      9 euros  10

Behind.
"""


def rows(text: str, suffix: str) -> tuple[str, list[list[str]]]:
    """The names of the columns, and the cells of each row."""
    found = read_plain(text.encode(), suffix)
    assert len(found.text) == len(text)
    (table,) = found.tables
    parts = zip(table.at, [*table.at[1:], table.end], strict=True)
    lines = [found.text[a:b].strip() for a, b in parts]
    return table.columns, [[c.strip() for c in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("suffix", [".txt", ".md"])
@pytest.mark.parametrize(
    ("text", "columns", "cells"),
    [
        (GRID, "Plan | Price | Users",
         [["Basic", "5 euros", "1"], ["Plus", "9 euros a month", "10 or more"]]),
        (SPANS, "Plan | Price EU | Price World", [["Plus", "9", "11"], ["Plus", "8", "10"]]),
        (DATABASE, "Plan | Price", [["Basic", "5"], ["Plus", "9"]]),
        (FRAME, "Plan | Price", [["Basic", "5"], ["Plus", "9"]]),
        (SIMPLE, "Plan | Price | Users",
         [["Basic", "5 euros", "1"], ["Plus", "9 euros a month", "10"], ["Max", "", "20"]]),
        (DASHES, "Plan | Price | Users", [["Basic", "5", "1"], ["Plus", "9", "10"]]),
        (CROSSED, "plan | price", [["Basic", "5"], ["Plus", "9"]]),
    ],
    ids="grid spans database frame simple dashes crossed".split(),  # noqa: SIM905
)  # fmt: skip
def test_rows_of_drawn_tables_have_their_columns(
    text: str, columns: str, cells: list[list[str]], suffix: str
) -> None:
    assert rows(text, suffix) == (columns, cells)


def test_columns_that_only_stand_under_each_other_are_a_table_in_plain_text() -> None:
    wanted = [["Basic", "5 euros", "1"], ["Plus", "9 euros", "10"]]
    assert rows(ALIGNED, ".txt") == ("Plan | Price | Users", wanted)
    # In Markdown they are a paragraph.
    assert read_plain(ALIGNED.encode(), ".md").tables == ()


@pytest.mark.parametrize(
    "text",
    [
        "Two  blanks stand here.\nAnd  one more line.\nAnd  a third line.\n",
        "Title\n-----\n\nText with -- dashes -- in it.\n",
        "int    a;\nchar   b;\nlong   c;\n",
        "+1 555 0100\n+1 555 0101\n",
        "Name:    Ann\nPhone:   12\nCity:    Ulm\n",
    ],
)
def test_texts_that_are_no_table_stay_as_they_are(text: str) -> None:
    found = read_plain(text.encode(), ".txt")
    assert found.tables == ()
    assert found.text == text


def test_code_keeps_its_borders() -> None:
    text = f"# Output\n\n```\n{DATABASE}```\n"
    assert read_plain(text.encode(), ".md").text == text


def test_text_around_a_table_keeps_its_place() -> None:
    found = read_plain(GRID.encode(), ".txt")
    for word in ("Before.", "Behind.", "| Basic | 5 euros | 1      |"):
        assert found.text.index(word) == GRID.index(word)
    assert "+--" not in found.text


def test_every_chunk_of_a_drawn_table_knows_its_columns(tmp_path: Path) -> None:
    border = f"+{'-' * 12}+{'-' * 12}+\n"
    lines = [f"| {f'Plan {n}':<10} | {f'{n} euros':<10} |\n{border}" for n in range(60)]
    head = f"| {'Plan':<10} | {'Price':<10} |\n"
    (tmp_path / "a.txt").write_text(border + head + border.replace("-", "=") + "".join(lines))
    chunks = split_document(load_document(tmp_path, "a.txt", 100_000), 400)
    assert len(chunks) > 3
    assert {chunk.columns for chunk in chunks} == {"Plan | Price"}
    assert sum("Plan 41" in chunk.text and "41 euros" in chunk.text for chunk in chunks) == 1


@pytest.mark.parametrize("text", [GRID, SIMPLE, SPANS], ids=["grid", "simple", "spans"])
def test_drawn_tables_of_restructuredtext(text: str) -> None:
    found = extract(".rst", f"Fees\n====\n\n{text}".encode())
    assert found.tables[0].columns == rows(text, ".txt")[0]
    assert "Plus | 9" in found.text


def test_a_table_in_a_mail_is_read_by_rows() -> None:
    head = b"Subject: Fees\nFrom: a@example.com\nContent-Type: text/plain; charset=utf-8\n\n"
    found = extract(".eml", head + ALIGNED.encode())
    assert "Our plans:\n\nPlan | Price | Users\nBasic | 5 euros | 1\n" in found.text
    assert found.tables[0].columns == "Plan | Price | Users"


@pytest.mark.parametrize(
    "line", ["+-+-+\n", "+-+\n", "| \n", "a  b\n", "--  --\n", "=  =  =\n", "a  b  c  d\nx  y\n"]
)
def test_signs_without_end_take_no_time(line: str) -> None:
    began = time.process_time()
    read_plain((line * (400_000 // len(line))).encode(), ".txt")
    assert time.process_time() - began < 5
