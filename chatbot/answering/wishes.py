"""Turns that want the answer before in another form: "in German please", "as a list", "source?".

Such a turn asks nothing of the documents: the question before it is answered again, in the form
that is wanted. It is one only where all of its words say so (``wishes.toml``): "shorter delivery
time?" and "is the manual there in German?" are questions.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from chatbot.answering.question import Form, Question
from chatbot.text.languages import NAMES
from chatbot.text.unicode import normalise, without_marks

_FILE = Path(__file__).with_suffix(".toml")
_LONGEST = 100  # characters of such a turn
_WORD = re.compile(r"[^\W_]+")
_CHOICE = re.compile(r"\(([^()]*)\) ")
# In the order in which their words are taken out: "in plain English" names no language.
_KINDS = ("letter", "list", "short", "simple", "meaning", "same")
# Those that ask. Another one that ends in a question mark must say that it is to be said:
# "shorter?" may be about a cable, and "in German?" about a manual.
_ASKED = frozenset(("same", "meaning"))
# What the model does itself, behind the conversation: answered again it would be the same.
_REWORDED = frozenset(("simple", "meaning"))
_FORMS: tuple[Form, ...] = ("letter", "list", "short")


@dataclass(frozen=True)
class Wish:
    """What a turn wants of the answer before: it in a ``language`` (a code), in a ``form``, or,
    with neither, once more, or ``reworded``."""

    language: str = ""
    form: Form = ""
    reworded: bool = False


def wish_of(turn: str, about: str) -> Wish | None:
    """What ``turn`` wants of the answer to the question ``about``; ``None`` where it asks anything.

    "In German please" behind a question that names a language goes on from that.
    """
    if len(turn) > _LONGEST:
        return None
    said = _said(turn)
    for phrases in _phrases():
        wanted = phrases.wanted(said)
        if not wanted:
            continue
        saying = not phrases.saying.isdisjoint(said.split())
        spoken = next((code for code in NAMES if code in wanted), "")
        if "?" in turn and not saying and not wanted & _ASKED:
            return None
        if spoken and not saying and _names_language(about):
            return None
        form: Form = next((form for form in _FORMS if form in wanted), "")
        return Wish(spoken, form, not wanted.isdisjoint(_REWORDED))
    return None


def answered_again(question: Question, is_small_talk: Callable[[str, str], bool]) -> Question:
    """The question before, in the form that is wanted, where ``question`` is a wish about the
    answer to it; else ``question`` itself, also where it is only to be reworded. Wishes add up: "in
    German please", then "as a list".

    ``is_small_talk`` tells it of a turn and what was said before it; no wish is about that, nor
    about a turn without words, such as a picture.
    """
    wishes, turns = [question.text], list(question.history)
    answered = False
    while turns:
        turn = turns.pop()
        if turn["role"] != "user":
            answered = True
            continue
        text, before = turn["content"], turns[-1]["content"] if turns else ""
        if not answered:
            return question
        if not text.strip() or is_small_talk(text, before):
            continue
        if turns and wish_of(text, "") is not None:
            wishes.append(text)
            continue
        told = [wish_of(wish, text) for wish in wishes]
        said = [wish for wish in told if wish is not None]
        spoken = next((wish.language for wish in said if wish.language), "")
        form: Form = next((wish.form for wish in said if wish.form), "")
        if told[0] is None or (told[0].reworded and not spoken and not form):
            return question
        return replace(question, text=text.strip(), history=turns, wanted=spoken, form=form)
    return question


@dataclass(frozen=True)
class _Phrases:
    """Those of one language: what says each wish, or names each language by its code."""

    wishes: Sequence[tuple[str, re.Pattern[str]]]
    wishing: re.Pattern[str]
    saying: frozenset[str]
    beside: frozenset[str]
    named: frozenset[str]

    def wanted(self, said: str) -> set[str]:
        """The wishes that are all that is said; none where anything else is."""
        found, left = set(), said
        for name, phrase in self.wishes:
            left, count = phrase.subn(" ", left)
            if count:
                found.add(name)
        left = self.wishing.sub(" ", left)
        return found if self.beside.issuperset(left.split()) else set()


@cache
def _phrases() -> list[_Phrases]:
    read = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return [_of_language(texts) for texts in read.values()]


def _of_language(texts: dict[str, Any]) -> _Phrases:
    said = {kind: list(texts[kind]) for kind in _KINDS}
    for code, name in texts["alone"].items():
        both = [f"{name} {please}" for please in texts["please"]]
        said[code] = [*texts["languages"][code], *both]
    wishes = [(name, _pattern(phrases)) for name, phrases in said.items()]
    saying, beside, named = (frozenset(texts[key].split()) for key in ("saying", "beside", "named"))
    return _Phrases(wishes, _pattern(texts["wishing"]), saying, beside, named)


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """What finds any of the phrases, the longest one, in words with a blank behind each."""

    def chosen(match: re.Match[str]) -> str:
        return f"(?:{'|'.join(f'{word} ' if word else '' for word in match[1].split('|'))})"

    said = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(_CHOICE.sub(chosen, f'{each} ') for each in said)})")


def _said(text: str) -> str:
    """The words of a text in lower case without accents, a blank behind each."""
    return "".join(f"{word} " for word in _WORD.findall(without_marks(normalise(text).casefold())))


def _names_language(text: str) -> bool:
    said = set(_said(text).split())
    return any(not phrases.named.isdisjoint(said) for phrases in _phrases())
