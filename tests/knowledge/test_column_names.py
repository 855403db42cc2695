"""Which rows name the columns of a table whose format does not say."""

from pathlib import Path

import pytest

from chatbot.knowledge.column_names import header_rows
from chatbot.knowledge.formats import extract
from chatbot.knowledge.plain import read_plain
from tests.support.documents import load


@pytest.mark.parametrize(
    "table",
    [
        "Question | Answer // Can I cancel? | Yes, any time. // Is it free? | No.",
        "Frage | Antwort // Kann ich kündigen? | Ja. // Kostet es etwas? | Nein.",
        "Mode de livraison | Délai // Standard | trois jours // Express | un jour",
        "Método de envío | Plazo de entrega // Estándar | tres días // Exprés | un día",
        "Zahlungsart | Lieferzeit // Rechnung | drei Tage // Karte | ein Tag",
        "Feature | What we mean // Sync | all devices at once // Export | a file with all orders",
        "Plan | Support // Basic | Mail // Plus | Mail // Pro | Mail",
        "Plan | Price // Basic | €9",
        "City | Phone // Berlin | 030 123 // Munich | 089 456",
        "Feature | Free | Pro // SSO | – | ✓ // API | ✓ | ✓",
        "Code | Meaning | What to do // E1 | lid open | close it // E2 | hot | wait",
        "Language | Locale // German | de // French | fr",
        "Shortcut | Command // Ctrl+S | Save // Ctrl+P | Print",
        "Warehouse | Products // Leeds | Pumps and pipes // Bath | Pipes",
        "Destination | Transit // Ireland | by sea // Spain | by road",
        "Role | Rights // Admin | read and write // Guest | read",
        "Ingredient | Replacement // Butter | Oil // Egg | Banana",
        "Flag | Purpose // --quiet | prints nothing // --force | asks nothing",
        "Dish | Allergens // Soup | celery // Bread | gluten",
        "Parameter | Open? // Doors | yes // Windows | no",
        # Names with digits over other things.
        " | Half day (4 h) // Boat | $75 // Kayak | $28",
        " | 2025 | 2026 // Rent | 10 | 12 // Power | 3 | 4",
        "Slip | Rate 2026 // A | $340 // B | –",
        "Plan | 1 user | 5 users // Basic | 10 | 40 // Pro | 20 | 80",
        "Zone | 5 kg | 10 kg // A | €5 | €9 // B | €7 | €12",
        "Plan | 2024 | 2025 // Basic | 8 | 9 // Pro | 18 | 19",
        "Country | 24 months | 36 months // Austria | yes | yes // Italy | yes | no",
        "Contract | P300b | P450b // Dock | 290 EUR | 640 EUR // Pier | 480 EUR | 1,050 EUR",
        "Point | Signed before 1 May 2025 | Signed later // Time | 24 months | 12 months",
    ],
)
def test_names_stand_over_other_things(table: str) -> None:
    assert header_rows(rows_of(table)) == 1


@pytest.mark.parametrize(
    "table",
    [
        "Standard delivery | Three to five working days // Express | Next working day before noon",
        "Can I cancel? | Yes, any time. // Is it free? | No.",
        "Monday to Friday | Open // Sunday | Closed",
        "Approver | Line manager // Paid by | Company card",
        "Pick-up | free // Standard | €5 // Express | €9",
        "Email | help@acme.example // Phone | 0800 123",
        "Name | Acme // Founded | 1999 // Phone | +49 1",
        "SSO | Yes | Included // API | No | Extra",
        "Berlin | Open // Paris | Open // Rome | Closed",
        "Steering | tiller | wheel // Boat | small | large",
        "Weight | 12 kg // Height | 40 cm // Width | 30 cm",
        " | black //  | white //  | grey",
        "Size 2 | Blue paint // Size 3 | Red paint // Size 4 | Green paint",
        "Battery saw | 4 years | 5 years // Drill | 1 year | 2 years",
        "Delivery | 3 days | 5 days // Returns | free | by post // Payment | card | invoice",
    ],
)
def test_a_term_and_what_holds_for_it_are_no_names(table: str) -> None:
    assert header_rows(rows_of(table)) == 0


