"""The yes or no that an answer begins with, against the sentence behind it.

A small model that begins with "Yes" decides before it has written down what it decides on: "Yes,
customers in Utah cannot pay in parts." Shown the question and that sentence alone, it is asked
which of the two it is; where it clearly means the other one, that takes the place of the first
(docs/experiments.md, "Yes or no").
"""

import asyncio
import re
from dataclasses import dataclass

from chatbot.grounding.reading import LEAD
from chatbot.llm.local import LocalChatModel
from chatbot.llm.stopping import stopped_when_left
from chatbot.prompts import Prompts
from chatbot.text.languages import language_of

_PAIRS = {"en": ("Yes", "No"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No")}
_EXCEPTION = re.compile(
    r"\b(?:except\w*|unless|apart from|außer|ausser|ausgenommen|sauf|hormis|excepto|salvo)\b",
    re.IGNORECASE,
)
# By so much the one has to be more probable than the other: of 142 answers 7 were mended by it, and
# none was broken.
_CLEARLY = 0.3


@dataclass(frozen=True)
class Led:
    """An answer with a yes or no in front, and the other one of the two."""

    answer: str
    yes: bool
    other: str
    end: int  # of the word in front

    @property
    def exchanged(self) -> str:
        """The answer with the other word in front."""
        return self.other + self.answer[self.end :]

    @property
    def rule(self) -> str:
        """The sentence behind it, as one of its own."""
        said = LEAD.sub("", self.answer, count=1).strip()
        return said[0].upper() + said[1:]


def led(question: str, answer: str) -> Led | None:
    """``answer`` read as one to a yes or no; ``None`` if it does not begin with one of them, or
    has nothing behind it."""
    found = LEAD.match(answer)
    word = found["word"].lower() if found else ""
    fitting = {code: pair for code, pair in _PAIRS.items() if word in (w.lower() for w in pair)}
    if not found or not fitting or not answer[found.end() :].strip():
        return None
    yes, no = fitting.get(language_of(question)) or next(iter(fitting.values()))
    says_yes = word == yes.lower()
    return Led(answer, says_yes, no if says_yes else yes, found.end("word"))


async def means_other(llm: LocalChatModel, prompts: Prompts, question: str, said: Led) -> bool:
    """Whether what an answer says behind its yes or no clearly means the other one; not if it
    names an exception, which the model overlooks.

    Raises:
        QuestionError: the question and the answer do not fit into the model's context.
        GenerationError: the model failed.
    """
    if _EXCEPTION.search(said.rule):
        return False
    looking = asyncio.to_thread(_means_yes, llm, prompts, question, said.rule)
    more = await stopped_when_left(looking)
    return (-more if said.yes else more) > _CLEARLY


def _means_yes(llm: LocalChatModel, prompts: Prompts, question: str, rule: str) -> float:
    """The probability of a yes less that of a no, -1 to 1."""
    messages = prompts.render_yes_no(question, rule).to_messages()
    return llm.probability(messages, "Yes") - llm.probability(messages, "No")
