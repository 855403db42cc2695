"""reStructuredText by docutils, and AsciiDoc, for which Python has no living library."""

import re
from collections.abc import Iterator
from typing import Any

from chatbot.knowledge.blocks import (
    Block,
    Code,
    Extracted,
    Heading,
    Item,
    Paragraph,
    Table,
    first_heading,
    header_rows,
    render,
)
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.prose import paragraphs
from chatbot.knowledge.formats.spanned import placed, spans
from chatbot.knowledge.formats.text import lines_of

# What Sphinx adds and docutils does not know; their text is read, their meaning is not needed.
_SPHINX = """
    versionadded versionchanged deprecated seealso only tabs tab tab-set tab-item
    group-tab card grid dropdown details glossary option program envvar function class
    method attribute data module confval describe rst-class centered hlist productionlist
    todo
    """.split()  # noqa: SIM905
_SILENT = ("toctree", "index", "highlight", "currentmodule", "meta", "include", "literalinclude")
_ROLES = """
    ref doc term guilabel menuselection kbd file command option abbr envvar program samp
    numref download any class func meth attr mod data confval dfn
    """.split()  # noqa: SIM905
_SYSTEM = re.compile(r'<(?:div|aside)[^>]*class="system-message.*?</(?:div|aside)>', re.DOTALL)


def read_rst(data: bytes) -> Extracted:
    """A .rst file; nothing that it names is included or fetched."""
    from docutils.core import publish_parts

    _prepare()
    parts = publish_parts(
        lines_of(data),
        writer="html5",
        settings_overrides={
            "file_insertion_enabled": False,
            "raw_enabled": False,
            "report_level": 5,
            "halt_level": 5,
            "_disable_config": True,
            "doctitle_xform": False,
            "initial_header_level": 1,
            "math_output": "LaTeX",
            "warning_stream": False,
        },
    )
    blocks = blocks_of(_SYSTEM.sub("", parts["html_body"]))
    return render(blocks, first_heading(blocks))


_prepared: set[str] = set()


def _prepare() -> None:
    """Teach docutils the names of Sphinx, once."""
    if _prepared:
        return
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, roles

    class Options(dict[str, Any]):
        """All options of Sphinx, whose values are not needed."""

        def __missing__(self, name: str) -> Any:
            return directives.unchanged

    anything = Options(name=directives.unchanged)  # an empty one would allow none

    class Program(Directive):  # type: ignore[misc, unused-ignore]
        """Code under its caption."""

        has_content, optional_arguments, final_argument_whitespace = True, 1, True
        option_spec = anything

        def run(self) -> list[Any]:
            text = "\n".join(self.content)
            code = nodes.literal_block(text, text)
            caption = self.options.get("caption")
            return [nodes.paragraph("", caption), code] if caption else [code]

    class Passed(Directive):  # type: ignore[misc, unused-ignore]
        """A directive whose argument and content are read as text."""

        has_content, optional_arguments, final_argument_whitespace = True, 1, True
        option_spec = anything

        def run(self) -> list[Any]:
            content = nodes.container()
            if self.arguments and self.arguments[0].strip():
                content += nodes.paragraph("", self.arguments[0])
            self.state.nested_parse(self.content, self.content_offset, content)
            return [content]

    class Silent(Directive):  # type: ignore[misc, unused-ignore]
        """A directive that readers see nothing of."""

        has_content, optional_arguments, final_argument_whitespace = True, 100, True

        def run(self) -> list[Any]:
            return []

    def role(name: str, raw: str, text: str, *_: Any, **__: Any) -> tuple[list[Any], list[Any]]:
        return [nodes.inline(raw, re.sub(r"\s*<[^>]*>$", "", text).lstrip("~!"))], []

    for name in _SPHINX:
        directives.register_directive(name, Passed)
    for name in ("code-block", "code", "sourcecode"):
        directives.register_directive(name, Program)
    for name in _SILENT:
        directives.register_directive(name, Silent)
    for name in _ROLES:
        roles.register_local_role(name, role)
    _prepared.add("done")


_TITLE = re.compile(r"(={1,6})\s+(\S.*)$")
_ITEM = re.compile(r"\s*(\*{1,5}|-|\.{1,5}|\d{1,3}\.|[a-z]\.)\s+(\S.*)$")
_TERM = re.compile(r"(\S.*?)::(?:\s+(\S.*))?$")
_DIRECTIVE = re.compile(r"(?::[\w!-]+:|\w+::[^\s\[]*\[|\[[\w#.,%\"= -]*\]\s*$|<<<|'''|\+$)")
_FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|```.*|\|===)\s*$")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+")
_LINK = re.compile(r"(?:link:|xref:)?(https?://[^\s\[]{1,2000}|[\w./#-]{1,300})\[([^\]]{0,500})\]")
_INLINE = re.compile(r"(?<![\w*_`#])(\*\*|\*|__|_|``|`|##|#)(\S(?:.*?\S)?)\1(?![\w*_`#])")
_MARKED = re.compile(r"\[(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$")
_START = re.compile(r"\[[^\]]*\bstart=(\d{1,4})")
_PICTURE = re.compile(r"image::?[^\s\[]{1,500}\[\"?([^\],\"]{0,500})[^\]]{0,500}\]")
_KEYS = re.compile(r"(?:kbd|btn):\[([^\]]{0,200})\]")
_MENU = re.compile(r"menu:([^\s\[]{1,200})\[([^\]]{0,200})\]")
_CALLOUT = re.compile(r"(?<!\s)\s*<(?:\d{1,2}|\.)>\s*$")
_CONDITION = re.compile(r"(ifn?def|endif)::([^\s\[]*)\[(.*)\]\s*$")
_ATTRIBUTE = re.compile(r":([\w-]+):\s*(.*)$")


