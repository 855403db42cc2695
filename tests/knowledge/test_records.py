"""CSV, JSON and YAML: records and rows, at the offsets of the file."""

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import Document
from chatbot.knowledge.records import cells_of, csv_rows, read_csv
from chatbot.text.unicode import readable
from tests.support.documents import load


def test_json_keeps_its_offsets(tmp_path: Path) -> None:
    (tmp_path / "faq.json").write_text('{"question": "Refunds?", "answer": "In 14 days."}')
    document = load(tmp_path / "faq.json")
    chunk = split_document(document, 900)[0]
    assert (tmp_path / "faq.json").read_text()[chunk.start : chunk.end] == chunk.text


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_rows_of_csv_know_their_columns(tmp_path: Path, sign: str) -> None:
    rows = [["Part", "Retail price"], *([f"HB-{n}", str(n)] for n in range(90))]
    text = "".join(sign.join(row) + "\n" for row in rows)
    chunks = split_document(load(tmp_path / "a.csv", text), 300)
    assert {chunk.columns for chunk in chunks[1:]} == {"Part | Retail price"}
    assert (tmp_path / "a.csv").read_text()[chunks[2].start : chunks[2].end] == chunks[2].text


def test_rows_of_csv_know_the_label_of_their_group(tmp_path: Path) -> None:
    rows = "".join(f"{'' if i else 'East'},Depot {i},{i}\n" for i in range(90))
    (tmp_path / "a.csv").write_text(f"Region,Depot,Pallets\nWest,Brest,310\n,Nantes,275\n{rows}")
    chunks = split_document(load(tmp_path / "a.csv"), 400)
    assert chunks[-1].columns == "East: Region | Depot | Pallets"
    (tmp_path / "b.csv").write_text(
        "Pos;Part;Stock\n" + rows.replace(",", ";").replace("East;Depot 0;0", "Cabin;;")
    )
    assert split_document(load(tmp_path / "b.csv"), 400)[-1].columns == "Cabin: Pos | Part | Stock"


def test_rows_of_csv_with_lines_in_cells_stay_whole(tmp_path: Path) -> None:
    text = "Part,Text\n" + "".join(f'HB-{n},"one\ntwo\nthree {n}"\n' for n in range(40))
    chunks = split_document(load(tmp_path / "a.csv", text), 200)
    assert all(chunk.text.startswith(("Part", "HB-")) for chunk in chunks)


def test_json_exports_by_record_with_readable_texts(tmp_path: Path) -> None:
    records = [
        {"id": 1, "title": "Rückgabe", "body": "<p>Die R\u00fcckgabe &amp; mehr:<br>14 Tage.</p>"},
        {"id": 2, "title": "Alt", "draft": True, "body": "99"},
        {"id": 4, "title": "Alt", "state": "draft", "body": "98"},
    ]
    document = load(tmp_path / "a.json", json.dumps({"articles": records}))
    chunk = split_document(document, 900)[0]
    assert chunk.heading == "Rückgabe"
    assert "Die Rückgabe & mehr: 14 Tage." in chunk.search_text
    assert "99" not in document.text and "98" not in document.text
    assert "drafts" in document.notes[0]


