"""Names of columns below lines about the whole table, with gaps, and in two rows."""

import io

import openpyxl
import pytest

from chatbot.knowledge.blocks import Extracted
from chatbot.knowledge.formats import extract
from chatbot.knowledge.records import read_csv


def sheet(rows: str, merged: str = "", filtered: str = "") -> Extracted:
    """A sheet whose rows are parted by ";" and whose cells by ","; numbers are stored as such."""
    book = openpyxl.Workbook()
    for row in rows.split(";"):
        cells = (cell.strip() for cell in row.split(","))
        book.active.append([int(c) if c.isdigit() else c or None for c in cells])
    if merged:
        book.active.merge_cells(merged)
    if filtered:
        book.active.auto_filter.ref = filtered
    data = io.BytesIO()
    book.save(data)
    return extract(".xlsx", data.getvalue())


PRICES = "Article, Unit, Price; Cable, pc, 12; Plug, pc, 3"


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ("Valid from:, May 2026; ", "Valid from: May 2026"),
        ("Customer, Nordwind GmbH; Contact, a@example.com; ", "Customer: Nordwind GmbH\nContact"),
        ("Price list; Project, Apollo; ", "Price list\n\nProject: Apollo"),
    ],
)
def test_lines_about_the_whole_table_stand_above_its_names(above: str, said: str) -> None:
    found = sheet(above + PRICES)
    assert [table.columns for table in found.tables] == ["Article | Unit | Price"]
    assert said in found.text


def test_a_legend_may_stand_above_the_names() -> None:
    rows = "x, included,; -, not included,; Feature, Free, Pro; SSO, -, x; API, x, x"
    assert sheet(rows).tables[0].columns == "Feature | Free | Pro"


def test_a_table_of_two_columns_is_no_line_about_the_one_below_it() -> None:
    assert sheet("Name, Team,; Ana, Support, late; Bo, Sales, early").tables[0].columns == ""


def test_settings_of_which_one_has_two_values_are_no_lines_about_a_table() -> None:
    found = sheet("Timeout, 30,; Retries, 5,; Hosts, alpha, beta; Ports, 80, 443")
    assert [table.columns for table in found.tables] == [""]


def test_a_filter_over_rows_further_down_leaves_the_names_above_it() -> None:
    rows = "Question, Answer; How?, So.; Why?, Because.; Where?, There."
    assert sheet(rows, filtered="A3:B4").tables[0].columns == "Question | Answer"


def test_lines_about_the_whole_of_a_csv_file_fill_its_rows() -> None:
    text = "Report,Open tickets,,\nDate,01.05.2026,,\n,,,\nTicket,Subject,Owner,Age\n17,VPN,Ana,3\n"
    assert [table.columns for table in read_csv(text).tables] == ["Ticket | Subject | Owner | Age"]


def test_a_column_without_a_name_leaves_the_others_theirs() -> None:
    rows = "Code, Meaning, , Action; E1, Blocked, !, Clean; E2, Full, !, Replace"
    assert sheet(rows).tables[0].columns == "Code | Meaning |  | Action"
    text = rows.replace(", ", ",").replace("; ", "\n")
    assert read_csv(text).tables[0].columns == "Code | Meaning |  | Action"
    rows = "Ana, Sales, , Berlin; Bo, Support, day, Cork; Cy, Support, night, Rome"
    assert sheet(rows).tables[0].columns == ""
    rows = "Truck, on request, , Hamburg; Van, 40, x, Berlin; Car, 20, x, Rome"
    assert sheet(rows).tables[0].columns == ""


