"""AsciiDoc, for which Python has no living library."""

import csv
import re
from collections import Counter
from collections.abc import Iterator

from chatbot.knowledge.blocks import (
    Block,
    Code,
    Extracted,
    Heading,
    Item,
    Page,
    Paragraph,
    Table,
    as_label,
    even_rows,
    first_heading,
    render,
)
from chatbot.knowledge.column_names import header_rows
from chatbot.knowledge.formats.asciidoc_conditions import CONDITION, filled, holds
from chatbot.knowledge.formats.list_numbers import format_number
from chatbot.knowledge.formats.raised import BEFORE, raise_run
from chatbot.knowledge.formats.spanned import placed, spans
from chatbot.knowledge.formats.text import lines_of

_TITLE = re.compile(r"(={1,6})\s+(\S.*)$")
_ITEM = re.compile(r"\s*(\*{1,5}|-|\.{1,5}|\d{1,3}\.|[a-z]\.)\s+(\S.*)$")
_TERM = re.compile(r"\s*(\S.*?):{2,4}(?:\s+(\S.*))?$")
_DIRECTIVE = re.compile(
    r"(?::[\w!-]+:|\w+::[^\s\[]*\[.*\]$|\[[^\[\]]*\]\s*$|\[\[[^\[\]]*\]\]\s*$|<<<|'''|\+$)"
)
_FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```.*|[|,:]===)\s*$")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+")
# Without one of these words in front, "[...]" is text: "hosts[0]".
_LINK = re.compile(
    r"(?<![^\W_])(?:(?:link:|xref:)?(?P<web>https?://[^\s\[]{1,2000})|mailto:(?P<mail>[^\s\[]{1,300})|"
    r"(?:link|xref):(?P<page>[^\s\[]{1,300}))\[(?P<words>[^\]]{0,500})\]"
)
# How a link opens, behind its words: "^", ",window=_blank".
_OPENS = re.compile(r"\^?(?:,\s?[\w-]{1,40}=.*)?$", re.DOTALL)
_ICON = re.compile(r"(?<!\w)(?:anchor:[\w.-]{1,200}|icon:([\w-]{1,100}))\[[^\]]{0,200}\]")
_BREAK = re.compile(r"(?<=\S)\s\+$")  # the line ends here for its readers, too
# No longer ones: what opens and never closes would be looked for to the end, from each sign.
_INLINE = re.compile(r"(?<![\w*_`#])(\*\*|\*|__|_|``|`|##|#)(\S(?:.{0,500}?\S)?)\1(?![\w*_`#])")
# What a text between signs is called; such as is struck out is not read.
_STRUCK = re.compile(
    r"\[[^\[\]]{0,50}(?:line-through|strike)[^\[\]]{0,50}\](##?)\S.{0,500}?\1", re.DOTALL
)
_CALLED = re.compile(r"(?<!\w)\[[.#][\w.#%-]{1,100}\](?=[#*_`])")
_ANCHOR = re.compile(r"\[\[(?=[^\W\d]|:)[\w.:-]{1,200}(?:,[^\[\]\n]{0,200})?\]\]")
_RAISED = re.compile(r"(?<![~^])([~^])([^\s~^]{1,12})\1(?![~^])")
_BOX = re.compile(r"\[([ x*])\]\s+(?=\S)")
_NUMBERS = ("", "a", "i", "A", "I")  # of lists in lists
_MARKED = re.compile(r"\[(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$")
_START = re.compile(r"\[[^\]]*\bstart=(\d{1,4})")
_PICTURE = re.compile(r"image::?[^\s\[]{1,500}\[\"?([^\],\"]{0,500})(?:[,\"][^\]]{0,500})?\]")
# What is put in as it is, and formulas.
_PASSED = re.compile(r"(?<!\w)(?:pass|stem|latexmath|asciimath):[a-z,]{0,20}\[([^\]\n]{0,500})\]")
# A link whose address another file knows.
_UNKNOWN = re.compile(
    r"(?<!\S)\{[\w-]{1,60}\}[^\s\[\]]{0,300}/[^\s\[\]]{0,300}\[([^\]\n]{1,500})\]"
)
_KEYS = re.compile(r"(?:kbd|btn):\[([^\]]{0,200})\]")
_MENU = re.compile(r"menu:([^\s\[]{1,200})\[([^\]]{0,200})\]")
_CALLOUT = re.compile(r"(?<!\s)\s*<(?:\d{1,2}|\.)>\s*$")
_ATTRIBUTE = re.compile(r":([\w-]+):\s*(.*)$")