@pytest.mark.parametrize(
    ("record", "is_shown"),
    [
        ({"title": "Fees", "body": "Free.", "author": {"name": "Bo", "hidden": True}}, True),
        ({"title": "Fees", "body": "Free.", "comments": [{"status": "draft"}]}, True),
        ({"title": "Fees", "body": "Free.", "status": "draft", "tags": [{"x": "{"}]}, False),
        *(
            ({"title": "Fees", "body": "Free."} | said, False)
            for said in (
                {"archived": True},
                {"published": False},
                {"is_draft": True},
                {"isDraft": True},
                {"is_published": False},
                {"published": "false"},
                {"status": "private"},
                {"status": "Draft "},
                {"state": "notpublished"},
                {"status": "entwurf"},
            )
        ),
        ({"title": "Fees", "body": "Free.", "status": "pending"}, True),  # a ticket
        ({"name": "Money", "articles": [{"draft": True, "body": "Free."}]}, False),
        ({"subject": "Fees", "comments": [{"hidden": True, "body": "Free."}]}, False),
        ({"name": "Fees", "page": {"published": False, "body": "Free."}}, False),
        *(
            ({"name": "Suite", "body": "Free."} | said, True)
            for said in (
                {"private": True},
                {"public": False},
                {"internal": True},
                {"access": "private"},
                {"status": "deprecated"},
                {"visibility": "public", "status": "pending"},
                {"bathroom": {"private": True, "hidden": True}},
            )
        ),
        ({"id": 1, "body": "Free.", "bathroom": {"hidden": True}}, True),
        ({"name": "Suite", "bathroom": {"hidden": True, "fee": "Free."}}, True),
        ({"status": "draft", "meaning": "Free."}, True),
        ({"id": 1, "attributes": {"title": "Fees", "body": "Free.", "draft": True}}, False),
    ],
)
def test_a_record_is_a_draft_by_its_own_keys(
    tmp_path: Path, record: dict[str, object], is_shown: bool
) -> None:
    records = [record, {"title": "Hours", "body": "Nine."}]
    lines = "".join(json.dumps(each) + "\n" for each in records)
    for name, text in (("a.json", json.dumps(records)), ("a.jsonl", f"\ufeff{lines}")):
        assert ("Free." in load(tmp_path / name, text).text) == is_shown


@pytest.mark.parametrize(
    ("name", "text", "want"),
    [
        ("a.json", '[{"status": "pending", "a": 1}, {"status": "publish"}]',
         '[ , {"status": "publish"}]'),
        ("a.json", '{"openapi": "3", "x": [{"draft": true}]}',
         '{"openapi": "3", "x": [{"draft": true}]}'),
        ("a.json", '[{"name": "Money", "articles": [{"draft": true}, {"id": 2}]}]',
         '[{"name": "Money", "articles": [ , {"id": 2}]}]'),
        ("a.yaml", "- id: 1\n  draft: true\n- id: 2\n", "- - id: 2"),
        ("a.csv", "Title,Text,Status\nFees,Free.,Draft\nHours,Nine.,Published\nOld,No.,Archived\n",
         "Title,Text,Status Hours,Nine.,Published"),
        ("a.csv", "Version,End,Status\nv1,2020,Archived\n", "Version,End,Status v1,2020,Archived"),
        *((name, text, " ".join(text.split())) for name, text in (
            ("a.csv", "Feature,Status\nA,Live\nB,In progress\nC,Deprecated\nD,Retired\n"),
            ("a.csv", "Feature,Status\nA,Published\nB,Deprecated\n"),
            ("a.csv", "Sign,Status,Meaning\nA,Published,x\nB,Pending,y\nC,Archived,z\n"),
            ("a.csv", "Code,Status,Meaning\n1,Draft,The order was not sent yet\n"),
            ("a.json", '[{"a": 1, "status": "live"}, {"a": 2, "status": "deprecated"}]'),
            ("a.json", '{"name": "shop", "private": true}'),
            ("a.yaml", "- status: public\n- status: pending\n- private: true\n- public: no\n"),
            ("a.yaml", "name: Suite\nbathroom:\n  hidden: true\n"),
        )),
        ("a.csv", "Status,Meaning\nDraft,Not sent\n", "Status,Meaning Draft,Not sent"),
    ],
)  # fmt: skip
def test_only_what_is_not_published_is_blanks(
    tmp_path: Path, name: str, text: str, want: str
) -> None:
    document = load(tmp_path / name, text)
    assert " ".join(document.text.split()) == want
    assert len(document.text) == len(text)