def test_type_tells_names_and_some_formats_mostly_have_them() -> None:
    assert header_rows([["Berlin", "Open"], ["Paris", "Closed"]], strong=True) == 1
    assert header_rows([["Berlin", "Open"], ["Paris", "Closed"]], likely=True) == 1
    assert header_rows([["Berlin", ""], ["Paris", "Closed"]], strong=True) == 0
    assert header_rows([[], ["Paris", "Closed"]], likely=True) == 0


def rows_of(table: str) -> list[list[str]]:
    return [row.split(" | ") for row in table.split(" // ")]


BOLD = "<b>Berlin</b>|<p><strong>Open</strong></p>"
PLAIN = "Paris|Closed"


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ([BOLD, PLAIN, PLAIN], "Berlin | Open"),
        ([BOLD, PLAIN, BOLD], "Berlin | Open"),  # a total at the end
        ([BOLD, BOLD, PLAIN], ""),
        (["<b>Berlin</b>|<b>Open</b> late", PLAIN], ""),
        (["<b>Plan</b>|<b>1 user</b>|<b>5 users</b>", "Basic|10|40"], "Plan | 1 user | 5 users"),
        ([PLAIN, PLAIN], ""),
    ],
)
def test_a_first_row_in_bold_names_the_columns(rows: list[str], columns: str) -> None:
    cells = [row.replace("|", "</td><td>") for row in rows]
    assert _columns("".join(f"<tr><td>{row}</td></tr>" for row in cells)) == columns


@pytest.mark.parametrize(
    ("row", "cell", "columns"),
    [
        ("style='background-color: #eee'", "", "Berlin | Open"),
        ("", "bgcolor='#eeeeee'", "Berlin | Open"),
        ("", "data-highlight-colour=grey", "Berlin | Open"),
        ("style='background: white'", "", ""),
        ("", "rowspan=2", ""),
    ],
)
def test_a_first_row_on_its_own_ground_names_the_columns(row: str, cell: str, columns: str) -> None:
    first = f"<tr {row}><td {cell}>Berlin</td><td {cell}>Open</td></tr>"
    assert _columns(f"{first}<tr><td>Paris</td><td>Shut</td></tr>") == columns


def test_stripes_name_no_columns() -> None:
    rows = "".join(
        f"<tr bgcolor='{ground}'><td>{name}</td><td>5 EUR</td></tr>"
        for ground, name in (("{0}", "Standard"), ("{1}", "Express"), ("{0}", "Bulk"))
    )
    for grounds in (("#fff", "#eee"), ("#eee", "#fff"), ("#eee", "")):
        assert _columns(rows.format(*grounds)) == ""


def _columns(rows: str) -> str:
    (table,) = extract(".html", f"<table>{rows}</table>".encode()).tables
    return table.columns


GROUPS = (
    "<tr><th colspan=2>Germany</th></tr><tr><td>Berlin</td><td>01</td></tr>"
    "<tr><td>Munich</td><td>02</td></tr>"
    "<tr><th colspan=2>France</th></tr><tr><td>Paris</td><td>03</td></tr>"
)


def test_a_title_and_a_closing_row_leave_the_names() -> None:
    names = "<tr><th>Plan</th><th>Price</th></tr><tr><td>Plus</td><td>9 EUR</td></tr>"
    title = "<tr><th colspan=2>Plans</th></tr>"
    end = "<tr><td colspan=2>All prices include VAT</td></tr>"
    assert "Plan | Price" in _columns(f"{title}{names}{end}")
    plain = f"{title}{names}{end}".replace("th>", "td>").replace("th colspan", "td colspan")
    assert "Plan | Price" in _columns(plain)


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_the_title_of_the_first_group_names_no_columns(suffix: str) -> None:
    markup = f"<table>{GROUPS}</table>".encode()
    found = extract(suffix, markup) if suffix == ".html" else read_plain(markup, suffix)
    assert [part.columns for part in found.tables] == ["", "Germany | ", "", "France | "]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Name\nApple\nPear\nPlum\n"),
        ("a.md", "| Name |\n|---|\n| Apple |\n| Pear |\n| Plum |\n"),
        ("a.adoc", "|===\n|Name\n\n|Apple\n|Pear\n|Plum\n|===\n"),
        ("a.html", "<table><tr><th>Name<tr><td>Apple<tr><td>Pear<tr><td>Plum</table>"),
    ],
)
def test_a_table_of_one_column_is_read(tmp_path: Path, name: str, text: str) -> None:
    assert "Plum" in load(tmp_path / name, text).text
