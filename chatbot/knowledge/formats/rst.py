"""reStructuredText by docutils."""

import re
from typing import Any

from chatbot.knowledge.blocks import Extracted, first_heading, render
from chatbot.knowledge.formats.html import blocks_of
from chatbot.knowledge.formats.text import lines_of

# What Sphinx adds and docutils does not know; their text is read, their meaning is not needed.
_SPHINX = """
    versionadded versionchanged deprecated seealso tabs tab tab-set tab-item
    group-tab card grid dropdown details glossary option program envvar function class
    method attribute data module confval describe rst-class centered hlist productionlist
    todo
    """.split()  # noqa: SIM905
# Names of things in programs, with the languages that can stand before them.
_THINGS = """
    function method class attribute data module exception property decorator staticmethod
    classmethod macro struct type var
    """.split()  # noqa: SIM905
_LANGUAGES = ("py", "c", "cpp", "js", "rst")
_SHORT = "func meth attr class mod data exc obj const type macro member dir role".split()  # noqa: SIM905
_SILENT = ("toctree", "index", "highlight", "currentmodule", "meta", "include", "literalinclude")
_ROLES = """
    ref doc term guilabel menuselection kbd file command option abbr envvar program samp
    numref download any class func meth attr mod data confval dfn
    """.split()  # noqa: SIM905
_RAW = re.compile(r"^\.\. \|([^|\n]{1,100})\| raw::", re.MULTILINE)
_SYSTEM = re.compile(r'<(?:div|aside)[^>]*class="system-message.*?</(?:div|aside)>', re.DOTALL)


def read_rst(data: bytes) -> Extracted:
    """A .rst file; nothing that it names is included or fetched."""
    from docutils.core import publish_parts

    _prepare()
    parts = publish_parts(
        _without_raw(lines_of(data)),
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

    class Chosen(Passed):
        """A directive whose argument says for which edition of the page its content is."""

        def run(self) -> list[Any]:
            self.arguments: list[str] = []
            return super().run()

    for name in [
        *_SPHINX,
        *_THINGS,
        *(f"{tongue}:{name}" for tongue in _LANGUAGES for name in _THINGS),
    ]:
        directives.register_directive(name, Passed)
    for name in ("only", "ifconfig"):
        directives.register_directive(name, Chosen)
    for name in ("code-block", "code", "sourcecode"):
        directives.register_directive(name, Program)
    for name in _SILENT:
        directives.register_directive(name, Silent)
    for name in [*_ROLES, *(f"{tongue}:{name}" for tongue in _LANGUAGES for name in _SHORT)]:
        roles.register_local_role(name, role)
    _prepared.add("done")