@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_a_file_that_is_one_draft_is_left_out(tmp_path: Path, name: str) -> None:
    with pytest.raises(DocumentError, match="it is empty; 1 records of it are drafts"):
        load(tmp_path / name, '{"title": "Fees", "draft": true}')


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ({"fields": {"issuetype": {"name": "Bug"}, "summary": "Pump"}}, "Pump"),
        (
            {"author": {"name": "Bo"}, "title": {"rendered": "Fees &amp; <b>more</b>"}},
            "Fees & more",
        ),
        ({"author": {"name": "Bo"}, "attributes": {"question": "Free?"}}, "Free?"),
        ({"tags": [{"name": "x"}], "Title": "Fees"}, "Fees"),
        ({"id": 1, "product": {"name": "Hub"}}, "Hub"),
        ({"name": "Pro plan", "summary": "For teams that sell."}, "Pro plan"),
    ],
)
def test_a_record_has_its_own_name(tmp_path: Path, record: dict[str, object], name: str) -> None:
    (place,) = load(tmp_path / "a.json", json.dumps([record])).headings
    assert place.text == name


def test_questions_in_the_sections_of_a_file_have_their_headings(tmp_path: Path) -> None:
    asked = [
        {"question": f"How do I do {n}?", "answer": f"Press {n} times. " * 20} for n in range(4)
    ]
    secret = {"question": "Code?", "answer": "0042 is the code.", "draft": True}
    whole = {
        "sections": [
            {"title": "Hub", "faqs": [*asked[:2], secret], "about": f"It is white. {'x ' * 80}"},
            {"title": "Cards", "parts": [{"name": "Bank", "faqs": asked[2:]}]},
            {"title": "Tags", "labels": [{"id": 1, "name": "a"}], "body": f"Words {'x ' * 600}"},
        ]
    }
    document = load(tmp_path / "a.json", json.dumps(whole))
    assert "0042" not in document.text
    chunks = split_document(document, 500)
    over = {n: {c.heading for c in chunks if f"Press {n}" in c.text} for n in range(4)}
    assert over == {
        0: {"Hub > How do I do 0?"},
        1: {"Hub > How do I do 1?"},
        2: {"Cards > Bank > How do I do 2?"},
        3: {"Cards > Bank > How do I do 3?"},
    }
    assert {c.heading for c in chunks if "It is white" in c.text} == {"Hub"}
    assert {c.heading for c in chunks if "Words" in c.text or "labels" in c.text} == {"Tags"}


def test_records_on_one_line_are_cut_one_by_one(tmp_path: Path) -> None:
    records = [
        {"title": f"Code E-{n}", "body": f"<p>The pump {n} is blocked.</p> " * 12}
        for n in range(20)
    ]
    document = load(tmp_path / "a.json", json.dumps(records))
    chunks = split_document(document, 900)
    assert [chunk.heading for chunk in chunks] == [f"Code E-{n}" for n in range(20)]
    assert all(f"pump {n} is" in chunk.text for n, chunk in enumerate(chunks))
    lines = "".join(json.dumps(record) + "\n" for record in records)
    assert len(split_document(load(tmp_path / "a.jsonl", lines), 900)) == 20


def test_escapes_leave_words_whole(tmp_path: Path) -> None:
    text = '{"title": "Frist", "body": "R\\u00fcckgabe &amp; Gr\\u00f6\\u00dfe: AT&amp;T."}'
    document = load(tmp_path / "a.json", f"[{text}]")
    assert "Rückgabe" in document.text and "Größe: " in document.text and "AT&T." in document.text
    assert len(document.text) == len(text) + 2 and "\u2060" not in document.text


def test_questions_in_lists_of_yaml_have_their_headings(tmp_path: Path) -> None:
    def entry(n: int, indent: str) -> str:
        said = f"Press {n} times.\n{indent}    " * 12
        return f"{indent}- question: How do I do {n}?\n{indent}  answer: |\n{indent}    {said}\n"

    secret = "  - question: Code?\n    answer: It is 0042.\n    draft: true\n"
    text = (
        f"faq:\n{entry(1, '  ')}{secret}{entry(2, '  ')}phone: 555-0123 until noon\n"
        f"hub:\n  parts:\n    - title: Door\n      faq:\n{entry(3, 8 * chr(32))}"
        "      note: It is white.\n"
        "  more:\n    colour: red or blue\n"
    )
    for mark in ("", "\ufeff"):
        document = load(tmp_path / "a.yaml", mark + text)
        assert len(document.text) == len(mark + text) and "0042" not in document.text
        assert "Code?" not in str(document.headings)
        chunks = split_document(document, 300)
        assert [
            {c.heading for c in chunks if said in c.text}
            for said in ("Press 1", "Press 2", "555", "Press 3", "white", "red or")
        ] == [
            {"faq > How do I do 1?"},
            {"faq > How do I do 2?"},
            {"phone"},
            {"hub > parts > Door > How do I do 3?"},
            {"hub > parts > Door"},
            {"hub > more"},
        ]


