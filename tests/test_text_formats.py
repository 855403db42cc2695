"""Text formats keep their offsets; what their readers do not see is blank."""

import io
import json
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest

from chatbot.errors import DocumentError
from chatbot.knowledge.chunks import split_document
from chatbot.knowledge.documents import Document, list_skipped, load_document
from chatbot.knowledge.formats import extract
from chatbot.knowledge.formats.text import decoded


def load(path: Path, text: str | bytes) -> Document:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_document(path.parent, path.name, 20_000_000)


def shown(path: Path, text: str) -> str:
    document = load(path, text)
    assert len(document.text) == len(text)
    return " ".join(document.text[document.body :].split())


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("In 14 days.<!--\nup to 90\n--> Yes.", "In 14 days. Yes."),
        ("[//]: # (internal)\nYes.", "Yes."),
        ("It costs ~~$129~~ $99.", "It costs $99."),
        ("Use <bucket> at <https://a.b>.<br>Yes.", "Use <bucket> at <https://a.b>. Yes."),
        ("10<sup>1</sup> <del>a</del> <b>b</b>", "10 1 b"),
        ("<div hidden>no</div>{{< note >}}yes{{< /note >}}", "yes"),
        ("```\n<!-- kept --> ~~kept~~ <b>\n```", "``` <!-- kept --> ~~kept~~ <b> ```"),
        ("Use `<b>`, ``<!-- `x -->`` and `~~a~~ &amp;`.",
         "Use `<b>`, ``<!-- `x -->`` and `~~a~~ &amp;`."),
        ("a <!-- `b --> c ` d", "a c ` d"),
        ("R&uuml;ckgabe: &euro;5 or \\$6, 5 \\* 3, AT&amp;T.", "Rückgabe: €5 or $6, 5 * 3, AT&T."),
        ("Yes. %% for us %% {# note #} {{!-- no --}}\n%%\nno\n%%", "Yes."),
        ("--8<-- 'a.md'\n{!a.md!}\n{{#include a.md}}\n<!--@include: ./a.md-->\nYes.", "Yes."),
        ("{% tab title=\"Linux\" %}\nYes.\n{% endtab %}", "Linux Yes."),
        ("{{< tab \"Debian\" >}}\nYes.{{< ref \"x.md\" >}}", "Debian Yes."),
        ("!!! warning \"Hot\"\n    Wait.\n\n=== \"Mac\"\n    Go.", 'warning "Hot" Wait. "Mac" Go.'),
        ("import A from '@x/a';\n\n<A b=\"1\">\nYes.\n</A>\n<Your name>", "Yes. <Your name>"),
    ],
)  # fmt: skip
def test_markdown_as_its_readers_see_it(tmp_path: Path, text: str, want: str) -> None:
    assert shown(tmp_path / "a.md", text) == want


def test_components_of_mdx(tmp_path: Path) -> None:
    text = "import T from 't'\n\n# Pay\n\n<T a={1}>\n<Item label=\"macOS\">\nYes.\n</Item>\n</T>\n"
    assert shown(tmp_path / "a.mdx", text) == "# Pay macOS Yes."


def test_modules_of_mdx_go_over_lines(tmp_path: Path) -> None:
    text = "import {\n  A,\n} from 'a'\nexport const m = {\n  t: 'x',\n}\n\nYes."
    assert shown(tmp_path / "a.mdx", text) == "Yes."
    assert shown(tmp_path / "a.md", "export to CSV.\n\nYes.") == "export to CSV. Yes."


def test_front_matter_is_text(tmp_path: Path) -> None:
    text = "---\ntitle: 1.10\ndescription: How to pay.\nopens: 9:30\n---\nBody.\n"
    document = load(tmp_path / "a.md", text)
    assert document.title == "1.10"
    assert " ".join(document.text[document.body :].split()) == "How to pay. Body."


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("address: https://help.example.com/a", "https://help.example.com/a"),
        ('source_url: "http://example.com/?q=1"', "http://example.com/?q=1"),
        ("url: /relative/", ""),
        ("url: javascript:alert(1)", ""),
        ("url: https://example.com/a b", ""),
        ("url: /relative/\ncanonical_url: https://example.com/b", "https://example.com/b"),
    ],
)
def test_front_matter_names_the_address(tmp_path: Path, line: str, address: str) -> None:
    assert load(tmp_path / "a.md", f"---\n{line}\n---\nBody.\n").address == address


def test_front_matter_that_is_no_yaml_is_read_line_by_line(tmp_path: Path) -> None:
    text = '---\ntitle: Pay: now: "x\nfoo\n---\nBody.\n'
    assert load(tmp_path / "a.md", text).title == 'Pay: now: "x'


@pytest.mark.parametrize(
    "line",
    ["draft: true", "draft: yes", "published: false", "status: Draft", "hidden: true",
     "visibility: private", "archived: true", "expiryDate: 2020-01-01", "publishDate: 2999-01-01"],
)  # fmt: skip
def test_drafts_are_left_out_and_said(tmp_path: Path, line: str) -> None:
    with pytest.raises(DocumentError, match="front matter says"):
        load(tmp_path / "a.md", f"---\ntitle: Price\n{line}\n---\n99 euros.\n")


