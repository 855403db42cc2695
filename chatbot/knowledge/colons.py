"""Blocks between colons in Markdown, as Docusaurus, VitePress, Quarto, Nuxt and Microsoft Learn
have them: ":::tip[Title]", "::: {.callout-note title="Title"}", ":::image alt-text="Gear":::"."""

import re

from chatbot.knowledge.marks import blank

_ATTRIBUTE = r"[\w-]{1,40}=(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'|[^\s\"'{}]{1,100}(?![^\s}]))"
_GIVEN = rf"\{{(?P<given>(?:[ \t]*(?:[.#:]?[\w-]{{1,60}}(?![\w=-])|:?{_ATTRIBUTE}))*)[ \t]*\}}"
_BLOCK = re.compile(
    r"^[ \t]*:{3,}[ \t]*(?:\{?(?P<kind>[\w-]{1,40})\}?)?"
    r"(?:\[(?P<named>[^\]\n]{1,200})\]|[ \t]+(?P<title>[^\s{:][^\n:={]{0,200}?))?"
    rf"[ \t]*(?:{_GIVEN})?[ \t]*:*[ \t]*$",
    re.MULTILINE,
)
# Of Nuxt, with two colons.
_SHORT = re.compile(
    r"^[ \t]*::(?P<kind>[a-z][\w-]{0,40})?(?:\[(?P<named>[^\]\n]{1,200})\])?"
    rf"(?:{_GIVEN})?[ \t]*$",
    re.MULTILINE,
)
_END = re.compile(r"^[ \t]*::[ \t]*$", re.MULTILINE)
# Of Microsoft Learn, in a line, too.
_LEARN = re.compile(
    rf":::[ \t]*[a-z][\w-]{{0,40}}(?:[ \t]+{_ATTRIBUTE})*[ \t]*:::|"
    rf"^[ \t]*:::[ \t]*[a-z][\w-]{{0,40}}(?:[ \t]+{_ATTRIBUTE})+[ \t]*$",
    re.MULTILINE,
)
_WORDS = re.compile(r"(?<![\w-])(?:alt-text|text|title|label|name)=(?:\"([^\"]+)\"|'([^']+)')")
_CLASS = re.compile(r"[.](?:callout-)?(\w+)")
_KINDS = frozenset("note tip info warning danger caution important attention hint".split())  # noqa: SIM905


def without_colons(text: str) -> str:
    """``text`` with the marks of such blocks as blanks; their titles stay, or what kind of note
    one without a title is."""
    if "::" not in text:
        return text
    text = _LEARN.sub(_words, text)
    text = _BLOCK.sub(_title, text)
    return _SHORT.sub(_title, text) if _END.search(text) else text


def _words(match: re.Match[str]) -> str:
    return _only(match, *_span(_WORDS.search(match[0])))


def _title(match: re.Match[str]) -> str:
    told = match.groupdict()
    for name in ("named", "title"):
        if told.get(name):
            return _only(match, *(at - match.start() for at in match.span(name)))
    given = told.get("given") or ""
    if found := _WORDS.search(given):
        start = match.start("given") - match.start()
        return _only(match, *(at + start for at in _span(found)))
    if told.get("kind") in _KINDS:
        return _only(match, *(at - match.start() for at in match.span("kind")))
    for found in _CLASS.finditer(given):
        if found[1] in _KINDS:
            start = match.start("given") - match.start()
            return _only(match, *(at + start for at in found.span(1)))
    return blank(match[0])


def _span(found: re.Match[str] | None) -> tuple[int, int]:
    return found.span(1 if found[1] else 2) if found else (0, 0)


def _only(match: re.Match[str], start: int, end: int) -> str:
    text = match[0]
    return blank(text[:start]) + text[start:end] + blank(text[end:])
