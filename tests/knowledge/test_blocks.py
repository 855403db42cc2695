"""How tables are written."""

from itertools import pairwise

import pytest

from chatbot.knowledge.blocks import Table, render


def test_the_label_of_a_group_stands_in_each_of_its_rows() -> None:
    rows = [
        ["Branch", "Day", "Opens"],
        ["Leith", "Monday", "9:00"],
        ["", "Friday", "10:00"],
        ["", "Total", "2"],
        ["Corstorphine", "Monday", "8:00"],
        ["", "", "closed in May"],
        ["", "Friday", "8:30"],
    ]
    text = render([Table(rows, 1)]).text
    assert "Leith | Friday | 10:00\n | Total | 2\n" in text
    assert "\n |  | closed in May\nCorstorphine | Friday | 8:30\n" in text


@pytest.mark.parametrize(
    "labels", [["Sold out", "", "Sold out", ""], ["", "New", "", "Old"], ["1", "", "2", ""]]
)
def test_marks_beside_rows_are_no_labels_of_groups(labels: list[str]) -> None:
    rows = [["Note", "Item", "Price"], *([label, "Saw", "12"] for label in labels)]
    lines = render([Table(rows, 1)]).text.splitlines()[1:]
    assert lines == [f"{label} | Saw | 12" for label in labels]


def test_labels_go_on_beside_merged_ones() -> None:
    rows = [["Group", "Item", "Price"], ["Breakfast", "Small", "9"], ["", "Full", "13"]]
    rows += [["Lunch", "Buffet", "24"], ["Lunch", "Vegan", "17"], ["Lunch", "Fish", "19"]]
    rows += [["", "Coffee", "2"]]
    assert "Breakfast | Full | 13\n" in render([Table(rows, 1)]).text
    assert render([Table(rows, 1)]).text.endswith("Lunch | Fish | 19\n | Coffee | 2\n")


def test_rows_under_a_title_or_label_have_it_over_them() -> None:
    rows = [["Pos", "Part", "Stock"], ["Hydraulics", "", ""], ["1", "Seal", "7"]]
    rows += [["Cabin", "Cabin", "Cabin"], ["2", "Latch", "9"], ["3", "Seat", "4"]]
    rows += [["All parts are new.", "", ""]]
    found = render([Table(rows, 1)])
    over = [(found.text[t.at[-1] :].partition("\n")[0], t.columns) for t in found.tables]
    assert over == [
        ("Hydraulics |  |", "Pos | Part | Stock"),
        ("1 | Seal | 7", "Hydraulics: Pos | Part | Stock"),
        ("Cabin | Cabin | Cabin", "Pos | Part | Stock"),
        ("All parts are new. |  |", "Cabin: Pos | Part | Stock"),
    ]
    assert all(a.end == b.start for a, b in pairwise(found.tables))
    assert render([Table(rows[:1], 1)]).tables == ()


GROUPED = [["Germany", ""], ["Berlin", "01"], ["Munich", "02"], ["France", ""], ["Paris", "03"]]


@pytest.mark.parametrize(
    ("rows", "header", "columns"),
    [
        (GROUPED, 0, ["", "Germany | ", "", "France | "]),
        (
            [["City", "Phone"], *GROUPED],
            1,
            ["City | Phone", "Germany: City | Phone", "City | Phone", "France: City | Phone"],
        ),
        # An empty cell alone makes no title.
        ([["Field", "Value"], ["Phone", "1"], ["Fax", ""], ["Mail", "x"]], 1, ["Field | Value"]),
    ],
)
def test_titles_part_tables_of_two_columns(
    rows: list[list[str]], header: int, columns: list[str]
) -> None:
    assert [part.columns for part in render([Table(rows, header)]).tables] == columns


@pytest.mark.parametrize(
    ("name", "labels", "written"),
    [
        ("Discount code", ("SPRING", "AUTUMN"), " | Plus | 12"),
        ("Artikelnummer", ("Lid", "Hub"), " | Plus | 12"),
        ("Article", ("HP-100", "HP-200"), " | Plus | 12"),
        ("Region", ("EU", "UK"), "EU | Plus | 12"),
        ("Category", ("CABLES", "PLUGS"), "CABLES | Plus | 12"),
    ],
)
def test_codes_are_no_labels_of_groups(name: str, labels: tuple[str, str], written: str) -> None:
    first, second = labels
    rows = [[first, "Basic", "9"], ["", "Plus", "12"], [second, "Pro", "20"]]
    text = render([Table([[name, "Plan", "Price"], *rows], 1)]).text
    assert f"\n{written}\n" in text