def test_drafts_in_other_front_matter_are_left_out(tmp_path: Path) -> None:
    for matter in ("+++\ndraft = true\n+++", '{\n "title": "X",\n "draft": true\n}'):
        with pytest.raises(DocumentError, match="a draft"):
            load(tmp_path / "a.md", f"{matter}\n\n99 euros.\n")
    assert load(tmp_path / "a.md", '{"title": "Pay"}\n\nNow.\n').title == "Pay"


def test_headings_of_all_kinds(tmp_path: Path) -> None:
    text = "Top\n===\n\n## Pay *now* {#pay}\n\nSub\n---\n\n- item\n---\n\n```\n# no\n```\n"
    text += "\n<h3 align=center><a id=x></a>HTML\n<b>head</b></h3>\n"
    document = load(tmp_path / "a.md", text)
    headings = [(h.level, h.text) for h in document.headings]
    assert headings == [(1, "Top"), (2, "Pay now"), (2, "Sub"), (3, "HTML head")]
    assert document.text[document.headings[-1].start :].startswith("HTML")


def test_every_chunk_of_a_table_knows_its_columns(tmp_path: Path) -> None:
    rows = [f"| E-{n} | Fault {n} of the unit | customer |" for n in range(60)]
    table = "\n".join(["# Codes", "", "| Code | Meaning | Who pays |", "|---|---|---|", *rows])
    chunks = split_document(load(tmp_path / "a.md", table), 400)
    assert len(chunks) > 3
    assert chunks[1].text.startswith("| Code |")
    assert all(c.columns == "Code | Meaning | Who pays" for c in chunks[1:])
    assert all(chunk.text.startswith("| E-") for chunk in chunks[2:])


def test_html_tables_in_markdown_are_rows(tmp_path: Path) -> None:
    row = "<tr>\n<td>{}</td>\n<td>{}</td>\n</tr>\n"
    text = (
        "# T\n\n<table>\n" + row.format("Carrier", "Days") + row.format("GLS", "5") + "</table>\n"
    )
    document = load(tmp_path / "a.md", text)
    lines = [" ".join(line.split()) for line in document.text.split("\n") if line.strip()]
    assert lines == ["# T", "Carrier | Days", "GLS | 5"]
    assert document.tables[0].columns == "Carrier | Days"


def test_spanned_cells_in_markdown_are_filled_in(tmp_path: Path) -> None:
    text = """Before.
<table><thead><tr><th rowspan=2>Region</th><th colspan=2>Price &amp; days</th></tr>
<tr><th>Post</th><th>Air</th></tr></thead>
<tr><td rowspan="2">United Kingdom</td><td>5<br>or 6</td><td></td></tr><tr>
<td>7</td><td>8</td></tr></table>
After.
"""
    document = load(tmp_path / "a.md", text)
    assert len(document.text) == len(text)
    lines = [line.strip() for line in document.text.split("\n") if line.strip()]
    assert lines == [
        "Before.",
        "Region | Price & days | Price & days",
        "Region | Post | Air",
        "United Kingdom | 5 or 6 |",
        "United Kingdom | 7 | 8",
        "After.",
    ]
    assert document.tables[0].columns == "Region | Price & days Post | Price & days Air"
    assert [document.text[at : at + 6] for at in document.tables[0].at] == ["United"] * 2


def test_marks_that_nothing_closes_take_no_time(tmp_path: Path) -> None:
    for part in (
        "<table><tr><td>a",
        "{/* ",
        "{{< a ",
        "<p hidden>",
        "`a``",
        "{# ",
        "<del>",
        "<h1>x",
    ):
        started = time.process_time()
        load(tmp_path / "a.mdx", "Text " + part * 20_000)
        assert time.process_time() - started < 3, part


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_rows_of_csv_know_their_columns(tmp_path: Path, sign: str) -> None:
    rows = [["Part", "Retail price"], *([f"HB-{n}", str(n)] for n in range(90))]
    text = "".join(sign.join(row) + "\n" for row in rows)
    chunks = split_document(load(tmp_path / "a.csv", text), 300)
    assert {chunk.columns for chunk in chunks[1:]} == {"Part | Retail price"}
    assert (tmp_path / "a.csv").read_text()[chunks[2].start : chunks[2].end] == chunks[2].text


def test_rows_of_csv_with_lines_in_cells_stay_whole(tmp_path: Path) -> None:
    text = "Part,Text\n" + "".join(f'HB-{n},"one\ntwo\nthree {n}"\n' for n in range(40))
    chunks = split_document(load(tmp_path / "a.csv", text), 200)
    assert all(chunk.text.startswith(("Part", "HB-")) for chunk in chunks)


def test_json_exports_by_record_with_readable_texts(tmp_path: Path) -> None:
    records = [
        {"id": 1, "title": "Rückgabe", "body": "<p>Die R\u00fcckgabe &amp; mehr:<br>14 Tage.</p>"},
        {"id": 2, "title": "Alt", "draft": True, "body": "99"},
    ]
    document = load(tmp_path / "a.json", json.dumps({"articles": records}))
    chunk = split_document(document, 900)[0]
    assert chunk.heading == "Rückgabe"
    assert "Die Rückgabe & mehr: 14 Tage." in chunk.search_text
    assert "99" not in document.text
    assert "drafts" in document.notes[0]


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