# What stands before a cell's "|": "2+" or ".3+" (columns, rows), "3*" (times), "^", ".^", "a"; kept
# as one group. In a table in a cell it is "!".
_SPEC = (
    r"(?:^|(?<=\s))((?:\d{1,2}(?:\.\d{1,3})?\+|\.\d{1,3}\+|\d{1,2}\*)?"
    r"[\^<>]?(?:\.[\^<>])?[a-z]?)"
)
_CELL = re.compile(rf"{_SPEC}\|")
_INNER = re.compile(rf"{_SPEC}!")
# In a cell: a block between fences, or what stands over a text.
_BETWEEN = re.compile(r"^(--|[-.=*_]{4,}|[|!]===)[ \t]*$", re.MULTILINE)
_OVER = re.compile(r"^\[[A-Z%\w][^\[\]\n]*\][ \t]*\n(?=[ \t]*[^\s|!])", re.MULTILINE)
# What a table says of itself: how many columns, how they are parted.
_COLUMNS = re.compile(r"cols=(?:\"([^\"]*)\"|([^,\]]*))")
_TIMES = re.compile(r"\s*(\d{1,2})\*")
_PARTED = re.compile(r"format=\"?(csv|tsv|dsv)")
_HEADED = re.compile(r"%header|\bheader\b")
_TABLES = {"|===": "|", ",===": ",", ":===": ":"}  # between cells, unless the table says it
_SIGNS = {"csv": ",", "tsv": "\t", "dsv": ":"}
_FOOTNOTE = re.compile(r"\s?footnote:[\w-]{0,100}\[([^\[\]]{0,1000})\]")
_CROSS = re.compile(r"<<#?([^<>,\n]{1,200})(?:,\s?([^<>\n]{1,300}))?>>")
_MOST_COLUMNS = 1000
_LONGEST_VALUE = 2_000  # characters of an attribute: each can hold the one before it twice
_LISTED = re.compile(r"^[^\S\n]*(?:\*+|\.+|-)\s+(?=\S)", re.MULTILINE)
# Attributes that every document has.
_GIVEN = {
    "backend": "html5",
    "plus": "+",
    "cpp": "C++",
    "deg": "°",
    "nbsp": " ",
    "vbar": "|",
    "lt": "<",
    "gt": ">",
}


def read_asciidoc(data: bytes) -> Extracted:
    """An .adoc file; attributes that it sets are put in, nothing is included."""
    blocks = list(_Asciidoc(lines_of(data).split("\n")).blocks())
    return render(blocks, first_heading(blocks))


