"""What the style sheets of a page itself hide, unless a click on the page shows it."""

import re
from collections.abc import Iterator
from typing import Any

# Also what is struck out, or too small to be seen, as the first lines of newsletters are.
UNSEEN = (
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|"
    r"text-decoration(?:-line)?\s*:[^;:]*line-through|"
    r"font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
)
_UNSEEN = re.compile(UNSEEN, re.IGNORECASE)
_SHOWN = re.compile(r"display\s*:\s*(?!none)\w|visibility\s*:\s*visible", re.IGNORECASE)
# What stands in front of a brace is read from its beginning only: a style sheet may end with a
# whole picture, or a map of its sources, without one.
_RULE = re.compile(r"(?<![^{}])([^{}]++)\{([^{}]*)\}")
# Rules for paper, or for narrow screens, are not those of the page.
_MEDIA = re.compile(r"@(?:media|supports|font-face|page)[^{}@]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_SIMPLE = re.compile(r"\w*[.#]([\w-]+)")
_NAMES = re.compile(r"[.#]([\w-]+)")
# What a selector calls what is open; one of other words ("body.staff") is no click away.
_OPEN = re.compile(
    r":(?:checked|target|hover|focus)|\[(?:open|aria-)|\.(?:\w+-)*(?:in|on|show|shown|open|opened|"
    r"active|expanded|visible|selected|current|checked|toggled)(?![\w-])",
    re.IGNORECASE,
)
_TOGGLES = re.compile(
    r"classList|className|\.style\b|[tT]oggle|slideDown|fadeIn|\.show\(|\.css\(|\.hidden\b"
)
_CLICK = re.compile(r"\bon(?:click|change)\b|['\"](?:click|change)['\"]|\.click\(")
_ATTRIBUTES = ("onclick", "onchange", "ontoggle")
_CALLED = re.compile(r"(?<![\w.])([a-zA-Z_$][\w$]*)\s*\(")
_DEFINED = re.compile(r"function\s+([\w$]+)|([\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\()")
_STRING = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`\n]*)`")
_WORD = re.compile(r"[\w-]+")
_BESIDE = re.compile(r"next(?:Element)?Sibling|\.next\(")


def style_rules(root: Any) -> Iterator[tuple[list[str], str]]:
    """The selectors and the declarations of each rule for the screen."""
    for style in root.iter("style"):
        for selectors, rules in _RULE.findall(_MEDIA.sub("", "".join(style.itertext()))):
            yield [part.strip() for part in selectors.split(",")], rules


def hidden_by_style(root: Any) -> frozenset[str]:
    """Selectors of one class or id (".internal", "p.internal") that the page's own style sheets
    hide, and that neither they nor a script show after a click."""
    found: dict[str, str] = {}
    opened: set[str] = set()
    for selectors, rules in style_rules(root):
        if _UNSEEN.search(rules):
            named = (_SIMPLE.fullmatch(selector) for selector in selectors)
            found |= {match[0]: match[1] for match in named if match}
        elif _SHOWN.search(rules):
            for selector in filter(_OPEN.search, selectors):
                opened.update(_NAMES.findall(re.split(r"[\s>~+]+", selector)[-1]))
    if not opened.issuperset(found.values()):
        opened |= toggled(root)
    return frozenset(selector for selector, name in found.items() if name not in opened)


def toggled(root: Any) -> set[str]:
    """The classes and ids that scripts show or hide after a click."""
    attributes = [code for e in root.iter() for name in _ATTRIBUTES if (code := e.get(name))]
    called = {name for code in attributes for name in _CALLED.findall(code)}
    codes = [code for code in attributes if _TOGGLES.search(code)]
    for script in root.iter("script"):
        code = "".join(script.itertext())
        defined = {name for names in _DEFINED.findall(code) for name in names}
        if _TOGGLES.search(code) and (_CLICK.search(code) or not called.isdisjoint(defined)):
            codes.append(code)
    texts = (text for code in codes for texts in _STRING.findall(code) for text in texts)
    names = {name for text in texts for name in _WORD.findall(text)}
    if any(map(_BESIDE.search, codes)):
        names |= set(_beside(root, names))
    return names


def _beside(root: Any, names: set[str]) -> Iterator[str]:
    """The classes of what stands behind a button, or behind what a script names."""
    for element in root.iterfind(".//*[@class]"):
        before = element.getprevious()
        if before is not None and (
            before.tag == "button"
            or before.find("button") is not None
            or not names.isdisjoint((before.get("class") or "").split())
        ):
            yield from element.get("class").split()
