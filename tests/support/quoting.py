"""A model that quotes: of all sentences of its passages, the one that has most of the question's
words. And questions about pages, of which only one page holds the answer."""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping

from chatbot.llm.engines.protocol import GenerationRequest, Piece
from chatbot.text.sentences import sentences
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
    """Questions by the page that answers them; ``pages`` are texts by address. Each has words in a
    row of a sentence that no other page has."""
    said = {address: " ".join(_words(text)) for address, text in pages.items()}
    holders = Counter(word for text in said.values() for word in set(text.split()))
    found: dict[str, str] = {}
    for address, text in pages.items():
        own = [_words(text[start:end]) for start, end in sentences(text)]
        asked = {
            " ".join(words[:_ASKED]): sum(1 / holders[word] for word in words)
            for words in own
            if _FEWEST <= len(words) <= _MOST
        }
        rare = {
            q: rank for q, rank in asked.items() if sum(q in other for other in said.values()) < 2
        }
        if rare and len(found) < count:
            found[address] = f"What about {max(rare, key=lambda q: rare[q])}?"
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
