"""Blocks between colons in Markdown, as Docusaurus, VitePress, Quarto, Nuxt and Microsoft Learn
have them: ":::tip[Title]", "::: {.callout-note title="Title"}", ":::image alt-text="Gear":::"."""

import re
from collections.abc import Sequence

from chatbot.knowledge.marks import blank, blank_match

_ATTRIBUTE = r"[\w-]{1,40}=(?:\"[^\"\n]{0,500}\"|'[^'\n]{0,500}'|[^\s\"'{}]{1,100}(?![^\s}]))"
_GIVEN = rf"\{{(?P<given>(?:[ \t]*(?:[.#:]?[\w-]{{1,60}}(?![\w=-])|:?{_ATTRIBUTE}))*)[ \t]*\}}"
_BLOCK = re.compile(
    r"^[ \t]*:{3,}[ \t]*(?:\{?(?P<kind>[\w-]{1,40})\}?)?"
    r"(?:\[(?P<named>[^\]\n]{1,200})\]|[ \t]+(?P<title>[^\s{:][^\n:]{0,200}?))??"
    rf"[ \t]*(?:{_GIVEN})?[ \t]*:*[ \t]*$",
    re.MULTILINE,
)
# Of Nuxt, with two colons.
_SHORT = re.compile(
    r"^[ \t]*::(?P<kind>[a-z][\w-]{0,40})?(?:\[(?P<named>[^\]\n]{1,200})\])?"
    rf"(?:{_GIVEN})?[ \t]*$",
    re.MULTILINE,
)
_OPENED_OR_ENDED = re.compile(r"^[ \t]*::(?P<kind>[a-z][\w-]{0,40}[^\n]*)?[ \t]*$", re.MULTILINE)
# Settings below such a line, and the name of a part of its block.
_SETTINGS = re.compile(
    r"^([ \t]*:{2,}[a-z][^\n]*)"
    r"(\n[ \t]*---[ \t]*(?:\n(?![ \t]*---)[^\n]*){0,50}\n[ \t]*---[ \t]*)$",
    re.MULTILINE,
)
_SAID = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:title|headline|description|label|content|text|caption|question|answer):"
    r"[ \t]*['\"]?([^\s'\"|>][^\n]*?)['\"]?[ \t]*$",
    re.MULTILINE,
)
_SLOT = re.compile(rf"^[ \t]*#[a-z][\w-]*(?:{_GIVEN})?[ \t]*$", re.MULTILINE)
# Of Microsoft Learn, in a line, too.
_LEARN = re.compile(
    rf":::[ \t]*[a-z][\w-]{{0,40}}(?:[ \t]+{_ATTRIBUTE})*[ \t]*:::|"
    rf"^[ \t]*:::[ \t]*[a-z][\w-]{{0,40}}(?:[ \t]+{_ATTRIBUTE})+[ \t]*$",
    re.MULTILINE,
)
_WORDS = re.compile(r"(?<![\w-])(?:alt-text|text|title|label|name)=(?:\"([^\"]+)\"|'([^']+)')")
_CLASS = re.compile(r"[.](?:callout-)?(\w+)")
_KINDS = frozenset("note tip info warning danger caution important attention hint".split())  # noqa: SIM905


def has_short_blocks(text: str, begin: int, codes: Sequence[tuple[int, int]]) -> bool:
    """Whether a file has such blocks with two colons outside of its ``codes``: what opens one, and
    behind that what ends it."""
    opened = False
    starts, ends = [begin, *(end for _, end in codes)], [*(at for at, _ in codes), len(text)]
    for start, end in zip(starts, ends, strict=True):
        for line in _OPENED_OR_ENDED.finditer(text, start, end):
            if opened and not line["kind"]:
                return True
            opened = opened or bool(line["kind"])
    return False


def without_colons(text: str, short: bool) -> str:
    """``text`` with the marks of such blocks as blanks; their titles stay, or what kind of note
    one without a title is. ``short``: two colons can make one, too."""
    if short:
        text = _SETTINGS.sub(_settings, _SLOT.sub(blank_match, text))
    if "::" not in text:
        return text
    text = _BLOCK.sub(_title, _LEARN.sub(_words, text))
    return _SHORT.sub(_title, text) if short else text


def _settings(match: re.Match[str]) -> str:
    """The words among the settings of a block."""
    pieces, at = [match[1]], 0
    for found in _SAID.finditer(match[2]):
        pieces += [blank(match[2][at : found.start(1)]), found[1]]
        at = found.end(1)
    return "".join([*pieces, blank(match[2][at:])])


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
