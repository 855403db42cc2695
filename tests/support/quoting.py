"""A model that quotes: of all sentences of its passages, the one that has most of the question's
words. And questions about pages, of which only one page holds the answer."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping

from chatbot.grounding.words import sentences
from chatbot.llm.engines.protocol import GenerationRequest, Piece
from tests.support.scripted import ScriptedEngine

_WORD = re.compile(r"\w+")
_FEWEST, _MOST = 10, 30  # words of a sentence that is asked about
_ASKED = 12  # words of it that stand in the question


class QuotingEngine(ScriptedEngine):
    def stream(self, request: GenerationRequest, cancel: threading.Event) -> Iterator[Piece]:
        passages, _, question = request.prompt.rpartition("Question:")
        asked = set(_WORD.findall(question.lower()))
        said = [passages[start:end] for start, end in sentences(passages)]
        best = max(said, key=lambda text: len(asked & set(_WORD.findall(text.lower()))))
        yield from ScriptedEngine(" ".join(best.split())).stream(request, cancel)


def questions(pages: Mapping[str, str], count: int) -> dict[str, str]:
    """Questions by the page that answers them; ``pages`` are texts by address."""
    holders = Counter(word for text in pages.values() for word in {*_WORD.findall(text.lower())})
    found: dict[str, str] = {}
    for address, text in pages.items():
        own = [text[start:end] for start, end in sentences(text)]
        fitting = [s for s in own if _FEWEST <= len(_WORD.findall(s)) <= _MOST and s[-1] == "."]
        # That with the rarest words is about this page.
        if fitting and len(found) < count:
            told = max(fitting, key=lambda s: sum(1 / holders[w] for w in _WORD.findall(s.lower())))
            found[address] = f"What about {' '.join(_WORD.findall(told)[:_ASKED])}?"
    return found
