"""HTML in Markdown: tags become blanks of the same length, cells of a table are parted by "|"."""

import re
from collections.abc import Callable, Iterator, Sequence

from chatbot.knowledge.blocks import MAX_HEADING, Place, Rows, columns_of, rows_in_parts
from chatbot.knowledge.formats.icons import named_sign
from chatbot.knowledge.formats.raised import raise_tags
from chatbot.knowledge.marks import blank, outside

# Only these: "<bucket>" and "<your name>" are words of the author, "<https://...>" an address.
_NAMES = (
    "a abbr address article aside b big blockquote body br button caption center cite code col "
    "colgroup dd del details dfn div dl dt em embed figcaption figure font footer form h1 h2 h3 h4 "
    "h5 h6 head header hr html i iframe img input ins kbd label li link main mark menu meta nav "
    "noscript object ol option p picture pre q s samp script section select small source span "
    "strike strong style sub summary sup svg table tbody td template tfoot th thead time tr tt u "
    "ul var video wbr"
).replace(" ", "|")
_BRACED = r"\{(?:[^{}]|\{[^{}]{0,300}+\}){0,300}+\}"
_CODE = rf"=\{{(?:[^{{}}]|{_BRACED}){{0,500}}+\}}"  # of an attribute: "={() => go(1)}"
_TAG = re.compile(
    rf"</?(?P<name>{_NAMES})(?=[\s/>])(?:{_CODE}|[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>", re.I
)
_COMPONENT = re.compile(
    rf"</?(?P<name>[A-Z][\w.]*)(?:\s(?:{_CODE}|[^<>\"']|\"[^\"]*\"|'[^']*')*+)?/?>|</?>"
)
_CLOSED = re.compile(r"</([A-Z][\w.]*)\s*>|<([A-Z][\w.]*)(?:\s[^<>]*)?/>")
_HEADING = re.compile(r"<h([1-6])(?=[\s>])[^>]*>(.{1,1000}?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_OPENER = re.compile(r"<(\w+)(?=[\s>])[^<>]*>")
_SILENT = frozenset("script style template del s strike noscript".split())  # noqa: SIM905
_UNSEEN = re.compile(r"\s(?:hidden(?=[\s>=])|style\s*=[^>]*display\s*:\s*none)", re.IGNORECASE)
_ROW = re.compile(r"<tr(?=[\s>])[^>]*>(.*?)(?=</tr\s*>|<tr[\s>]|</table|</tbody|\Z)", re.I | re.S)
_SHOWN = re.compile(r"\b(?:alt|label|title)\s*=\s*(?:\"([^\"<>]+)\"|'([^'<>]+)')")
# Attributes of components and shortcodes that hold words: of a card, of a tab, of a part that
# opens, of a parameter in the description of an interface.
_WORDS = re.compile(
    r"(?<![\w-])(?:alt|label|(?:sub)?title|name|summary|caption|header|heading|description|content|"
    r"text|message|question|answer|tip|tag|query|path|body|default)"
    r"\s*=\s*\{?(?:\"([^\"]+)\"|“([^“”]+)”|'([^'\n]+)'|`([^`]+)`)",
    re.IGNORECASE,
)
# Where a button or card leads to.
_LEADS = re.compile(
    r"(?<![\w-])(?:href|url|link|to)\s*=\s*\{?[\"']((?:https?://|mailto:)[^\"'\s<>]+)",
    re.IGNORECASE,
)
# An icon that is a component, by its own name or by that which it is given: "<CheckIcon />".
_ICON = re.compile(r"<([A-Z]\w*)\s*/>|<\w*Icon\s[^<>]*?\b(?:icon|name)=[\"']([\w-]+)[\"'][^<>]*/>")
_CAPITALS = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
# A tab is labelled by itself, by its value, or in its order by what is around all of them.
_TAB = re.compile(r"<(?:TabItem|Tab)\s(?![^<>]*\b(?:label|title|name)=)[^<>]*?\bvalue=\"([^\"]+)\"")
_TABS = re.compile(
    r"<Tabs\s[^<>]*?\bitems=\{\[([^\[\]{}]*)\]\}[^<>]*>|[ \t]*<(?:Tabs\.)?Tab>[ \t]*"
)
_ITEM = re.compile(r"[\"'`]([^\"'`]+)[\"'`]")
_LINK = re.compile(
    r"<(?:a|button)\s[^<>]*?\bhref\s*=\s*[\"']((?:https?://|mailto:)[^\"'\s<>]+)[\"']", re.I
)
_BARE = re.compile(r"^(?:https?://|mailto:)|/$")
_NEAR = 300  # characters behind a link, among which its words are
_LETTER = re.compile(r"[^\W_]")
_ADDRESS = re.compile(r"\.{0,2}/\S*|\S+\.(?:html?|mdx?|png|jpe?g|svg|gif|webp)")  # of a file
_MOST = 200_000  # characters of a table
_LONGEST = 3000  # characters of a row; longer ones hold parts of a page


def without_tags(
    text: str, begin: int, codes: list[tuple[int, int]], mdx: bool
) -> tuple[str, list[Rows], list[Place]]:
    """``text`` without tags outside of code, the rows of its tables and its headings; the length
    stays."""
    if "<" not in text:
        return text, [], []
    # Some sites read their Markdown as MDX too; "<Your name>" is no component, nothing closes it.
    known = {name for pair in _CLOSED.findall(text) for name in pair}
    tables: list[Rows] = []
    headings: list[Place] = []

    def change(part: str, at: int) -> str:
        part, rows = _tables(_without_silent(_with_tab_labels(part)), at)
        tables.extend(rows)
        headings.extend(_headings(part, at))
        part = _TAG.sub(_blank_tag, raise_tags(part))
        return _COMPONENT.sub(
            lambda m: _component_words(m[0]) if mdx or m["name"] in known else m[0], part
        )

    return outside(text, begin, codes, change), tables, headings


def _headings(text: str, offset: int) -> list[Place]:
    found = []
    for match in _HEADING.finditer(text):
        inner = _TAG.sub(_blank_tag, match[2])
        bare = _TAG.sub(lambda tag: blank(tag[0]), match[2])  # a logo is no part of the name
        words = bare if bare.strip() else inner
        if words := " ".join(words.replace("*", "").replace("`", "").split()):
            start = offset + match.start(2) + len(inner) - len(inner.lstrip())
            found.append(Place(start, int(match[1]), words[:MAX_HEADING]))
    return found


def _blank_tag(match: re.Match[str]) -> str:
    """Blanks; the text of a picture, the label of a tab and the address of a link stay."""
    tag = match[0]
    if link := _LINK.match(tag):
        start, end = link.span(1)
        told = _BARE.sub("", link[1]) in match.string[match.end() : match.end() + _NEAR]
        return blank(tag) if told else blank(tag[:start]) + link[1] + blank(tag[end:])
    shown = _SHOWN.search(tag)
    if shown is None or tag.startswith("</") or (match["name"] or "").lower() in ("a", "abbr"):
        return blank(tag)
    start, end = shown.span(1 if shown[1] else 2)
    return blank(tag[:start]) + tag[start:end] + blank(tag[end:])


def _with_tab_labels(text: str) -> str:
    """With the labels of tabs that stand around all of them in the place of each tab's tag, where
    there is room for them."""
    labels: list[str] = []

    def change(match: re.Match[str]) -> str:
        if match[1] is not None:
            labels[:] = _ITEM.findall(match[1])
            return match[0]
        label, room = labels.pop(0) if labels else "", len(match[0])
        return f"{label}:".ljust(room)[:room] if 0 < len(label) <= room else match[0]

    return _TABS.sub(change, text) if "<Tabs" in text else text


def _component_words(tag: str) -> str:
    if icon := _ICON.fullmatch(tag):
        name = icon[2] or _CAPITALS.sub("-", icon[1]).removesuffix("-Icon")
        if sign := named_sign(name.lower()):
            return sign.ljust(len(tag))
    value = _TAB.match(tag)
    return only_words(tag, [value.span(1)] if value else [])


def only_words(tag: str, known: Sequence[tuple[int, int]] = ()) -> str:
    """Blanks, but for the words in the attributes of a component and those that are ``known`` by
    their place; the first ones end in a colon where more follow."""
    found = [m.span(next(n for n in (1, 2, 3, 4) if m[n])) for m in _WORDS.finditer(tag)]
    leads = [match.span(1) for match in _LEADS.finditer(tag)]
    spans = [
        (start, end)
        for start, end in sorted({*known, *found, *leads})
        if _LETTER.search(tag, start, end) and not _ADDRESS.fullmatch(tag[start:end])
    ]
    pieces, at = [], 0
    ends = {end for _, end in leads}  # no sign joins an address
    for start, end in spans:
        gap = blank(tag[at:start])
        if at and tag[at - 1] not in ".:;!?" and at not in ends:
            gap = (":" if at == spans[0][1] else ";") + gap[1:]
        pieces += [gap, tag[start:end]]
        at = end
    return "".join([*pieces, blank(tag[at:])])


def _without_silent(text: str) -> str:
    """Without elements that are not shown."""
    pieces, at = [], 0
    for start, end in _elements(text, lambda name, tag: name in _SILENT or _UNSEEN.search(tag)):
        pieces += [text[at:start], blank(text[start:end])]
        at = end
    return "".join([*pieces, text[at:]])


def _elements(text: str, wanted: Callable[[str, str], object]) -> Iterator[tuple[int, int]]:
    """(start, end) of the elements that are wanted by their name and tag, if they are closed; none
    inside another."""
    unclosed: set[str] = set()
    at = 0
    while opener := _OPENER.search(text, at):
        name = opener[1].lower()
        at = opener.end()
        if name in unclosed or not wanted(name, opener[0]):
            continue
        closer = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, at)
        if closer is None:
            unclosed.add(name)
        else:
            at = closer.end()
            yield opener.start(), at


