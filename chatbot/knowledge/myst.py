"""Directives in Markdown as MyST and Sphinx have them: what stands between "```{note}" and "```",
or between colons, is text; of their options, what readers see of a setting."""

import re

from chatbot.knowledge.marks import blank

_FENCE = re.compile(
    r"[ \t]*(?P<sign>`{3,}|~{3,}|:{3,})(?:[ \t]*\{(?P<name>\w[\w:.+-]{0,39})\})?[ \t]*(?P<words>.*)"
)
_ANY = re.compile(r"^[ \t]*(?:`{3,}|~{3,}|:{3,})[ \t]*\{\w[\w:.+-]{0,39}\}", re.MULTILINE)
_OPTION = re.compile(r"[ \t]*:([\w-]{1,40}):(?:[ \t]|$)")
# Options of what a directive describes that its readers see, here and in reStructuredText.
SHOWN = ("type", "default", "value")
# Those that hold no text of the page: code, names of files, words for the generator.
_CODE = frozenset(
    """
    code code-block code-cell sourcecode literalinclude math mermaid graphviz raw eval-rst plantuml
    csv-table
    """.split()  # noqa: SIM905
)
_SILENT = frozenset("toctree contents include index image bibliography autodoc2-object".split())  # noqa: SIM905
_KINDS = frozenset("note tip warning danger caution important attention hint seealso".split())  # noqa: SIM905
_VERSIONS = frozenset("versionadded versionchanged deprecated versionremoved".split())  # noqa: SIM905
_FILE = re.compile(r"\S*[/.]\S*")  # what a figure names


def without_directives(text: str, begin: int) -> str:
    """``text`` from ``begin`` on with the marks of directives as blanks; the titles stay."""
    if not _ANY.search(text, begin):
        return text
    reader = _Reader()
    lines = [reader.read(line) for line in text[begin:].split("\n")]
    return text[:begin] + "\n".join(lines)


class _Reader:
    """Goes through lines; ``_open`` are the directives that it is in, ``_code`` the fence of the
    code or of what is left out."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._code = ""
        self._silent = self._options = False

    def read(self, line: str) -> str:
        """The line as it is read."""
        if self._options and (option := _OPTION.match(line)):
            return line if option[1] in SHOWN else blank(line)
        self._options = False
        fence = _FENCE.fullmatch(line)
        if self._code:
            silent = self._silent
            if fence and _ends(fence, self._code):
                self._code, self._silent = "", False
            return blank(line) if silent else line
        if not fence:
            return line
        if fence["name"]:
            return self._begin(line, fence)
        if self._open and _ends(fence, self._open[-1]):
            self._open.pop()
            return blank(line)
        if fence["sign"][0] != ":":
            self._code = fence["sign"]
        return line

    def _begin(self, line: str, fence: re.Match[str]) -> str:
        name = fence["name"].lower()
        if name in _CODE or name in _SILENT:
            self._code, self._silent = fence["sign"], name in _SILENT
            return blank(line) if self._silent else line
        self._open.append(fence["sign"])
        self._options = True
        if name in _VERSIONS:
            start, end = fence.span("name")
            return blank(line[:start]) + line[start:end] + blank(line[end]) + line[end + 1 :]
        shown = "words" if fence["words"].strip() else "name" if name in _KINDS else ""
        if not shown or _FILE.fullmatch(fence["words"].strip()):
            return blank(line)
        start, end = fence.span(shown)
        return blank(line[:start]) + line[start:end] + blank(line[end:])


def _ends(fence: re.Match[str], opened: str) -> bool:
    sign = fence["sign"]
    bare = not fence["name"] and not fence["words"].strip()
    return bare and sign[0] == opened[0] and len(sign) >= len(opened)