@pytest.mark.parametrize("bold", [False, True])
def test_a_column_of_a_page_may_have_no_name_either(bold: bool) -> None:
    names = ["Code", "Meaning", "", "Action"]
    rows = [[f"<b>{name}</b>" if bold else name for name in names]]
    rows += [["E1", "Blocked", "!", "Clean"], ["E2", "Full", "!", "Replace"]]
    lines = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    page = "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"
    assert extract(".html", page.encode()).tables[0].columns == "Code | Meaning |  | Action"


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ("Model, HB-1, Weight, 12 kg; Voltage, 230 V, Warranty, 3 years", ""),
        ("Size, 10 kg, 20 kg, 30 kg; Fee, 5 EUR, 7 EUR, 9 EUR; Days, 1, 2, 3",
         "Size | 10 kg | 20 kg | 30 kg"),
        ("Plan, Price, Team, Users; Basic, 5, Ana, 7", "Plan | Price | Team | Users"),
        ("Service, 24/7, Contact, SLA; Web, yes, call, 99%; Mail, no, chat, 95%",
         "Service | 24/7 | Contact | SLA"),
        ("Plan, 1 user, For, 10 users; Basic, free, One, 20 EUR; Pro, 10 EUR, Team, 80 EUR",
         "Plan | 1 user | For | 10 users"),
    ],
)  # fmt: skip
def test_names_beside_their_values_name_no_columns(rows: str, columns: str) -> None:
    assert sheet(rows).tables[0].columns == columns


@pytest.mark.parametrize(
    ("rows", "merged", "columns"),
    [
        ("Plan,Price,,Users; ,Month,Year,; Basic,5,50,1", "",
         "Plan | Price Month | Price Year | Users"),
        ("Team,Monday,,Friday,; ,Early,Late,Early,Late; Desk,Ana,Bo,Cy,Di", "",
         "Team | Monday Early | Monday Late | Friday Early | Friday Late"),
        ("Region,Tickets,,; ,2024,2025,2026; North,10,20,30", "B1:D1",
         "Region | Tickets 2024 | Tickets 2025 | Tickets 2026"),
        ("Model,Weight,Height; ,kg,cm; HB-1,12,85", "", "Model | Weight kg | Height cm"),
        ("Region,Method,Fee; ,Pickup,free; EU,Standard,5", "", "Region | Method | Fee"),
        ("Pupil,Math,Art; ,A,C; Bo,B,A; Cy,C,B", "", "Pupil | Math | Art"),
        ("Item,Price,,; ,EU,US,Note; Cable,5,6,new; Plug,3,4,old", "B1:C1",
         "Item | Price EU | Price US | Note"),
    ],
)  # fmt: skip
def test_a_second_row_of_names(rows: str, merged: str, columns: str) -> None:
    assert sheet(rows, merged).tables[0].columns == columns
    if not merged:
        assert read_csv(rows.replace("; ", "\n")).tables[0].columns == columns


def test_names_in_two_rows_of_a_csv_file_can_be_wider_in_the_second() -> None:
    text = "Tarif;Inland;;Ausland;\n;Preis;Dauer;Preis;Dauer\nBasis;4,90;2 Tage;9,90;5 Tage\n"
    columns = "Tarif | Inland Preis | Inland Dauer | Ausland Preis | Ausland Dauer"
    assert read_csv(text).tables[0].columns == columns
    keys = "Issue key,Summary,Comment,Comment\n,x,y,z\nIT-1,VPN,A,B\n"
    assert read_csv(keys).tables[0].columns == "Issue key | Summary | Comment | Comment"


def test_rows_with_an_empty_one_between_each_two_keep_their_names() -> None:
    spaced = sheet("Topic, Description; ; Returns, Within 30 days; ; Shipping, Three days")
    assert [t.columns for t in spaced.tables] == ["", *["Topic | Description"] * 2]
    form = sheet("Name, Ana; ; Phone, 555; ; Mail, a@example.com")
    assert [t.columns for t in form.tables] == [""] * 3
    alone = sheet("Status, Online; ; CPU, 90; RAM, 30")
    assert [t.columns for t in alone.tables] == [""] * 2


def test_dates_are_names_over_what_are_none() -> None:
    assert sheet("Team, 2026-05-04, 2026-05-11; Night, Ana, Bo").tables[0].columns == (
        "Team | 2026-05-04 | 2026-05-11"
    )
    assert read_csv("Who,04.05.,11.05.\nAna,early,late\n").tables[0].columns == (
        "Who | 04.05. | 11.05."
    )
    dated = sheet("Contract A, 2026-05-04, 2027-05-11; Contract B, 2026-06-04, open")
    assert dated.tables[0].columns == ""
    dated = sheet("Contract A, 2026-05-04, 2027-05-11; Contract B, open, open")
    assert dated.tables[0].columns == ""
