"""Word files made ready for office_oxide: with the numbers that Word shows, without comments and
hidden rows.

Numbers, equations, signs, notes and the descriptions of pictures are put in as text; rows are as
wide as their table, and words stand without the guide to their reading above them.
"""

import re
import zipfile
from typing import Any

from chatbot.knowledge.formats.described import described
from chatbot.knowledge.formats.equations import write_word_equations
from chatbot.knowledge.formats.word_fields import write_fields
from chatbot.knowledge.formats.word_names import GONE, OFF, W
from chatbot.knowledge.formats.word_notes import place_notes
from chatbot.knowledge.formats.word_numbers import Numbers, written_run
from chatbot.knowledge.formats.word_signs import write_signs
from chatbot.knowledge.formats.zipped import rewrite_archive, write_xml, xml

_DESCRIBED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_MOST_FILLED = 60  # columns of a table in Word
_NO_GROUND = ("", "auto", "ffffff")
_UNPACKED = 20_000_000  # bytes; larger ones are left as they are


def write_numbers(data: bytes, archive: zipfile.ZipFile, notes: list[str]) -> bytes:
    """The file with its numbers as text, without comments; ``data`` itself where it has neither.
    Parts that are damaged are named among the ``notes``."""
    names = archive.NameToInfo
    comments = [name for name in names if re.match(r"word/comments\w*\.xml$", name)]
    part = names.get("word/document.xml")
    if part is None or part.file_size > _UNPACKED:
        return data
    body = xml(archive, "word/document.xml")
    numbers = Numbers(archive)
    changed = _move_descriptions(body) + write_word_equations(body) + _without_guides(body)
    changed += _without_table_names(body) + _fill_rows(body) + write_signs(body)
    changed += (
        _without_placeholders(body)
        + _join_paragraphs(body)
        + _without_hidden_rows(body)
        + _mark_shaded_names(body)
        + write_fields(body)
        + numbers.write(body)
    )
    parts = dict.fromkeys(comments, f'<w:comments xmlns:w="{W[1:-1]}"/>'.encode())
    parts |= place_notes(body, archive, numbers.is_item)
    if not changed and not parts:
        return data
    return rewrite_archive(archive, parts | {"word/document.xml": write_xml(body)}, notes)


def _move_descriptions(body: Any) -> int:
    """Put the descriptions of pictures behind them; returns how many."""
    count = 0
    for properties in list(body.iter(_DESCRIBED)):
        text = described(properties.get("descr") or "")
        run = next(properties.iterancestors(f"{W}r"), None)
        if text.strip() and run is not None and run.find(f"{W}rPr/{W}vanish") is None:
            run.addnext(written_run(run, f" {text.strip()} "))
            count += 1
    return count


def _join_paragraphs(body: Any) -> int:
    """Put a paragraph whose end was removed, or moved away, with changes tracked before the words
    of the next one; returns how many."""
    found = [
        paragraph
        for paragraph in body.iter(f"{W}p")
        if any(paragraph.find(f"{W}pPr/{W}rPr/{mark}") is not None for mark in GONE)
    ]
    for paragraph in found:
        following = paragraph.getnext()
        if following is None or following.tag != f"{W}p":
            continue
        at = int(following.find(f"{W}pPr") is not None)
        for child in reversed([part for part in paragraph if part.tag != f"{W}pPr"]):
            following.insert(at, child)
        paragraph.getparent().remove(paragraph)
    return len(found)


def _without_table_names(body: Any) -> int:
    """Take off the names of tables, which nobody sees: office_oxide leaves out the paragraph before
    the table that says the same; returns how many."""
    found = list(body.iter(f"{W}tblCaption"))
    for name in found:
        name.getparent().remove(name)
    return len(found)


def _fill_rows(body: Any) -> int:
    """Put empty cells into rows that begin or end beside the first or last column, so that each
    cell keeps its column; returns how many."""
    count = 0
    for name in ("gridBefore", "gridAfter"):
        for mark in list(body.iter(f"{W}{name}")):
            row = mark.getparent().getparent()
            many = str(mark.get(f"{W}val") or "")
            if row is None or row.tag != f"{W}tr" or not many.isdigit():
                continue
            for _ in range(min(int(many), _MOST_FILLED)):
                cell = row.makeelement(f"{W}tc", {})
                cell.append(row.makeelement(f"{W}p", {}))
                begin = row.index(mark.getparent()) + 1
                row.insert(begin if name == "gridBefore" else len(row), cell)
                count += 1
            mark.getparent().remove(mark)
    return count


def _without_guides(body: Any) -> int:
    """Take off what stands above words to tell how they are read; returns how many."""
    found = list(body.iter(f"{W}ruby"))
    for guide in found:
        holder = guide.getparent()
        for run in guide.findall(f"{W}rubyBase/{W}r"):
            holder.addprevious(run)
        holder.remove(guide)
    return len(found)


def _without_placeholders(body: Any) -> int:
    """Take out what Word shows in controls that nobody filled ("Click here to enter text");
    returns how many."""
    signs = body.iter(f"{W}showingPlcHdr")
    found = [sign for sign in signs if sign.get(f"{W}val") not in OFF]
    for sign in found:
        control = sign.getparent().getparent()
        for text in list(control.iterfind(f"{W}sdtContent//{W}t")):
            text.text = ""
    return len(found)


def _mark_shaded_names(body: Any) -> int:
    """Say of the first row of a table that it names the columns where it alone is shaded; returns
    how many."""
    count = 0
    for table in body.iter(f"{W}tbl"):
        rows = table.findall(f"{W}tr")
        grounds = [_grounds(row) for row in rows]
        alone = len(rows) > 2 and len(grounds[0]) == 1 and grounds[0].isdisjoint(_NO_GROUND)
        many = len(rows[0].findall(f"{W}tc")) if alone else 0
        if many < 2 or any(not grounds[0].isdisjoint(others) for others in grounds[1:]):
            continue
        properties = rows[0].find(f"{W}trPr")
        if properties is None:
            properties = rows[0].makeelement(f"{W}trPr", {})
            rows[0].insert(0, properties)
        properties.append(properties.makeelement(f"{W}tblHeader", {}))
        count += 1
    return count


def _grounds(row: Any) -> set[str]:
    """The colours on which the cells of a row stand."""
    shades = (cell.find(f"{W}tcPr/{W}shd") for cell in row.iter(f"{W}tc"))
    return {
        str(shade.get(f"{W}fill") or "").lower() if shade is not None else "" for shade in shades
    }


def _without_hidden_rows(body: Any) -> int:
    """Take out the rows of tables that are hidden, or were removed with changes tracked, and tables
    that have no other; returns how many rows."""
    found = [
        mark.getparent().getparent()
        for name in ("hidden", "del")
        for mark in body.iter(f"{W}{name}")
        if mark.getparent().tag == f"{W}trPr" and mark.get(f"{W}val") not in OFF
    ]
    for row in found:
        table = row.getparent()
        if table is not None:
            table.remove(row)
            if table.find(f".//{W}tr") is None and table.getparent() is not None:
                table.getparent().remove(table)
    return len(found)
