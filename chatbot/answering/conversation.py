"""What is searched for behind a conversation: the question as it is, or with the turns that it goes
on from.

Both are searched. "and in the US?" finds nothing by itself; "what does Express cost?" behind talk
of returns is drowned in it. Which of the two the passages come from is decided by how a question
is worded and by what the two searches found.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable

from chatbot.answering.gist import beginning, gist
from chatbot.answering.wishes import wish_of
from chatbot.grounding.gate import Gate
from chatbot.grounding.topics import Aside, changes_topic, goes_on, stands_by_itself
from chatbot.passage import Passage

# (history, question) to the query that is searched for, or to a question that stands alone.
Rewrite = Callable[[Sequence[BaseMessage], str], str]

# Two turns of each side: what follow-ups refer to is nearly always within them.
_TURNS = 4
# Characters of them, and of a question: an embedding model that reads 256 tokens reads little more,
# and of a letter not what it asks. Less than so many of a turn says nothing.
QUERY_CHARS, _TURN_CHARS = 600, 60

# Probabilities that a question stands by itself: below the first the passages are those for the
# conversation, above the last those for the question alone; between them they are of both, from
# the second on with the question's own first (docs/experiments.md, "Topic changes").
_BEHIND, _ITSELF, _SURE = 0.6, 0.7, 0.95
# A turn that says something of who asks, or of the customer, holds for what comes behind it.
_PERSON = re.compile(
    r"\W*(?:(?:hi|hello|hallo|bonjour|hola|ok|so)\b\W*)?(?:(?:\w{2,7}\s+)?"
    r"(?:customer|client|cust|caller|guest|member|kund(?:e|in)|cliente?)\s+(?:is|lives|has|had|from"
    r"|in|on|with|wants|bought|ordered|comes|uses|ist|wohnt|lebt|hat|kommt|aus|will|est|habite|vit"
    r"|vient|veut|es|vive|está|tiene|viene|quiere)\b"
    r"|(?:i'm|i am|i live|i have|we're|we are|we live|we have|ich bin|ich wohne|ich habe|wir sind"
    r"|wir wohnen|wir haben|je suis|j'habite|j'ai|nous sommes|nous avons|soy|vivo|estoy|tengo|somos"
    r"|vivimos|tenemos)\b)(?!.*\b(?:looking|question|questions|fragen?|suche|cherche|busco)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"[?¿]|\b(?:how|what|when|where|which|who|why|can|could|may|should|do|does|did|is it|are they"
    r"|ok|wie|was|wann|wo|welche\w*|wer|warum|kann|können|darf|comment|quel\w*|quand|où|pourquoi"
    r"|peut|est-ce|cómo|qué|cuándo|dónde|cuál\w*|puede)\b",
    re.IGNORECASE,
)
# Where somebody is, or what: nothing that is asked in silence, as by "my customer has no light".
_IS = re.compile(
    r"^(?!.*\b(?:wants?|needs?|asks?|will|no|not|cannot|can't|braucht|nicht|keine?n?|veut|pas"
    r"|quiere)\b).*?(?:(?:is|'m|am|'re|are|comes?)\s+(?:from|in|on|an?)|(?:live|lives|living)\s+in"
    r"|(?:ist|kommt|wohnt|lebt|wohne|lebe|bin|sind)\s+(?:aus|in|im|eine?)"
    r"|(?:est|habite|vit|vient|vis|sommes|suis)\s+(?:en|à|au|aux|de|une?)"
    r"|(?:es|vive|viene|está|soy|vivo|somos)\s+(?:en|de|una?))\s+[\w&.'’ -]{2,40}\W*$",
    re.IGNORECASE,
)
# The first passage for the question may hold next to nothing of its words, a name that is in all.
_MOST_HELD = 3.0


@dataclass(frozen=True)
class Found:
    """What was found for a question: ``ranked`` by the one search, for ``query``, that it is most
    probably about, and the ``passages``, best first, which may be of both searches. ``before``
    are the turns that the question goes on from."""

    query: str
    passages: list[Passage]
    ranked: list[Passage]
    before: list[BaseMessage]


def search_query(history: Sequence[BaseMessage], question: str) -> str:
    """The question behind the last turns of the conversation, one a line; of long ones what a
    letter asks and a reply begins with, as far as there is room."""
    turns: list[str] = []
    room = QUERY_CHARS
    for message in reversed(history[-_TURNS:]):
        said = str(message.text)
        if len(said) > room:
            if room < _TURN_CHARS:
                break
            said = beginning(said, room) if message.type == "ai" else gist(said, room)
        turns.append(said)
        room -= len(said)
    return "\n".join([*reversed(turns), question])


def turns_behind(history: Sequence[BaseMessage], question: str) -> list[BaseMessage]:
    """The conversation, as far as a question's words tell; none where they are on another topic."""
    left = changes_topic([str(turn.text) for turn in history], question)
    return [] if left else list(history)


