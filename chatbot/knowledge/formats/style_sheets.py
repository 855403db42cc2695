"""What the style sheets of a page itself hide, unless a click on the page shows it; and what
classes hide that the sheets of many sites share."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

Rule = tuple[list[str], str]  # selectors, and what is declared for them

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
_SCREEN = re.compile(
    r"@media\s+(?:only\s+)?(?:screen|all)\s*\{((?:[^{}]*\{[^{}]*\})*[^{}]*)\}", re.IGNORECASE
)
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
# Of Bootstrap, Tailwind, Bulma and UIkit; the other ones of theirs show it on some screens again.
_HIDING = frozenset({"d-none", "hidden", "is-hidden", "uk-hidden", "u-hidden"})
_SHOWS = re.compile(
    r"(?:d-(?:sm|md|lg|xl|xxl)-|(?!print:)[^\s:]+:!?)"
    r"(?:block|flex|grid|inline|table|contents|list-item|visible)|visible-(?:xs|sm|md|lg)"
)
_NEAR = 20  # elements in front of one, and behind it
_WHOLE = ("html", "body", "main", "article", "h1")
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


def style_rules(root: Any) -> Iterator[Rule]:
    """The selectors and the declarations of each rule for the screen."""
    for style in root.iter("style"):
        sheet = _MEDIA.sub("", _SCREEN.sub(r"\1", "".join(style.itertext())))
        for selectors, rules in _RULE.findall(sheet):
            yield [part.strip() for part in selectors.split(",")], rules


def hide_by_class(root: Any, rules: Sequence[Rule]) -> None:
    """Give what such classes hide the attribute "hidden", unless it is shown on some screens, the
    page's own sheets say otherwise, it holds the page itself, or is one of several alike (tabs, a
    list of which a click shows more)."""
    names = _HIDING - {n for selectors, _ in rules for s in selectors for n in _NAMES.findall(s)}
    for element in root.iterfind(".//*[@class]"):
        classes = element.get("class").split()
        if names.isdisjoint(classes) or any(map(_SHOWS.match, classes)):
            continue
        if element.tag in _WHOLE or next(element.iterdescendants(*_WHOLE), None) is not None:
            continue
        if not _is_one_of_several(element, classes):
            element.set("hidden", "hidden")


def _is_one_of_several(element: Any, classes: Sequence[str]) -> bool:
    """Whether something near it is called the same, and shown."""
    called = set(classes) - _HIDING
    if not called and element.tag not in ("li", "tr"):
        return False
    before = islice(element.itersiblings(element.tag, preceding=True), _NEAR)
    beside = chain(before, islice(element.itersiblings(element.tag), _NEAR))
    others = (set(each.get("class", "").split()) for each in beside)
    return any(called <= other and _HIDING.isdisjoint(other) for other in others)


def hidden_by_style(root: Any, rules: Sequence[Rule]) -> frozenset[str]:
    """Selectors of one class or id (".internal", "p.internal") that the page's own style sheets
    hide, and that neither they nor a script show after a click."""
    found: dict[str, str] = {}
    opened: set[str] = set()
    for selectors, declared in rules:
        if _UNSEEN.search(declared):
            named = (_SIMPLE.fullmatch(selector) for selector in selectors)
            found |= {match[0]: match[1] for match in named if match}
        elif _SHOWN.search(declared):
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