def _tables(text: str, offset: int) -> tuple[str, list[Rows]]:
    tables: list[Rows] = []
    pieces: list[str] = []
    at = 0
    for start, end in _elements(text, lambda name, _: name == "table"):
        body, rows = _rows(text[start:end], offset + start)
        tables += rows
        pieces += [text[at:start], body]
        at = end
    return "".join([*pieces, text[at:]]), tables


def _rows(table: str, offset: int) -> tuple[str, list[Rows]]:
    """A table with each row on a line of its own, cells parted by "|"."""
    found = [
        row
        for row in _ROW.finditer(table)
        if len(row[0]) <= _LONGEST and "<table" not in row[1].lower()
    ]
    lines, header = _read(table, found)
    pieces: list[str] = []
    at = 0
    starts: list[int] = []  # of each row; -1 where it says nothing
    names: list[str] = []
    for number, row in enumerate(found):
        text = _fit(lines[number], row[0]) if lines else _part(row[0])
        pieces += [table[at : row.start()], text]
        at = row.end()
        said = bool(text.strip(" |\n"))
        starts.append(offset + row.start() + len(text) - len(text.lstrip()) if said else -1)
        if said:
            names = names or [" ".join(cell.split()) for cell in text.split("|")]
    body = "".join([*pieces, table[at:]])
    if sum(start >= 0 for start in starts) < 2:
        return body, []
    if lines:
        columns = columns_of(lines, header)
        return body, rows_in_parts(lines, header, starts, offset + len(table), columns)
    named = all(names) and len(names) > 1 and not any(re.search(r"\d", name) for name in names)
    header, columns = int(named), " | ".join(names)[:400] if named else ""
    starts = [start for start in starts if start >= 0]
    rows = starts[header:] or starts
    return body, [Rows(rows[0], offset + len(table), columns, tuple(rows))]


def _read(table: str, rows: list[re.Match[str]]) -> tuple[list[list[str]], int]:
    """The cells of each row, spans filled in, and how many rows name the columns; nothing where
    not every row has room for them."""
    from chatbot.knowledge.formats.html import parse
    from chatbot.knowledge.formats.tables import cells_of, html_table

    root = parse(table) if len(table) <= _MOST else None
    element = root.find(".//table") if root is not None else None
    if element is None:
        return [], 0
    found = html_table(cells_of(element))
    lines = [list(row) for row in found.rows]
    if len(lines) != len(rows) or not all(
        len(_line(line)) < len(row[0]) for line, row in zip(lines, rows, strict=True)
    ):
        return [], 0
    return lines, found.header


def _line(cells: list[str]) -> str:
    return " | ".join(cells) if any(cells) else ""


def _fit(cells: list[str], row: str) -> str:
    return _line(cells).ljust(len(row) - 1) + "\n"


def _part(row: str) -> str:
    line = re.sub(r"</t[dh]\s*>(?!\s*\Z)", lambda m: " |" + " " * (len(m[0]) - 2), row, flags=re.I)
    return _TAG.sub(_blank_tag, line.replace("\n", " "))