def test_an_interface_in_yaml_is_under_its_paths(tmp_path: Path) -> None:
    text = """openapi: 3.1.0
info:
  title: Orders
  version: 1.10
paths:
  /orders/{id}:
    get:
      summary: One order
      description: Answers 404 where nobody ordered it.
"""
    document = load(tmp_path / "a.yaml", text)
    assert document.text == text
    assert [place.text for place in document.headings] == ["info", "paths", "/orders/{id}"]


def test_an_interface_in_json_is_under_its_paths(tmp_path: Path) -> None:
    operation = {
        "summary": "One order",
        "parameters": [{"name": "id", "description": "Its number"}],
        "responses": {"404": {"description": "Nobody ordered it."}},
    }
    interface = {
        "openapi": "3.1.0",
        "info": {"title": "Orders"},
        "paths": {"/orders/{id}": {"get": operation}, "/carts": {"get": operation}},
    }
    document = load(tmp_path / "a.json", json.dumps(interface))
    assert document.title == "Orders"
    assert [(place.level, place.text) for place in document.headings] == [
        (1, "info"),
        (1, "paths"),
        (2, "/orders/{id}"),
        (2, "/carts"),
    ]


def test_objects_that_lie_as_deep_as_the_records_are_none(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "page": {"list": [{"title": "Hours", "text": "The shop opens at nine."}]},
            "more": {"about": {"by": {"name": "nobody"}}},
        }
    )
    document = load(tmp_path / "a.json", text)
    assert [place.text for place in document.headings] == ["Hours"]


def test_what_an_interface_describes_has_no_marks(tmp_path: Path) -> None:
    text = "info:\n  title: Orders\n  description: Keys last **90 days**, but **/x** stays.\n"
    document = load(tmp_path / "a.yaml", text)
    assert len(document.text) == len(text)
    assert "Keys last 90 days, but **/x** stays." in " ".join(document.text.split())
    short = "info: {version: 1, title: Rides}\nx: **3 EUR**.\n"
    assert "x: 3 EUR." in " ".join(load(tmp_path / "c.yaml", short).text.split())
    assert load(tmp_path / "c.yaml", short).title == "Rides"
    assert load(tmp_path / "b.yaml", "globs: **90**\n").text == "globs: **90**\n"


def test_rows_parted_by_tabs(tmp_path: Path) -> None:
    document = load(tmp_path / "a.tsv", 'Part\tPrice\nHub\t"129, with cable"\nKeypad\t39\n')
    assert document.tables[0].columns == "Part | Price"
    assert len(document.tables[0].at) == 2


def test_a_blank_may_stand_in_front_of_a_quote(tmp_path: Path) -> None:
    document = load(tmp_path / "a.csv", 'sku, price, "note"\nA1, 5, "x, y"\nB2, 6, "z"\n')
    assert document.tables[0].columns == "sku | price | note"
    assert cells_of('A1, 5, "x, y"', ",") == ["A1", "5", "x, y"]


def test_links_in_exports_say_where_they_lead(tmp_path: Path) -> None:
    body = (
        '<p>Fill in <a class="x" href="https://a.example/f?a=1&amp;b=2"><b>this form</b></a>, or '
        "<a href='mailto:r@a.example'>write</a>, <a href='/x'>see</a> "
        '<a href="https://b.example/">b.example</a>. Click <img src="g.svg" alt="the gear"/>.'
        '<img alt="g.png"> <img alt="" src="h.png"/>The <img class="i" alt="users\' door" />.'
        ' <a href="https://c.example/"></a> Or <a data-href="https://d.example/" href="x">this</a>.'
        "</p>"
    )
    doubled = body.replace('"', '""')
    told = json.dumps([{"b": body}])
    for name, text in (
        ("a.json", told),
        ("b.json", told.replace("/", "\\/")),
        ("a.csv", f'n,b\n1,"{doubled}"\n'),
    ):
        document = load(tmp_path / name, text)
        assert len(document.text) == len(text)
        assert (
            "Fill in this form (https://a.example/f?a=1&b=2), or write (r@a.example), see "
            "b.example. Click the gear. The users' door. Or this."
        ) in " ".join(readable(document.text).split())


