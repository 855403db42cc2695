"""Documents in parts: text, headings, tables, with quotes marked."""

from chatbot.page.excerpt import marked_parts, marked_rows

TABLE = "| part | price |\n|---|---|\n| hinge | 3 \\| 4 |\n| lid | 5 |\n"


def test_a_table_is_rows_with_the_quoted_one_marked() -> None:
    text = f"# Parts\n\nAll of them.\n\n{TABLE}\nThe end."
    start = text.index("| lid")
    heading, before, table, after = marked_parts(text, [(start, start + 9)])
    assert heading == {"text": "Parts", "quote": False, "heading": True}
    assert table["rows"] == [
        {"cells": ["part", "price"], "quote": False, "names": True},
        {"cells": ["hinge", "3 | 4"], "quote": False, "names": False},
        {"cells": ["lid", "5"], "quote": True, "names": False},
    ]
    assert before["text"].strip() == "All of them."
    assert after["text"] == "\nThe end."


def test_quotes_are_marked_in_order_and_the_rest_is_cut() -> None:
    text = "a " * 2000 + "Quoted one. Between. Quoted two." + " b" * 2000
    first, second = text.index("Quoted one."), text.index("Quoted two.")
    parts = marked_parts(text, [(second, second + 11), (first, first + 11)])
    assert [part["text"] for part in parts if part["quote"]] == ["Quoted one.", "Quoted two."]
    assert (parts[0]["text"], parts[-1]["text"]) == ("... ", " ...")


def test_headings_of_a_marked_passage_are_headings() -> None:
    text = "# Lamps\n\n## Price\n\nThree.\n"
    parts = marked_parts(text, [(0, len(text))])
    assert [part["text"].strip() for part in parts if part["heading"]] == ["Lamps", "Price"]
    assert [part["text"].strip() for part in parts if part["quote"]] == ["Lamps", "Price", "Three."]
    assert not any("#" in part["text"] for part in parts)


def test_spans_that_overlap_are_shown_once() -> None:
    parts = marked_parts("One two three.", [(0, 7), (4, 13)])
    assert [(part["text"], part["quote"]) for part in parts] == [
        ("One two", True),
        (" three", True),
        (".", False),
    ]


def test_tables_of_other_formats_are_tables_too() -> None:
    text = "Sheet\n\nPart | Torque | Every\nCrimp | 1.2 Nm | \nHinge | 4.5 Nm | 2 years\n\nA | b.\n"
    start = text.index("Hinge")
    _, table, after = marked_parts(text, [(start, start + 14)])
    assert [row["cells"] for row in table["rows"]] == [
        ["Part", "Torque", "Every"], ["Crimp", "1.2 Nm", ""], ["Hinge", "4.5 Nm", "2 years"]
    ]  # fmt: skip
    assert [row["quote"] for row in table["rows"]] == [False, False, True]
    assert after["text"] == "\nA | b.\n"  # one row is none


def test_a_file_of_rows_is_a_table_below_its_names() -> None:
    text = 'part,price\n"hinge, left",3\nlid,5\n' + "bolt,1\n" * 900
    start = text.index("lid")
    table, rest = marked_rows(text, [(start, start + 5)]) or []
    assert table["rows"][:3] == [
        {"cells": ["part", "price"], "quote": False, "names": True},
        {"cells": ["hinge, left", "3"], "quote": False, "names": False},
        {"cells": ["lid", "5"], "quote": True, "names": False},
    ]
    assert rest["text"] == " ..."
    last = (marked_rows(text, [(len(text) - 7, len(text))]) or [])[0]["rows"]
    assert (last[0]["names"], last[-1]["quote"], len(last) < 500) == (True, True, True)


def test_lines_that_are_no_rows_stay_text() -> None:
    assert marked_rows("One line\nand another, with a comma\n", [(0, 3)]) is None
    assert marked_rows('a,b\n"one\ntwo",3\n', [(0, 3)]) is None
