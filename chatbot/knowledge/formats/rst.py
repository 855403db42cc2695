"""reStructuredText by docutils."""

import ast
import re
from functools import cache
from typing import Any

from chatbot.knowledge.blocks import Extracted, first_heading, render
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.text import lines_of
from chatbot.knowledge.myst import SHOWN

# What Sphinx and its extensions add, and docutils does not know, is read as text; of these, what
# is said of it matters too.
_LABELLED = ("tab", "tab-item", "group-tab", "dropdown", "card", "grid-item-card")
_SILENT = (
    "toctree", "index", "highlight", "currentmodule", "meta", "include", "literalinclude", "todo",
    "tabularcolumns",
)  # fmt: skip
# Since when something is there, as Sphinx says it, and up to when.
_VERSIONS = {
    "versionadded": "Added in version {}",
    "versionchanged": "Changed in version {}",
    "deprecated": "Deprecated since version {}",
    "deprecated-removed": "Deprecated since version {}, removed in version {}",
    "versionremoved": "Removed in version {}",
}
_DRAWN = ("octicon", "fas", "far", "fab", "fa", "material-regular")  # roles of icons
# Forms of a manual beside its pages, and words for what is not meant for their readers.
_OTHERS = frozenset(
    """
    latex latexpdf text man epub texinfo gettext xml internal private confidential staff draft todo
    """.split()  # noqa: SIM905
)
_EDGE = re.compile(r"\^{3,}|\+{3,}")  # between the head, the text and the foot of a card
_NAMED = re.compile(r"^[ \t]*\.\. ([\w:.+-]{1,60})::(?=\s|$)", re.MULTILINE)
_ROLE = re.compile(r"(?<![\w`:]):([\w:.+-]{1,60}):`")
_RAW = re.compile(r"^\.\. \|([^|\n]{1,100})\| raw::", re.MULTILINE)
_TARGET = re.compile(r"(?<=\S)\s*<[^<>]*>$")  # of a role: "the form <form>"
_LISTED = re.compile(r"(?:[-*+]|\d{1,3}[.)]|#\.)\s")
_SYSTEM = re.compile(r'<(?:div|aside)[^>]*class="system-message.*?</(?:div|aside)>', re.DOTALL)


