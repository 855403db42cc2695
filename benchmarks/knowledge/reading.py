"""How fast files are read, without indexing: milliseconds for each format, as JSON.

    python -m benchmarks.knowledge.reading [--turns 5]

The files are made here: a page of 200 sections with tables, a handbook of 150 sections, a sheet of
20,000 rows, a manual of about fifty pages. The best of the turns counts. Another
checkout's chatbot is measured, in this environment, by
``PYTHONPATH=CHECKOUT:. python -P -m benchmarks.knowledge.reading``.
"""

import argparse
import io
import json
import random
import time
from collections.abc import Callable

from chatbot.knowledge.formats import extract

WORDS = """device battery hub reset keypad order refund customer within days shipping invoice
warranty region price standard express open account settings""".split()  # noqa: SIM905


def prose(chance: random.Random, count: int) -> str:
    """A sentence of so many words."""
    return " ".join(chance.choice(WORDS) for _ in range(count)).capitalize() + "."


def page(chance: random.Random) -> bytes:
    """HTML."""
    parts = []
    for number in range(200):
        rows = "".join(f"<tr><td>R{n}</td><td>{n}.90</td></tr>" for n in range(8))
        parts.append(f"<h2>Section {number}</h2><table>{rows}</table>")
        parts += [f"<p>{prose(chance, 40)} <a href='/x'>more</a></p>" for _ in range(6)]
    return f"<html><body>{''.join(parts)}</body></html>".encode()


def handbook(chance: random.Random) -> bytes:
    """DOCX."""
    import docx

    document = docx.Document()
    for number in range(150):
        document.add_heading(f"Section {number}", 2)
        for _ in range(8):
            document.add_paragraph(prose(chance, 50))
        for row in document.add_table(6, 4).rows:
            for cell in row.cells:
                cell.text = chance.choice(WORDS)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def sheet(chance: random.Random) -> bytes:
    """XLSX."""
    import openpyxl

    book = openpyxl.Workbook()
    for n in range(20_000):
        book.active.append([f"HB-{n}", chance.choice(WORDS), n * 1.5, n % 7 / 10, None, f"t {n}"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def manual(chance: random.Random) -> bytes:
    """PDF."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    styles = getSampleStyleSheet()
    story = []
    for number in range(60):
        story.append(Paragraph(f"Section {number}", styles["Heading2"]))
        story += [Paragraph(prose(chance, 60), styles["Normal"]) for _ in range(6)]
        rows = [[f"R{n}", f"{n}.90", f"{n + 5}.90"] for n in range(8)]
        story.append(Table([["Region", "Standard", "Express"], *rows]))
    out = io.BytesIO()
    SimpleDocTemplate(out).build(story)
    return out.getvalue()


def best(action: Callable[[], object], turns: int) -> float:
    """Milliseconds of the fastest turn, after one that does not count."""
    action()
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return round(1000 * min(times), 1)


def main() -> None:
    """Make, read, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    chance = random.Random(0)
    found = {}
    makers = {".html": page, ".docx": handbook, ".xlsx": sheet, ".pdf": manual}
    for suffix, make in makers.items():
        data = make(chance)
        found[suffix] = best(lambda s=suffix, d=data: extract(s, d), options.turns)  # type: ignore[misc]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
