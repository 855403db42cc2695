"""Questions and answers that a page has as data (schema.org's ``FAQPage``, in JSON-LD).

Sites draw them by script, or on a click, and what a script draws is not in the page. Search engines
ask that whatever stands there is shown to readers, too.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from chatbot.files import parse_json
from chatbot.knowledge.blocks import Block, Heading, Paragraph, one_line, render
from chatbot.knowledge.formats.html import blocks_of

_PAGES = frozenset({"FAQPage", "QAPage"})
_LONGEST = 1_000_000  # characters of a script
_MOST = 500  # questions of a page
_DEEPEST = 6  # levels in which a page lies: lists, "@graph", "mainEntity"
_ALIKE = 0.8  # share of an answer's words that a page shows below its question
_FEWEST = 5  # words that do not stand in a row by chance
_LEVEL = 2  # of a question's heading
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<[a-z!/]|&#?\w+;", re.IGNORECASE)


def scripts_of(root: Any) -> list[str]:
    """The texts of a page that hold data; to be taken before its scripts are."""
    return [
        "".join(script.itertext())
        for script in root.iter("script")
        if "ld+json" in (script.get("type") or "").lower()
    ]


def unseen_questions(scripts: Sequence[str], shown: str) -> list[Block]:
    """What the data asks and answers that is not in the text ``shown`` already."""
    said = _words(shown)
    text, counted = f" {' '.join(said)} ", Counter(said)
    blocks: list[Block] = []
    for question, answer in dict(_questions(scripts)).items():
        body = blocks_of(answer) if _TAG.search(answer) else [Paragraph(answer.strip())]
        words = _words(render(body).text)
        if words and not _is_shown(_words(question), words, text, counted):
            blocks += [Heading(_LEVEL, question), *body]
    return blocks


def _is_shown(question: list[str], answer: list[str], text: str, counted: Counter[str]) -> bool:
    if len(answer) >= _FEWEST and f" {' '.join(answer)} " in text:
        return True
    seen = (Counter(answer) & counted).total() >= _ALIKE * len(answer)
    return seen and f" {' '.join(question)} " in text


def _questions(scripts: Sequence[str]) -> Iterator[tuple[str, str]]:
    left = _MOST
    for script in scripts:
        try:
            data = parse_json(script) if len(script) <= _LONGEST else None
        except (ValueError, RecursionError):
            continue
        for record in _records(data, _DEEPEST, within=False):
            question = one_line(_text(record, "name") or _text(record, "text"))
            answer = _text(_first(record.get("acceptedAnswer")), "text")
            if question and answer and left:
                left -= 1
                yield question, answer


def _records(value: Any, levels: int, within: bool) -> Iterator[dict[str, Any]]:
    """The questions; ``within`` a page of them."""
    if isinstance(value, list) and levels:
        for each in value:
            yield from _records(each, levels - 1, within)
    elif isinstance(value, dict) and levels:
        kinds = value.get("@type")
        several = kinds if isinstance(kinds, list) else [kinds]
        named = {kind for kind in several if isinstance(kind, str)}
        if within and "Question" in named:
            yield value
        elif not named.isdisjoint(_PAGES):
            yield from _records(value.get("mainEntity"), levels - 1, within=True)
        else:
            yield from _records(value.get("@graph"), levels - 1, within)


def _first(value: Any) -> dict[str, Any]:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {}


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
