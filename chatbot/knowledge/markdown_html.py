"""HTML in Markdown: tags become blanks of the same length, cells of a table are parted by "|"."""

import re

from chatbot.knowledge.blocks import Rows

# Only these: "<bucket>" and "<your name>" are words of the author, "<https://...>" an address.
_NAMES = (
    "a abbr address article aside b big blockquote body br button caption center cite code col "
    "colgroup dd del details dfn div dl dt em embed figcaption figure font footer form h1 h2 h3 h4 "
    "h5 h6 head header hr html i iframe img input ins kbd label li link main mark menu meta nav "
    "noscript object ol option p picture pre q s samp script section select small source span "
    "strike strong style sub summary sup svg table tbody td template tfoot th thead time tr tt u "
    "ul var video wbr"
).replace(" ", "|")
_TAG = re.compile(rf"</?(?P<name>{_NAMES})(?=[\s/>])(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>", re.I)
_COMPONENT = re.compile(r"</?(?P<name>[A-Z][\w.]*)(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?>|</?>")
_SILENT = re.compile(
    r"<(script|style|template|del|s|strike|noscript)(?=[\s>])[^>]*>.*?</\1\s*>"
    r"|<(\w+)\s[^<>]*(?:\bhidden(?=[\s>=])|display\s*:\s*none)[^<>]*>.*?</\2\s*>",
    re.IGNORECASE | re.DOTALL,
)
_ROW = re.compile(r"<tr(?=[\s>])[^>]*>(.*?)(?=</tr\s*>|<tr[\s>]|</table|</tbody|\Z)", re.I | re.S)
_TABLE = re.compile(r"<table(?=[\s>])(.*?)</table\s*>", re.IGNORECASE | re.DOTALL)
_SHOWN = re.compile(r"\b(?:alt|label|title)\s*=\s*(?:\"([^\"<>]+)\"|'([^'<>]+)')")
_LONGEST = 3000  # characters of a row; longer ones hold parts of a page


def without_tags(
    text: str, begin: int, codes: list[tuple[int, int]], mdx: bool
) -> tuple[str, list[Rows]]:
    """``text`` without tags outside of code, and the rows of its tables; the length stays."""
    if "<" not in text:
        return text, []
    pieces = [text[:begin]]
    tables: list[Rows] = []
    at = begin
    for start, end in [*codes, (len(text), len(text))]:
        part = _SILENT.sub(lambda match: _blank(match[0]), text[at:start])
        part, rows = _tables(part, at)
        tables += rows
        part = _TAG.sub(_untagged, part)
        pieces += [_COMPONENT.sub(_untagged, part) if mdx else part, text[start:end]]
        at = end
    return "".join(pieces), tables


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _untagged(match: re.Match[str]) -> str:
    """Blanks; the text of a picture and the label of a tab stay."""
    tag = match[0]
    shown = _SHOWN.search(tag)
    if shown is None or tag.startswith("</") or (match["name"] or "").lower() in ("a", "abbr"):
        return _blank(tag)
    start, end = shown.span(1 if shown[1] else 2)
    return _blank(tag[:start]) + tag[start:end] + _blank(tag[end:])


def _tables(text: str, offset: int) -> tuple[str, list[Rows]]:
    tables: list[Rows] = []
    pieces: list[str] = []
    at = 0
    for table in _TABLE.finditer(text):
        body, rows = _rows(table[0], offset + table.start())
        tables += rows
        pieces += [text[at : table.start()], body]
        at = table.end()
    return "".join([*pieces, text[at:]]), tables


def _rows(table: str, offset: int) -> tuple[str, list[Rows]]:
    """A table with each row on a line of its own, cells parted by "|"."""
    pieces: list[str] = []
    at = 0
    starts: list[int] = []
    for row in _ROW.finditer(table):
        if len(row[1]) > _LONGEST or "<table" in row[1].lower():
            continue
        line = re.sub(
            r"</t[dh]\s*>(?!\s*\Z)", lambda m: " |" + " " * (len(m[0]) - 2), row[1], flags=re.I
        )
        line = line.replace("\n", " ")
        pieces += [table[at : row.start(1)], line]
        at = row.end(1)
        text = _TAG.sub(_untagged, line)
        if text.strip(" |"):
            starts.append(offset + row.start(1) + len(text) - len(text.lstrip()))
    body = "".join([*pieces, table[at:]])
    if len(starts) < 2:
        return body, []
    first = body[starts[0] - offset :].split("\n", 1)[0]
    names = [" ".join(cell.split()) for cell in _TAG.sub(" ", first).split("|")]
    named = all(names) and len(names) > 1 and not any(re.search(r"\d", name) for name in names)
    rows = starts[1:] if named else starts
    columns = " | ".join(names)[:400] if named else ""
    return body, [Rows(rows[0], offset + len(table), columns, tuple(rows))]
