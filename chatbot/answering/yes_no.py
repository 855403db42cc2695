"""The yes or no that an answer begins with, against the sentence behind it.

A small model that begins with "Yes" decides before it has written down what it decides on: "Yes,
customers in Utah cannot pay in parts." Shown the question and that sentence alone, it is asked
which of the two it is; where it clearly means the other one, that takes the place of the first
(docs/experiments.md, "Yes or no").
"""

import asyncio
import re

from chatbot.llm.local import LocalChatModel
from chatbot.prompts import Prompts
from chatbot.text.languages import language_of

_PAIRS = {"en": ("Yes", "No"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No")}
_LEAD = re.compile(r"\s*(?P<word>[^\W\d_]+)\s*[,.:;–—-]\s*(?P<rule>\S.*)", re.DOTALL)
# By so much the one has to be more probable than the other: of 142 answers 7 were mended by it, and
# none was broken.
_CLEARLY = 0.3


async def turned(llm: LocalChatModel, prompts: Prompts, question: str, answer: str) -> str | None:
    """``answer`` with the other of yes and no in front, if what it says behind it clearly means
    that; ``None`` if it does not, or does not begin with one of them.

    Raises:
        QuestionError: the question and the answer do not fit into the model's context.
        GenerationError: the model failed.
    """
    found = _LEAD.fullmatch(answer)
    word = found["word"].lower() if found else ""
    fitting = {code: pair for code, pair in _PAIRS.items() if word in (w.lower() for w in pair)}
    if not found or not fitting:
        return None
    yes, no = fitting.get(language_of(question)) or next(iter(fitting.values()))
    rule = found["rule"][0].upper() + found["rule"][1:]
    other = no if word == yes.lower() else yes
    more = await asyncio.to_thread(_means_yes, llm, prompts, question, rule)
    if (more if other == yes else -more) <= _CLEARLY:
        return None
    return other + answer[found.end("word") :]


def _means_yes(llm: LocalChatModel, prompts: Prompts, question: str, rule: str) -> float:
    """The probability of a yes less that of a no, -1 to 1."""
    messages = prompts.render_yes_no(question, rule).to_messages()
    return llm.probability(messages, "Yes") - llm.probability(messages, "No")