class _Asciidoc:
    """Reads line by line; what it does not know is text."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._values = dict(_GIVEN)
        self._numbers: dict[int, int] = {}  # of the lists that are open, by their depth
        self._goes_on = False  # whether what follows belongs to the last item
        self._left_out = 0  # conditions that do not hold around the line
        self._paragraph: list[str] = []
        self._item = ("", 0)  # marker and depth of the item that the paragraph is
        self._given = ""  # attributes of the block that follows

    def blocks(self) -> Iterator[Block]:
        """The blocks in order."""
        at = 0
        while at < len(self._lines):
            line = self._lines[at].rstrip()
            if self._is_left_out(line):
                at += 1
                continue
            if (match := CONDITION.match(line)) and match[3]:  # it is about its own text alone
                line = match[3]
            fence = _FENCE.match(line)
            if fence:
                yield from self._flush()
                end = self._closing(at, fence[1])
                yield from self._fenced_block(fence[1], self._lines[at + 1 : end])
                at = end + 1
                continue
            yield from self._line(line)
            at += 1
        yield from self._flush()

    def _is_left_out(self, line: str) -> bool:
        """Whether a line is a condition, or stands where one does not hold."""
        match = CONDITION.match(line)
        if match is None:
            return self._left_out > 0
        if match[1] == "endif":
            self._left_out = max(0, self._left_out - 1)
        elif match[3] and match[1] != "ifeval":
            return self._left_out > 0 or not holds(match, self._values)
        elif self._left_out or not holds(match, self._values):
            self._left_out += 1
        return True

    def _line(self, line: str) -> Iterator[Block]:
        line = _CALLOUT.sub("", _PICTURE.sub(lambda m: m[1], line))
        if not line or line.startswith("//") or _DIRECTIVE.match(line):
            yield from self._flush()
            self._goes_on = line == "+"
            self._given = line if line[:1] == "[" else ""
            if match := _ATTRIBUTE.match(line):
                self._values[match[1]] = filled(match[2], self._values)[:_LONGEST_VALUE]
            elif match := _MARKED.match(line):
                self._paragraph = [f"{match[1].title()}:"]
            elif match := _START.match(line):
                self._numbers[0] = int(match[1]) - 1
        elif match := _TITLE.match(line):
            yield from self._flush()
            yield Heading(len(match[1]), self._text(match[2]))
        elif match := _ITEM.match(line):
            yield from self._flush()
            sign = match[1]
            depth = len(sign) - 1 if sign[0] in "*." else 0
            marker = "-" if sign[0] in "*-" else sign if sign[0] != "." else self._number(depth)
            self._paragraph = [_boxed(match[2])]
            self._item = marker, depth  # lines of it can follow
        elif match := _TERM.match(line):
            yield from self._flush()
            self._paragraph = [as_label(match[1]), match[2] or ""]
        elif line.startswith(".") and not line.startswith(".."):
            yield from self._flush()
            yield Paragraph(self._text(line[1:]))
        else:
            self._paragraph.append(_ADMONITION.sub(lambda m: f"{m[1].title()}: ", line))

    def _number(self, depth: int) -> str:
        number = self._numbers.get(depth, 0) + 1
        self._numbers = {d: n for d, n in self._numbers.items() if d < depth} | {depth: number}
        return f"{format_number(number, _NUMBERS[depth])}."

    def _flush(self) -> Iterator[Block]:
        text = self._text(_joined(self._paragraph))
        (marker, depth), self._item = self._item, ("", 0)
        self._paragraph = []
        if text.strip():
            if not marker and not self._goes_on:
                self._numbers.clear()
            self._goes_on = False
            yield Item(text, marker, depth) if marker else Paragraph(text)

    def _closing(self, at: int, sign: str) -> int:
        wanted = "```" if sign.startswith("```") else sign
        for end in range(at + 1, len(self._lines)):
            if self._lines[end].rstrip() == wanted:
                return end
        return len(self._lines)

    def _fenced_block(self, sign: str, lines: list[str]) -> Iterator[Block]:
        if sign.startswith("//"):
            return
        if sign[0] in "-.`+" and sign != "--":
            yield Code("\n".join(lines))
        elif sign in _TABLES:
            yield self._table(sign, lines)
        else:
            inner = _Asciidoc(lines)
            inner._values = self._values
            yield from inner.blocks()

    def _table(self, sign: str, lines: list[str]) -> Block:
        """A row is a line, or as many cells as the table says, or as its first line has."""
        given, self._given = self._given, ""
        text = [line for line in lines if not line.startswith("//")]
        kind = _PARTED.search(given)
        parted = _SIGNS[kind[1]] if kind else _TABLES[sign]
        if parted != "|":
            filled = [line for line in text if line.strip()]
            rows = [
                [self._text(cell) for cell in row] for row in csv.reader(filled, delimiter=parted)
            ]
            rows = even_rows(rows)
        else:
            parts = _CELL.split("\n".join(text))[1:]
            cells = [
                cell
                for spec, part in zip(parts[::2], parts[1::2], strict=True)
                for cell in [(self._cell(part), *spans(spec))] * _repeats(spec)
            ]
            first = next((line for line in text if line.strip()), "")
            wide = _wide(given) or sum(spans(spec)[0] for spec in _CELL.findall(first)) or 1
            rows = placed(cells, wide)
        return Table(rows, int(len(rows) > 1) if _HEADED.search(given) else header_rows(rows))

    def _cell(self, part: str) -> str:
        """A cell as one line; what is a text of its own in it is read as one."""
        if not _has_blocks(part):
            return self._text(" ".join(_joined(_LISTED.sub("", part).split("\n")).split()))
        inner = _Asciidoc(list(_inner_lines(part.strip().split("\n"))))
        inner._values = self._values
        return " ".join(map(_flat, inner.blocks()))

    def _text(self, text: str) -> str:
        text = filled(text, self._values)
        text = _CALLED.sub("", _ANCHOR.sub("", _STRUCK.sub("", text)))
        text = _FOOTNOTE.sub(lambda m: f" ({m[1]})" if m[1] else "", text)
        text = _CROSS.sub(lambda m: m[2] or m[1], text)
        text = _KEYS.sub(lambda m: m[1], text)
        text = _MENU.sub(lambda m: " > ".join(filter(None, (m[1], m[2]))), text)
        text = _UNKNOWN.sub(lambda m: _OPENS.sub("", m[1]), _PASSED.sub(lambda m: m[1], text))
        text = _LINK.sub(_link, _ICON.sub(lambda m: m[1] or "", text))
        text = _INLINE.sub(lambda m: m[2], _INLINE.sub(lambda m: m[2], text))
        return _RAISED.sub(_raised, text).rstrip()


def _has_blocks(cell: str) -> bool:
    fences = Counter(_BETWEEN.findall(cell))
    return max(fences.values(), default=0) > 1 or _OVER.search(cell) is not None


def _repeats(spec: str) -> int:
    """How often a cell stands beside itself."""
    times, sign, _ = spec.partition("*")
    return int(times) if sign else 1


def _inner_lines(lines: list[str]) -> Iterator[str]:
    """The lines of a cell, a table in it as one that is in none."""
    inside = False
    for line in lines:
        if line.rstrip() == "!===":
            inside = not inside
            yield "|==="
        else:
            yield _INNER.sub(r"\1|", line) if inside else line


def _flat(block: Block) -> str:
    """A block as it stands in a cell: rows of a table are parted by ";"."""
    if isinstance(block, Table):
        return "; ".join(" ".join(filter(None, row)) for row in block.rows)
    return "" if isinstance(block, Page) else " ".join(block.text.split())


def _joined(lines: list[str]) -> str:
    """The lines of a paragraph or cell as one, but for those that end in " +"."""
    stripped = [line.strip() for line in lines]
    text = "".join(
        _BREAK.sub("\n", line) if _BREAK.search(line) else f"{line} " for line in stripped
    )
    return text.strip()


def _boxed(text: str) -> str:
    """An item with the box in front of it as its readers see it."""
    box = _BOX.match(text)
    return f"{'☐' if box[1] == ' ' else '☑'} {text[box.end() :]}" if box else text


def _raised(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    kind = "sup" if match[1] == "^" else "sub"
    return raise_run(
        kind, match[2], text[max(0, at - BEFORE) : at], text[match.end() : match.end() + BEFORE]
    )


def _link(match: re.Match[str]) -> str:
    """What a link says, and where to: "Mail us (a@x.example)"."""
    address = match["web"] or match["mail"]
    words = match["words"].partition(",")[0] if match["mail"] else _OPENS.sub("", match["words"])
    return f"{words} ({address})" if address and words else words or address or match["page"]


def _wide(given: str) -> int:
    """How many columns a table says that it has; 0 where it says nothing."""
    match = _COLUMNS.search(given)
    if match is None:
        return 0
    parts = re.split(r"[,;]", match[1] or match[2] or "")
    times = (_TIMES.match(part) for part in parts)
    return min(sum(int(found[1]) if found else 1 for found in times), _MOST_COLUMNS)
