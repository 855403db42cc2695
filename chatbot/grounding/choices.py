"""What a question leaves open: passages that say the same of several things, with other values.

"How much is a service?" has three answers where one sentence says it of the Comet 3, another of
the Comet S and a third of the Orbit. Which is meant can only be asked. Where there are two, an
answer may name both; one that names one of them has chosen for the customer.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from langchain_core.documents import Document

from chatbot.grounding.lexicon import capitalised, kinds
from chatbot.grounding.lexicon import words as listed
from chatbot.grounding.sources import Span
from chatbot.grounding.words import content_words
from chatbot.text.sentences import sentences

# So many choices are asked about; of fewer an answer names each, and more are not a choice.
_FEWEST, _MOST = 3, 6
_ALIKE = 0.6  # of the words of two sentences, in order
# Words that ask for a value and stand in no sentence that says it.
_FOR_A_VALUE = frozenset("cost long mani much often price soon".split())  # noqa: SIM905
_LABEL = 4  # words that name a choice, at most
_WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*|[%€$£]")


def open_choices(question: str, said: Sequence[str], passages: Sequence[Document]) -> list[str]:
    """The names of what the question may be about, in the order of the passages; empty where it
    leaves nothing open.

    ``said`` are the earlier turns: what they name is not asked again.
    """
    asked = content_words(question) - _FOR_A_VALUE
    known = asked.union(*map(content_words, said))
    lines = [line for passage in passages for line in _lines(passage.page_content)]
    likely = [line for line in lines if asked and asked <= content_words(" ".join(line))]
    if len(likely) < _FEWEST:
        return []
    first = likely[0]
    labels: dict[str, str] = {}
    for other in likely:
        pair = _parted(first, other)
        if pair is None:
            continue
        for label in pair:
            labels.setdefault(label.lower(), label)
    if any(content_words(label) <= known for label in labels.values()):
        return []
    return list(labels.values()) if _FEWEST <= len(labels) <= _MOST else []


def choices_passed_over(
    question: str, said: Sequence[str], answer: str, quotes: Sequence[str], passages: Sequence[Span]
) -> list[str]:
    """The names among which an ``answer`` that rests on ``quotes`` has chosen by itself: sentences
    of the ``passages`` say the same of another thing, with another value, and neither the question
    nor what was ``said`` before names any of them, or another region where they are regions, or the
    like. Empty where it has not, or tells of all.

    Rows of tables are left out: what parts them is a column that the question may mean.
    """
    labels: dict[str, str] = {}
    others = [span.text for span in passages if span.row < 0]
    lines = [line for text in others for line in _lines(text)]
    for one in (line for quote in quotes for line in _lines(quote)):
        for other in lines:
            for label in _parted(one, other) or ():
                labels.setdefault(label.lower(), label)
    named = [content_words(label) for label in labels.values()]
    known = content_words(question).union(*map(content_words, said))
    told = content_words(answer)
    if any(name & known for name in named) or all(name <= told for name in named):
        return []
    if _kinds(capitalised(text) for text in (question, *said)) & _kinds(labels.values()):
        return []
    return list(labels.values()) if len(labels) <= _MOST else []


def _kinds(texts: Iterable[str]) -> set[str]:
    """The kinds of what they name: a town is in some region."""
    texts = list(texts)
    found = {term.kind for text in texts for term in kinds().find(text)}
    towns = any(word in listed("places") for text in texts for word in _WORD.findall(text.lower()))
    return found | ({"region"} if towns else set())


def _lines(text: str) -> Iterator[list[str]]:
    """The words of each sentence that says a number, headings left out."""
    for start, end in sentences(text):
        line = text[start:end]
        if not line.startswith("#") and any(map(str.isdigit, line)):
            yield _WORD.findall(line)


def _parted(one: Sequence[str], other: Sequence[str]) -> tuple[str, str] | None:
    """The two names by which sentences part that are otherwise alike and say different numbers."""
    match = SequenceMatcher(None, [w.lower() for w in one], [w.lower() for w in other], False)
    if match.ratio() < _ALIKE:
        return None
    names: set[tuple[str, str]] = set()
    values = False
    for kind, a, b, c, d in match.get_opcodes():
        if kind == "equal":
            continue
        if _numeric(one[a:b]) and _numeric(other[c:d]) and not _in_name(one, a):
            values = True
            continue
        names.add((_name(one, a, b), _name(other, c, d)))
    if not values or len(names) != 1:
        return None
    pair = names.pop()
    sizes = [len(name.split()) for name in pair]
    return pair if min(sizes) and max(sizes) <= _LABEL else None


def _numeric(words: Sequence[str]) -> bool:
    return bool(words) and all(word[0].isdigit() or word in "%€$£" for word in words)


def _in_name(words: Sequence[str], at: int) -> bool:
    """Whether a number belongs to a name: "Alpine 200", not "EUR 200"."""
    before = words[at - 1] if at > 1 else ""
    return before[:1].isupper() and before[1:].islower()


def _name(words: Sequence[str], start: int, end: int) -> str:
    """The words from ``start`` to ``end``, with those beside them that are written as names."""
    while start > 1 and words[start - 1][0].isupper():
        start -= 1
    while end > start and end < len(words) and words[end][0].isupper():
        end += 1
    return " ".join(words[start:end])