# What stands before a cell's "|": "2+" or ".3+" (columns, rows), "^", "a"; kept as one group.
_CELL = re.compile(r"(?:^|(?<=\s))((?:\d{1,2}(?:\.\d{1,3})?\+|\.\d{1,3}\+)?[\^<>]?[a-z]?)\|")
_LISTED = re.compile(r"^[^\S\n]*(?:\*+|\.+|-)\s+", re.MULTILINE)


def read_asciidoc(data: bytes) -> Extracted:
    """An .adoc file; attributes that it sets are put in, nothing is included."""
    blocks = list(_Asciidoc(lines_of(data).split("\n")).blocks())
    return render(blocks, first_heading(blocks))


class _Asciidoc:
    """Reads line by line; what it does not know is text."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._values: dict[str, str] = {}
        self._numbers: dict[int, int] = {}  # of the lists that are open, by their depth
        self._goes_on = False  # whether what follows belongs to the last item
        self._left_out = 0  # conditions that do not hold around the line
        self._paragraph: list[str] = []

    def blocks(self) -> Iterator[Block]:
        """The blocks in order."""
        at = 0
        while at < len(self._lines):
            line = self._lines[at].rstrip()
            if self._is_left_out(line):
                at += 1
                continue
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
        match = _CONDITION.match(line)
        if match is None or (match[3] and match[1] != "endif"):
            return self._left_out > 0
        if match[1] == "endif":
            self._left_out = max(0, self._left_out - 1)
        elif self._left_out or (match[2] in self._values) != (match[1] == "ifdef"):
            self._left_out += 1
        return True

    def _line(self, line: str) -> Iterator[Block]:
        line = _CALLOUT.sub("", _PICTURE.sub(lambda m: m[1], line))
        if not line or line.startswith("//") or _DIRECTIVE.match(line):
            yield from self._flush()
            self._goes_on = line == "+"
            if match := _ATTRIBUTE.match(line):
                self._values[match[1]] = match[2]
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
            self._paragraph = [match[2]]
            yield from self._flush(marker, depth)
        elif match := _TERM.match(line):
            yield from self._flush()
            self._paragraph = [f"{match[1]}:", match[2] or ""]
        elif line.startswith(".") and not line.startswith(".."):
            yield from self._flush()
            yield Paragraph(self._text(line[1:]))
        else:
            self._paragraph.append(_ADMONITION.sub(lambda m: f"{m[1].title()}: ", line))

    def _number(self, depth: int) -> str:
        number = self._numbers.get(depth, 0) + 1
        self._numbers = {d: n for d, n in self._numbers.items() if d < depth} | {depth: number}
        return f"{number}."

    def _flush(self, marker: str = "", depth: int = 0) -> Iterator[Block]:
        text = self._text(" ".join(self._paragraph))
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
        elif sign == "|===":
            yield self._table(lines)
        else:
            inner = _Asciidoc(lines)
            inner._values = self._values
            yield from inner.blocks()

    def _table(self, lines: list[str]) -> Block:
        """Cells begin with "|"; a row is a line, or as many cells as the first line has."""
        text = [line for line in lines if not line.startswith("//")]
        first = next((line for line in text if line.strip()), "")
        parts = _CELL.split("\n".join(text))[1:]
        cells = [
            (self._text(" ".join(_LISTED.sub("", part).split())), *spans(spec))
            for spec, part in zip(parts[::2], parts[1::2], strict=True)
        ]
        wide = sum(spans(spec)[0] for spec in _CELL.findall(first)) or 1
        rows = placed(cells, wide)
        return Table(rows, header_rows(rows))

    def _text(self, text: str) -> str:
        text = re.sub(r"\{([\w-]+)\}", lambda m: self._values.get(m[1], m[0]), text)
        text = _KEYS.sub(lambda m: m[1], text)
        text = _MENU.sub(lambda m: " > ".join(filter(None, (m[1], m[2]))), text)
        text = _LINK.sub(
            lambda m: f"{m[2]} ({m[1]})" if m[1].startswith("http") and m[2] else m[2] or m[1], text
        )
        return _INLINE.sub(lambda m: m[2], _INLINE.sub(lambda m: m[2], text)).rstrip(" +")


def read_text(data: bytes) -> list[Block]:
    """Plain text inside another document."""
    return list(paragraphs(lines_of(data)))