def test_rows_parted_by_tabs(tmp_path: Path) -> None:
    document = load(tmp_path / "a.tsv", 'Part\tPrice\nHub\t"129, with cable"\nKeypad\t39\n')
    assert document.tables[0].columns == "Part | Price"
    assert len(document.tables[0].at) == 2


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
        archive.writestr("OEBPS/text/a.xhtml", page.format("Start", "Plug it in."))
    found = extract(".epub", out.getvalue())
    assert found.title == "Hub handbook"
    assert found.text == "# Start\n\nPlug it in.\n\n# Care\n\nWipe it dry.\n"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Größe;Preis\nStraße;5\n", "cp1252"),
        ("Réponse à l’été français", "cp1252"),
        ("Příliš žluťoučký kůň", "cp1250"),
        ("Zażółć gęślą jaźń", "cp1250"),
        ("Привет, как дела? Возврат товара", "cp1251"),
        ("返品は30日以内に", "shift-jis"),
        ("Grüße", "utf-16"),
        ("Grüße", "utf-8"),
    ],
)
def test_encodings_are_recognised(text: str, page: str) -> None:
    assert decoded(text.encode(page)).lstrip("\ufeff") == text


def test_a_byte_order_mark_hides_no_heading(tmp_path: Path) -> None:
    document = load(tmp_path / "a.md", "\ufeff---\ntitle: Pay\n---\n# Now\n\nText.\n")
    assert document.title == "Pay"
    assert [h.text for h in document.headings] == ["Now"]


@pytest.mark.parametrize(
    ("suffix", "data", "want"),
    [
        (".rst", "Pay\n===\n\n.. note:: In *30* days.\n\nSee :ref:`the form <form>`.\n",
         "# Pay\n\nNote\n\nIn 30 days.\n\nSee the form.\n"),
        (".adoc", "= Pay\n:days: 30\n\nNOTE: In *{days}* days.\n\n. One\n. Two\n",
         "# Pay\n\nNote: In 30 days.\n\n1. One\n1. Two\n"),
        (".adoc", "|===\n|Plan |Price\n\n|Plus |9\n|===\n", "Plan | Price\nPlus | 9\n"),
        (".vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHold the\n\n00:03.000 --> 00:04.000\npin.\n",
         "Hold the pin.\n"),
        (".srt", "1\n00:00:01,000 --> 00:00:02,000\n<i>Hold</i> it.\n", "Hold it.\n"),
        (".rtf", r"{\rtf1\ansi F\'fcr 30 Tage.\par Ende.}", "Für 30 Tage.\n\nEnde.\n"),
        (".ipynb",
         json.dumps({"cells": [{"cell_type": "markdown", "source": ["# Pay\n", "Now."]}]}),
         "# Pay\n\nNow.\n"),
    ],
)  # fmt: skip
def test_further_formats(suffix: str, data: str, want: str) -> None:
    assert extract(suffix, data.encode()).text == want


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    for name in ("a.md", "b.png", "sub/c.png", "d", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    kinds = {kind.suffix: (kind.count, kind.reason) for kind in list_skipped(tmp_path)}
    assert kinds == {
        ".png": (2, ".png files are not read"),
        "": (1, "nameless files are not read"),
        ".*": (1, "its name begins with a dot"),
    }


def test_folders_and_file_names_are_searched(tmp_path: Path) -> None:
    path = tmp_path / "knowledge" / "harbor-pro" / "warranty-rules.md"
    path.parent.mkdir(parents=True)
    path.write_text("# Warranty\n\nFive years.\n")
    document = load_document(tmp_path / "knowledge", "harbor-pro/warranty-rules.md", 1000)
    chunk = split_document(document, 900)[0]
    assert chunk.search_text.startswith("harbor pro > warranty rules > Warranty\n")
    assert chunk.title == "Warranty"


def test_words_are_searched_in_one_spelling(tmp_path: Path) -> None:
    text = (
        unicodedata.normalize("NFD", "Störung")
        + " Kün\u00addi\u00adgung \ufb01rm Premium\u200bPlan 10¹"
    )
    chunk = split_document(load(tmp_path / "a.txt", text), 900)[0]
    assert chunk.text == text
    assert chunk.search_text.endswith("\nStörung Kündigung firm PremiumPlan 10 1")


class Words:
    """Reads forty words, what stands over a text among them."""

    limit = 40

    def count(self, texts: list[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def test_nothing_is_cut_from_a_vector(tmp_path: Path) -> None:
    text = "# T\n\n" + " ".join(f"Word{n} is so." for n in range(200))
    chunks = split_document(load(tmp_path / "a.md", text), 900, Words())  # type: ignore[arg-type]
    assert max(Words().count([chunk.search_text for chunk in chunks])) <= 40
    assert " ".join(chunk.text for chunk in chunks).split() == text.split()
