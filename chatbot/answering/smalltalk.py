"""Small talk and refusals in the language of the question: texts of ``prompts/smalltalk.toml``.

A greeting, thanks, "are you a bot", a complaint and the like get a fixed line; nothing is searched
and no model is asked. A message that says anything else beside is a question.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from string import Formatter

from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot.errors import PromptError
from chatbot.index.generations import Generation
from chatbot.index.views import View
from chatbot.memory import Turn
from chatbot.settings import PROJECT_ROOT
from chatbot.text.languages import is_common, language_of
from chatbot.text.unicode import normalise, without_marks

_FILE = "smalltalk.toml"
_LANGUAGES = ("en", "de", "fr", "es")
# Before and behind a title; French ones keep a space that does not break.
_QUOTES = {
    "en": "\u201c\u201d",
    "de": "\u201e\u201c",
    "fr": "\u00ab\u00a0\u00a0\u00bb",
    "es": "\u00ab\u00bb",
}
# Of two in one message the first is answered. Texts of an owner may lack those that came later.
_KINDS = ("human", "sorry", "bot", "help", "thanks", "bye", "hello")
_LATER = {"sorry", "help"}
_FILLER = "filler"
_NEVER_ASKED = {"thanks", "bye", "sorry"}
_EMPTY = {"thanks", "bye", "hello"}
_NAMED = {"human", "sorry"}  # what documents may be about: "agent", "rubbish"
_WORD = re.compile(r"[^\W_]+")
_WORD_OR_PICTURE = re.compile(r"[^\W_]+|[\u2600-\u27bf\U0001f300-\U0001f3fa\U0001f400-\U0001faff]")
_CHOICE = re.compile(r"\(([^()]*)\)")
_REPEATED = re.compile(r"(.)\1+")
_DRAWN = re.compile(r"(.)\1(?:\1+|$)")  # three of a letter, or two at the end
_UMLAUT = re.compile(r"(?<=\w\w)([aou])e(?=\w)")
_LONGEST = 120  # characters of small talk
_TITLES = 3
# A word of a phrase may have one typo from so many letters on, and two from so many.
_ONE_TYPO, _TWO_TYPOS = 5, 8
# A phrase of one word, with no others beside it that tell what is meant, only from so many.
_ALONE = 7
_CHANGED = 4  # letters that are in one of two words only, with two typos
_SWAPPED = 4  # letters of a word in which two may be swapped: hardly any other word comes of it

# Its parts in order, each with the words from which one chooses.
_Phrase = tuple[tuple[tuple[str, ...], ...], ...]


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid")
    closest: str
    filler: str
    linking: list[str] = []
    said: dict[str, list[str]]
    reply: dict[str, str]
    refusal: str = ""
    clarification: str = ""
    either: str = "or"
    unanswered: str = "Not answered: {parts}."
    noted: str = "Noted. Ask what you would like to know."
    letter: str = "Hello,\n\n{body}\n\nKind regards"


@dataclass(frozen=True)
class _Heard:
    """Small talk of one language, of one or more ``kinds``; ``typos`` are the words as written."""

    language: str
    kinds: frozenset[str]
    typos: tuple[str, ...]

    @property
    def kind(self) -> str:
        return next(kind for kind in _KINDS if kind in self.kinds)


@dataclass(frozen=True)
class SmallTalk:
    """The texts of each language."""

    texts: Mapping[str, _Texts]

    def reply(
        self, message: str, documents: Generation | View | None = None, said_before: str = ""
    ) -> str | None:
        """The line that answers small talk; nothing where it is a question. One word that the
        ``documents`` have is one ("tag", "halo"), unless it is small talk in their language; and no
        word of theirs is a typo ("good light"). What a question back ``said_before`` offers is an
        answer to it ("Super"). What is of several languages is answered in that of what was said
        before."""
        heard = self._find(message, documents, said_before)
        return self.texts[heard.language].reply[heard.kind] if heard else None

    def wants_nothing(self, message: str) -> bool | None:
        """Whether small talk needs no answer, as thanks do, or a person's; ``None`` where it asks
        something, perhaps in the subject above it."""
        heard = self._find(message)
        return None if heard is None or heard.kind == "help" else heard.kinds <= _EMPTY

    def _find(
        self, message: str, documents: Generation | View | None = None, said_before: str = ""
    ) -> "_Heard | None":
        said = _words(message[: _LONGEST + 1])
        if len(message) > _LONGEST or (said and _offers(said_before, said)):
            return None
        found = self._heard_in_each(said) or self._heard_in_each(_words(message, _WORD_OR_PICTURE))
        if "?" in message:  # "Is that excellent?" thanks nobody
            found = [each for each in found if not each.kinds <= _NEVER_ASKED]
        if found and documents is not None:
            if len(said) == 1 and _holds(documents, message):
                found = [e for e in found if not e.typos and e.language in documents.languages]
                found = [each for each in found if each.kind not in _NAMED]
            found = [
                each
                for each in found
                if not any(_holds(documents, word) for word in each.typos if not is_common(word))
            ]
        if not found:
            return None
        before = language_of(said_before) if said_before else None
        return min(found, key=lambda each: (len(each.typos), each.language != before))

    def left_out(
        self, history: Sequence[Turn], documents: Generation | View | None = None
    ) -> list[Turn]:
        """The turns without small talk at their end, on which no question goes on; all of them
        where there is no other."""
        turns = list(history)
        while turns:
            asked = max((at for at, turn in enumerate(turns) if turn["role"] == "user"), default=-1)
            if asked < 0:
                break
            before = turns[asked - 1]["content"] if asked else ""
            if self.reply(turns[asked]["content"], documents, before) is None:
                return turns
            del turns[asked:]
        return list(history)

    def refusal(self, language: str, english: str) -> str:
        """The refusal in a language."""
        return self.texts[language].refusal or english

    def closest(self, language: str, titles: Sequence[str]) -> str:
        """What names in a language the titles of what is closest; empty where there are none."""
        texts, marks = self.texts[language], _QUOTES[language]
        opening, closing = marks[: len(marks) // 2], marks[len(marks) // 2 :]
        named = ", ".join(
            f"{opening}{title}{closing}" for title in dict.fromkeys(titles[:_TITLES]) if title
        )
        return texts.closest.format(titles=named) if named else ""

    def clarification(self, language: str, english: str, choices: Sequence[str]) -> str:
        """The question back in a language: which of the ``choices``."""
        texts = self.texts[language]
        *first, last = choices
        named = f"{', '.join(first)} {texts.either} {last}"
        return (texts.clarification or english).format(choices=named)

    def unanswered(self, language: str, parts: Sequence[str]) -> str:
        """What says in a language that these ``parts`` of the question have no answer."""
        return self.texts[language].unanswered.format(parts="; ".join(parts))

    def _heard_in_each(self, said: Sequence[str]) -> "list[_Heard]":
        return [heard for heard in (self._heard(said, each) for each in self.texts) if heard]

    def _heard(self, said: Sequence[str], language: str) -> "_Heard | None":
        """What is heard where the words are phrases of the language and filler only."""
        kinds: set[str] = set()
        typos: list[str] = []
        at = 0
        while at < len(said):
            best: tuple[int, int, str, list[str]] | None = None
            for phrase, kind in self._phrases[language]:
                for end, wrong in _heard_as(said, at, phrase):
                    if best is None or (end, -len(wrong)) > (best[0], best[1]):
                        best = (end, -len(wrong), kind, wrong)
            if best is None:
                return None
            at = best[0]
            typos += best[3]
            kinds.add(best[2])
        kinds.discard(_FILLER)
        return _Heard(language, frozenset(kinds), tuple(typos)) if kinds else None

    @cached_property
    def _phrases(self) -> dict[str, list[tuple[_Phrase, str]]]:
        """The phrases of each language and their kinds."""
        return {
            language: [
                *((_phrase(each), kind) for kind, said in texts.said.items() for each in said),
                *((_phrase(each), _FILLER) for each in (*texts.linking, *_words(texts.filler))),
            ]
            for language, texts in self.texts.items()
        }


def load_small_talk(folder: Path) -> SmallTalk:
    """The texts beside the prompts in ``folder``; the shipped ones where it has none.

    Raises:
        PromptError: the file is malformed, or a language or text is missing.
    """
    path = folder / _FILE
    path = path if path.is_file() else PROJECT_ROOT / "prompts" / _FILE
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        texts = {language: _Texts.model_validate(read[language]) for language in _LANGUAGES}
    except (OSError, ValueError, ValidationError) as exc:
        raise PromptError(f"'{path}' cannot be used: {exc}") from exc
    except KeyError as exc:
        raise PromptError(f"'{path}' has no section [{exc.args[0]}].") from exc
    for language, each in texts.items():
        kinds = set(_KINDS) - (_LATER - each.said.keys() - each.reply.keys())
        for part in (each.said, each.reply):
            if set(part) != kinds:
                wrong = ", ".join(sorted(set(part) ^ kinds))
                raise PromptError(f"'{path}', [{language}]: missing or unknown: {wrong}.")
        if _variables(each.closest) != {"titles"}:
            raise PromptError(f"'{path}', [{language}]: 'closest' needs {{titles}} and no other.")
        if _variables(each.unanswered) != {"parts"}:
            raise PromptError(f"'{path}', [{language}]: 'unanswered' needs {{parts}} and no other.")
        if _variables(each.letter) != {"body"} or each.letter.count("{body}") != 1:
            raise PromptError(f"'{path}', [{language}]: 'letter' needs {{body}}, once, no other.")
        if each.clarification and _variables(each.clarification) != {"choices"}:
            raise PromptError(
                f"'{path}', [{language}]: 'clarification' needs {{choices}} and no other."
            )
    return SmallTalk(texts)


def _variables(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text)} - {None}


def _words(text: str, signs: re.Pattern[str] = _WORD) -> list[str]:
    """Words in lower case without accents; "what's" is one word. With other ``signs``,
    pictures ("👍"), too."""
    text = without_marks(normalise(text).lower())
    return signs.findall(re.sub(r"(?<=[a-z])['’](?=s\b)", "", text))


def _phrase(text: str) -> _Phrase:
    parts = _CHOICE.split(text)
    chosen = (part.split("|") if at % 2 else [part] for at, part in enumerate(parts))
    return tuple(tuple(tuple(_words(each, _WORD_OR_PICTURE)) for each in part) for part in chosen)


def _offers(question: str, said: Sequence[str]) -> bool:
    return question.endswith("?") and f" {' '.join(said)} " in f" {' '.join(_words(question))} "


def _heard_as(said: Sequence[str], at: int, phrase: _Phrase) -> Iterator[tuple[int, list[str]]]:
    """Each place up to which the words from ``at`` on are the phrase, and those with a typo."""
    for end, typos in _followed(said, at, phrase):
        if end > at + 1 or (end > at and all(_is_meant(*typo, True) for typo in typos)):
            yield end, [word for word, _ in typos]


def _followed(
    said: Sequence[str], at: int, phrase: _Phrase
) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    if not phrase:
        yield at, []
        return
    for words in phrase[0]:
        pairs = list(zip(said[at:], words, strict=False))
        if len(pairs) < len(words) or not all(_is_meant(*pair, False) for pair in pairs):
            continue
        typos = [(word, meant) for word, meant in pairs if word != meant]
        for end, more in _followed(said, at + len(words), phrase[1:]):
            yield end, [*typos, *more]


@lru_cache(maxsize=1 << 15)
def _is_meant(word: str, meant: str, alone: bool) -> bool:
    """Whether a word is that one of a phrase, perhaps with a typo; fewer are understood where it is
    the whole phrase."""
    if word == meant or _is_spelling(word, meant):
        return True
    if len(set(word) ^ set(meant)) > _CHANGED:
        return False
    limits = (_ALONE,) if alone else (_ONE_TYPO, _TWO_TYPOS)
    allowed = sum(len(meant) >= limit for limit in limits)
    swapped = len(meant) >= _SWAPPED and sorted(word) == sorted(meant)
    return _distance(word, meant) <= max(allowed, int(swapped))


def _is_spelling(word: str, meant: str) -> bool:
    """Whether ``word`` is ``meant`` drawn out ("hellooo"), with one letter for two ("helo"), or
    with "ue" for "ü"."""
    word, meant = _UMLAUT.sub(r"\1", word), _UMLAUT.sub(r"\1", meant)
    short, single = _DRAWN.sub(r"\1", word), _REPEATED.sub(r"\1", meant)
    return short in (meant, single) or (short != word and _REPEATED.sub(r"\1", short) == single)


def _holds(documents: Generation | View, word: str) -> bool:
    return any(map(documents.lexical.holds, documents.lexical.terms(word)))


def _distance(one: str, other: str) -> int:
    """Letters to add, take, change or swap (optimal string alignment)."""
    if abs(len(one) - len(other)) > 2:
        return 3
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