def test_raised_figures_in_exports_join_no_number(tmp_path: Path) -> None:
    body = "<p>10<sup>6</sup> of 5 m<sup>2</sup>, 7 €<sup>1</sup>, CO<sub>2</sub></p>"
    for name, text in (("a.json", json.dumps([{"b": body}])), ("a.csv", f'n,b\n1,"{body}"\n')):
        document = load(tmp_path / name, text)
        assert len(document.text) == len(text)
        assert "10^6 of 5 m2, 7 € [1], CO2" in " ".join(document.text.split())


def test_cells_of_csv_read_as_people_see_them(tmp_path: Path) -> None:
    text = (
        'Part;Name;Note\n4711;"Hose 3/4"" zinc";"Indoors.\nNot for gas."\n'
        '4712;"Coupling ""Profi"", new";'
        '"<p>Wash at <b>40&nbsp;°C</b>, <s>59</s> 49 &amp; more</p>"\n'
        '4713;Use <name>:80;"<!-- x -->no <file> &quot;here&quot;<br>"\n'
    )
    document = load(tmp_path / "a.csv", text)
    assert len(document.text) == len(text)
    assert [document.text[at : at + 4] for at in document.tables[0].at] == ["4711", "4712", "4713"]
    shown = [cells_of(row, ";") for row in rows_of(document)]
    assert shown == [
        ["4711", "Hose 3/4” zinc", "Indoors. Not for gas."],
        ["4712", "Coupling “Profi”, new", "Wash at 40 °C, 49 & more"],
        ["4713", "Use <name>:80", "no ”here”"],
    ]


def test_blocks_in_cells_do_not_run_together(tmp_path: Path) -> None:
    text = (
        "Id,Name,Text\n"
        '1,"<ul><li>Blade 21 cm</li><li>Weighs <b>148</b> g</li></ul>",'
        "<p>Oak</p><p>Cork.</p><br>x\n"
        '2,"<table><tr><td>Voucher</td><td>0</td></tr><tr><td>Card</td><td>4</td></tr></table>",\n'
    )
    document = load(tmp_path / "a.csv", text)
    assert len(document.text) == len(text)
    assert [" ".join(row.split()) for row in rows_of(document)] == [
        '1," Blade 21 cm; Weighs 148 g ", Oak; Cork. x',
        '2," Voucher · 0; Card · 4 ",',
    ]


def rows_of(document: Document) -> list[str]:
    at = document.tables[0].at
    return [document.text[a:b] for a, b in pairwise([*at, len(document.text)])]


def test_hostile_cells_are_read_in_no_time() -> None:
    for cell in ("<!--" * 100_000 + "</p>", '"""a,' * 100_000, '""' * 200_000, "<s>" * 100_000):
        begun = time.process_time()
        read_csv(f'Part,Note\n1,"{cell}\n2,<br>')
        assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "name, text",
    [
        ("a.csv", f'Part,Note\n1,"Hub &amp; lid {"x" * 60_000}"\n'),
        ("a.json", json.dumps([{"a": "Hub &amp; lid " + "x" * 60_000}])),
        ("a.md", "Hub &amp; lid " + "x" * 60_000),
        ("b.json", json.dumps([{"a": "Hub & lid"}, *[{"a": "x" * 20, "draft": True}] * 30_000])),
    ],
)
def test_long_words_and_many_drafts_are_read_in_no_time(
    tmp_path: Path, name: str, text: str
) -> None:
    begun = time.process_time()
    document = load(tmp_path / name, text)
    assert "Hub & " in document.text and len(document.text) == len(text)
    assert time.process_time() - begun < 5