def read_rst(data: bytes) -> Extracted:
    """A .rst file; nothing that it names is included or fetched."""
    from docutils.core import publish_parts

    text = _without_raw(lines_of(data))
    _prepare(text)
    parts = publish_parts(
        text,
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


def _without_raw(text: str) -> str:
    """``text`` without the names of what is put in as it is, such as "|br|" for a line's end."""
    names = {re.escape(name) for name in _RAW.findall(text)}
    return re.sub(rf"(?<!^\.\. )\|(?:{'|'.join(names)})\|", "", text, flags=re.M) if names else text


def _prepare(text: str) -> None:
    """Teach docutils the names in a text that Sphinx or one of its extensions knows."""
    from docutils.parsers.rst import directives, roles
    from docutils.parsers.rst.languages import en

    told = _directives()
    for name in {name.lower() for name in _NAMED.findall(text)} | told.keys():
        if name in told or name not in en.directives:
            directives.register_directive(name, told.get(name, told[""]))
    for name in {name.lower() for name in _ROLE.findall(text)} - en.roles.keys():
        roles.register_local_role(name, _no_role if name in _DRAWN else _role)


def _role(name: str, raw: str, text: str, *_: Any, **__: Any) -> tuple[list[Any], list[Any]]:
    from docutils import nodes

    if name.lower() == "menuselection":
        text = text.replace("-->", ">")
    return [nodes.inline(raw, _TARGET.sub("", text).lstrip("~!"))], []


def _no_role(*_: Any, **__: Any) -> tuple[list[Any], list[Any]]:
    return [], []


@cache
def _directives() -> dict[str, Any]:
    """What reads each directive, by its name; under "" what reads all others."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives
    from docutils.statemachine import StringList

    class Options(dict[str, Any]):
        """All options of Sphinx, whose values are not needed."""

        def __missing__(self, name: str) -> Any:
            return directives.unchanged

    class Passed(Directive):  # type: ignore[misc, unused-ignore]
        """A directive whose argument and content are read as text."""

        has_content, optional_arguments, final_argument_whitespace = True, 1, True
        option_spec = Options(name=directives.unchanged)  # an empty one would allow none

        @property
        def words(self) -> str:
            """The argument, unless it is whole numbers, as of columns."""
            argument = "".join(self.arguments).strip()
            return argument if re.search(r"[^\W\d_]|\d[.-]\d", argument) else ""

        def run(self) -> list[Any]:
            content, messages = nodes.container(), []
            if _LISTED.match(self.words):  # it begins with its text, which is a list
                lines = self.words.split("\n")
                self.state.nested_parse(StringList(lines), self.content_offset, content)
            elif self.words:
                words, messages = self.state.inline_text(self.words, self.lineno)
                content += nodes.paragraph("", "", *words)
                told = [f":{name}: {self.options[name]}" for name in SHOWN if name in self.options]
                if told:
                    self.content: Any = StringList([*told, "", *self.content])
            self.state.nested_parse(self.content, self.content_offset, content)
            return [content, *messages]

    class Program(Passed):
        """Code under its caption."""

        def run(self) -> list[Any]:
            text = "\n".join(self.content)
            code = nodes.literal_block(text, text)
            caption = self.options.get("caption")
            return [nodes.paragraph("", caption), code] if caption else [code]

    class Labelled(Passed):
        """A tab or a part that opens: what is in it is read beside its label."""

        def run(self) -> list[Any]:
            if not self.words:
                return super().run()
            link = str(self.options.get("link") or "")
            words = nodes.reference if link.startswith("http") else nodes.inline
            label = nodes.term("", "", words("", self.words, refuri=link))
            content = nodes.definition()
            for at, line in enumerate(self.content):
                if _EDGE.fullmatch(line):
                    self.content[at] = ""
            self.state.nested_parse(self.content, self.content_offset, content)
            return [nodes.definition_list("", nodes.definition_list_item("", label, content))]

    class CodeTab(Labelled):
        """A tab with code: its language, then its label."""

        def run(self) -> list[Any]:
            self.arguments = self.words.split(None, 1)[-1:]
            self.content = StringList(["::", "", *(f"  {line}" for line in self.content)])
            return super().run()

    class Only(Passed):
        """What is for some forms or editions of a manual."""

        def run(self) -> list[Any]:
            if self.name == "only" and not is_shown("".join(self.arguments)):
                return []
            self.arguments: list[str] = []
            return super().run()

    class Version(Passed):
        """Since when something is there or otherwise, and what is said of it."""

        def run(self) -> list[Any]:
            form = _VERSIONS[self.name]
            numbers = form.count("{}")
            said = " ".join(self.arguments).split(None, numbers)
            if len(said) < numbers:
                return super().run()
            words, messages = self.state.inline_text(" ".join(said[numbers:]), self.lineno)
            content = nodes.container()
            self.state.nested_parse(self.content, self.content_offset, content)
            if words or not isinstance(next(iter(content.children), None), nodes.paragraph):
                content.insert(0, nodes.paragraph("", "", *words))
            told = form.format(*said[:numbers])
            content[0].insert(0, nodes.Text(f"{told}: " if len(content.astext()) else f"{told}."))
            return [content, *messages]

    class Silent(Directive):  # type: ignore[misc, unused-ignore]
        """A directive that readers see nothing of."""

        has_content, optional_arguments, final_argument_whitespace = True, 100, True
        option_spec = Options(name=directives.unchanged)

        def run(self) -> list[Any]:
            return []

    found: dict[str, Any] = {"": Passed, "code-tab": CodeTab, "only": Only, "ifconfig": Only}
    found |= dict.fromkeys(_VERSIONS, Version)
    found |= dict.fromkeys(("code-block", "code", "sourcecode"), Program)
    return found | dict.fromkeys(_LABELLED, Labelled) | dict.fromkeys(_SILENT, Silent)


def is_shown(condition: str) -> bool:
    """Whether readers of the pages can see what has this condition, such as "html and not draft";
    an edition that is not known is one of theirs."""
    try:
        return _holds(ast.parse(condition.strip(), mode="eval").body) is not False
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True


def _holds(part: ast.expr) -> bool | None:
    """Whether a condition holds; ``None`` where it depends on the edition."""
    match part:
        case ast.Name(name):
            return True if name == "html" else False if name in _OTHERS else None
        case ast.UnaryOp(ast.Not(), inner):
            held = _holds(inner)
            return None if held is None else not held
        case ast.BoolOp(operator, values):
            found = [_holds(value) for value in values]
            decided = isinstance(operator, ast.Or)
            if decided in found:
                return decided
            return None if None in found else not decided
        case _:
            return None