def said_of_person(
    history: Sequence[BaseMessage], before: Sequence[BaseMessage] = ()
) -> list[BaseMessage]:
    """The newest turn that only says something of who asks or of the customer ("My customer lives
    in Texas."), if it is not among those ``before`` already; it holds for questions on any topic
    behind it, what was replied to it does not."""
    for turn in reversed(history):
        text = str(turn.text)
        if turn.type == "human" and _states(text):
            return [] if turn in before else [turn, AIMessage("OK.")]
    return []


def only_says(text: str, said_before: str = "") -> bool:
    """Whether a message says no more than where or what its writer or a customer is, and answers no
    question that was ``said_before``."""
    says = _states(text) and _IS.search(text) is not None
    return says and not said_before.rstrip().endswith("?")


def _states(text: str) -> bool:
    return _PERSON.match(text) is not None and _ASKS.search(text) is None


class ConversationSearch:
    """Finds passages for the last question of a conversation."""

    def __init__(
        self,
        retriever: Runnable[str, list[Passage]],
        gate: Gate,
        deciding: Runnable[str, list[Passage]] | None = None,
    ) -> None:
        """``deciding`` is a quicker search by which it is decided whether the conversation counts,
        where what the ``retriever`` finds is read by a reranker."""
        self._retriever = retriever
        self._gate = gate
        self._deciding = deciding or retriever

    def find(self, history: Sequence[BaseMessage], question: str) -> Found:
        """The passages for ``question`` behind ``history``."""
        if not history:
            found = self._retriever.invoke(question, asked=question)
            return Found(question, found, found, [])
        before = self.goes_on_from(history)
        query = search_query(before, question)
        if wish_of(question, "") is not None:  # its own words are about the answer
            found = self._retriever.invoke(query, asked=question)
            return Found(query, found, found, before)
        alone, behind = self._search(question, question), self._search(query, question)
        likely = self._probability(before, question, alone, query, behind)
        if self._deciding is not self._retriever:
            if likely >= _BEHIND:
                alone = self._retriever.invoke(question, asked=question)
            if likely <= _SURE:
                behind = self._retriever.invoke(query, asked=question)
        # "And with gift cards?" is found by its own words, and asks nothing without the others.
        left = before if goes_on(question) else []
        if likely > _SURE:
            return Found(question, alone, alone, left)
        if likely >= _ITSELF:
            return Found(question, list(_by_turns(alone, behind)), alone, left)
        if likely >= _BEHIND:
            return Found(query, list(_by_turns(behind, alone)), behind, before)
        return Found(query, behind, behind, before)

    def goes_on_from(self, history: Sequence[BaseMessage]) -> list[BaseMessage]:
        """The last turns, without those before a question that stood by itself."""
        asked = [at for at, turn in enumerate(history) if turn.type == "human"]
        if len(asked) < 2:
            return list(history)
        last, earlier = history[asked[-1]], list(history[asked[-2] : asked[-1]])
        question = gist(str(last.text), QUERY_CHARS)
        query = search_query(earlier, question)
        alone, behind = self._search(question, question), self._search(query, question)
        itself = self._probability(earlier, question, alone, query, behind) > _BEHIND
        return list(history[asked[-1] :] if itself else history)

    def _search(self, query: str, asked: str) -> list[Passage]:
        return self._deciding.invoke(query, asked=asked)

    def _probability(
        self,
        before: Sequence[BaseMessage],
        question: str,
        alone: Sequence[Passage],
        query: str,
        behind: Sequence[Passage],
    ) -> float:
        """How probably ``question`` stands by itself, 0 to 1."""
        aside = self.aside(question, alone, query, behind)
        return stands_by_itself([str(turn.text) for turn in before], question, aside)

    def aside(
        self, question: str, alone: Sequence[Passage], query: str, behind: Sequence[Passage]
    ) -> Aside:
        """The two searches beside each other: ``alone`` for ``question``, ``behind`` for the
        ``query`` with the conversation."""
        return Aside(
            self._gate.decide(question, question, alone, False).confidence,
            self._gate.decide(question, query, behind, False).confidence,
            _held(alone, behind),
        )


def _held(alone: Sequence[Passage], behind: Sequence[Passage]) -> float:
    """How well the first passage for the conversation has the words of the question alone, as a
    share of how well that for the question has them; 0 where it is not among its passages."""
    scores = {passage.id: passage.metadata.get("lexical_score", 0.0) for passage in alone}
    best = alone[0].metadata.get("lexical_score", 0.0) if alone else 0.0
    held = float(scores.get(behind[0].id, 0.0)) / best if behind and best else 0.0
    return min(held, _MOST_HELD)


def _by_turns(first: Sequence[Passage], second: Sequence[Passage]) -> Iterator[Passage]:
    """The passages of both, by turns; none that lies mostly in one before it."""
    chosen: list[Passage] = []
    for passage in (found for pair in zip_longest(first, second) for found in pair if found):
        if not any(_mostly_in(passage, other) for other in chosen):
            chosen.append(passage)
            yield passage


def _mostly_in(passage: Passage, other: Passage) -> bool:
    if passage.metadata["path"] != other.metadata["path"]:
        return False
    start, end = int(passage.metadata["start"]), int(passage.metadata["end"])
    shared = min(end, int(other.metadata["end"])) - max(start, int(other.metadata["start"]))
    return passage.id == other.id or 2 * shared > end - start
