"""A question as it was asked, from the page, a request, a command or a case."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from chatbot.audience import Asker
from chatbot.errors import QuestionError
from chatbot.index.generations import Generation
from chatbot.memory import Turn
from chatbot.passage import Passage
from chatbot.text.languages import is_in, language_of
from chatbot.text.unicode import is_blank, require_unicode

# Words that the documents may hold, and how many of them tell their language at the least.
_PLAIN = re.compile(r"[^\W\d_]{4,}")
_TELLING = 2

# How an answer is wanted: as sentences, one a line, as a letter to a customer, or its first one.
Form = Literal["", "list", "letter", "short"]


@dataclass(frozen=True)
class Question:
    """``asker`` is who asks: nothing that this one may not see is searched, shown or cited.
    ``history`` is the conversation before it, oldest turn first.

    ``documents`` are searched beside the knowledge folder: the uploads of one conversation.
    ``passages`` take the place of retrieval. ``max_tokens`` shortens the answer below the limit of
    the settings, and each of ``stop`` ends it. ``again`` is how often it was answered before: the
    passages are then read in another way, in turn. ``wanted`` is the code of the language in which
    it is to be answered, where that is not its own, and ``form`` how. ``thread`` says that all
    turns are about one matter, as letters of one thread are: the model reads all of them.
    """

    text: str
    asker: Asker = field(kw_only=True)
    history: Sequence[Turn] = ()
    documents: Generation | None = None
    passages: Sequence[Passage] | None = None
    max_tokens: int | None = None
    stop: Sequence[str] = ()
    again: int = 0
    wanted: str = ""
    form: Form = ""
    thread: bool = False

    def language(self, default: str = "en", is_held: Callable[[str], bool] | None = None) -> str:
        """The code of the language it is in; where its own words do not tell ("Comet S?"), of the
        person's turns before it, and else ``default``.

        Words in small letters that the documents hold (``is_held``) tell for ``default``, theirs:
        "courier weight parcel" behind a turn in French is asked in English.
        """
        asked = [turn["content"] for turn in self.history if turn["role"] == "user"]
        before = default
        for text in asked:
            before = language_of(text, before)
        language = language_of(self.text, before)
        if language == default or is_held is None or language_of(self.text, default) != default:
            return language
        words = [word for word in _PLAIN.findall(self.text) if word.islower()]
        held = sum(map(is_held, words))
        mixed = any(is_in(text, default) for text in asked)
        missing = (len(words) - held) * (1 if mixed else 2)
        return default if held >= _TELLING and held > missing else language

    def within_limits(self, most_chars: int, most_tokens: int) -> "Question":
        """The question without blanks around it, its answer within ``most_tokens``.

        Raises:
            QuestionError: it is empty, has more than ``most_chars`` characters, or it, its history
                or ``stop`` are not Unicode.
        """
        require_unicode(self.text, *(turn["content"] for turn in self.history), *self.stop)
        text = self.text.strip()
        if is_blank(text):
            raise QuestionError("The question is empty; type what you want to know.")
        if len(text) > most_chars:
            raise QuestionError(
                f"The question has {len(text):,} characters and the limit is {most_chars:,}; "
                "shorten it, or ask its parts one by one."
            )
        tokens = min(self.max_tokens, most_tokens) if self.max_tokens else None
        return replace(self, text=text, max_tokens=tokens)