def test_a_first_line_may_be_wider_than_the_rows(tmp_path: Path) -> None:
    text = '"EXTF";700;20;"Labels";3;;"RE";"";4\n"Account";"Label"\n4930;"Paper"\n4806;"Care"\n'
    document = load(tmp_path / "a.csv", text)
    assert document.tables[0].columns == "Account | Label"
    assert len(document.tables[0].at) == 2
    text = "Part,Price,Note\nHub,9\nLid,7\n"  # rows may end where nothing follows
    assert load(tmp_path / "b.csv", text).tables[0].columns == "Part | Price | Note"


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("Size,36,38\nDress Ada,in stock,sold out\nDress Bea,sold out,in stock\n",
         "Size | 36 | 38", 2),
        ("Region\t2023\t2024\nWest\t1200\t1500\nEast\tnone\t900\n", "Region | 2023 | 2024", 2),
        ("Zone,1,2\nUp to 2 kg,4.90,6.90\nUp to 5 kg,5.90,7.90\n", "Zone | 1 | 2", 2),
        (",Basic,Pro\nPrice,low,high\nSupport,E-mail,Phone\n", " | Basic | Pro", 2),
        ("Plan,Price,\nBasic,low\nPro,high\n", "Plan | Price", 2),
        ("Plan,Price,\nBasic,low,new\nPro,high,old\n", "Plan | Price", 2),
        ("Prices 2024,,\nPlan,Price,Note\nBasic,4,\nPro,9,new\n", "Plan | Price | Note", 2),
        # No names: values of their columns.
        ("Hub,9\nLid,7\nPad,sold out\n", "", 3),
        ("Can I cancel?,Yes.\nIs it free?,No.\n", "", 2),
        ("Hub,9,new\nLid,7,old\nRed,green,blue\n", "", 3),
        ("Order 7,2024,sent\nOrder 8,2025,sent\nOrder 9,2025,lost\n", "", 3),
    ],
)  # fmt: skip
def test_the_first_row_that_is_filled_names_the_columns_or_none_does(
    tmp_path: Path, text: str, columns: str, rows: int
) -> None:
    suffix = "tsv" if "\t" in text else "csv"
    (table,) = load(tmp_path / f"a.{suffix}", text).tables
    assert (table.columns, len(table.at)) == (columns, rows)


@pytest.mark.parametrize("sign", [",", "\t"])
def test_a_quote_opens_a_cell_at_its_start_only(tmp_path: Path, sign: str) -> None:
    rows = [
        ["Article", "Price", "Note"],
        ['Monitor 24"', "199", f'"big{sign} new"'],
        ['Pipe 3/4"', "9", '"2\nparts of 24"" each"'],
        ["Keyboard", "29", ""],
    ]
    text = "".join(sign.join(row) + "\n" for row in rows)
    (table,) = load(tmp_path / "a.csv", text).tables
    assert (table.columns, len(table.at)) == ("Article | Price | Note", 3)


def test_a_hanging_csv_file_keeps_lines_in_its_cells() -> None:
    rows, sign = csv_rows('\ufeffPart;Note\n4711;"Indoors.\nNot for ""gas""."\n')
    assert (rows, sign) == ([["Part", "Note"], ["4711", "Indoors. Not for “gas”."]], ";")


def test_an_entry_of_yaml_is_not_under_the_name_of_the_one_before_it(tmp_path: Path) -> None:
    text = (
        "faq:\n- question: Why?\n  answer: It is cold.\n- It is warm.\n- question: When?\n"
        "  answer: Now\n"
    )
    places = load(tmp_path / "a.yaml", text).headings
    assert [(p.level, p.text, text[p.start :].split("\n")[0]) for p in places] == [
        (1, "faq", "faq:"),
        (3, "Why?", "- question: Why?"),
        (1, "faq", "- It is warm."),
    ]
    text = text.replace("- It is warm.\n", "")
    assert [p.text for p in load(tmp_path / "b.yaml", text).headings] == ["faq", "Why?", "When?"]
