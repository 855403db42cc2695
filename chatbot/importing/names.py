"""Names of people that no record of an export has.

Four things tell: given names of some sixty countries and the people of the export; what somebody is
called in the sentence ("my landlord", "ask for", "X, my wife"); what no language has as a word;
and, where an export is large enough to tell and nouns have no capital, two words in a row with one
that nobody else writes. A word that the export also has in small letters, that customers and staff
say to each other, or that stands in many conversations, is a word or the name of a product.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from chatbot.importing.name_contexts import BEHIND, CALLED, is_attribute, is_named
from chatbot.importing.name_lists import bare, is_given, is_given_pair
from chatbot.importing.name_positions import (
    is_closed,
    is_doing,
    is_likely,
    is_meant,
    is_signed,
    is_sure,
    is_where,
    is_with_me,
)
from chatbot.importing.name_words import (
    ALSO_WORDS,
    CAPITALISED,
    NAME,
    RUN,
    THINGS,
    TOLD,
    WORD,
    Words,
)
from chatbot.importing.small_names import SmallNames
from chatbot.text.languages import is_common

_BEGINS = re.compile(r"(?:^|[.!?:;•\n]|\n\s*[-*])[\s\"'„“»«(¡¿]*$")
_IMPERATIVE = re.compile(r"\w+en Sie")  # what a German sentence can begin with
_NUMBER = re.compile(r"\d[ ]$")
_ARTICLE = re.compile(r"\b(?i:the|an?)[ ]$")  # "the Orrin Nova" is a thing
_CODE = re.compile(r"[ -]?(?:\w*\d|[A-Z]{2,}\b)")
_OWN = ("'s", "’s")
_SHORT = 3
_SHORTEST = 4  # letters of a given name that stands alone: "Add", "Can" and "Doc" are some, too
_MOST_WORDS = 3  # of a name
_NOUNS, _NOUN_SHARE = 3, 0.12  # within sentences of a text whose nouns have capitals
_PLACED = re.compile(r" (?:on|from|in|at|aus|von|de) ")  # "X on nights", where a sentence begins
_MOST_MARKED = 10
_NEAR = 80  # characters beside a name that are looked at
_MOST_NEAR = 20  # words in a row with a capital


class Names:
    """Finds names by what the conversations of an export tell of their words."""

    def __init__(
        self, conversations: Sequence[tuple[str, str]], people: Iterable[str] = ()
    ) -> None:
        """``conversations`` has what each side of each wrote, without the names in its records;
        ``people`` are those names."""
        self._words = Words(conversations, people)
        self._small = SmallNames(self._words)

    def hide(self, text: str, people: Iterable[str] = ()) -> str:
        """The text with ``[name]`` for what is a name; ``people`` are those that its conversation
        has in its records, whose names may be in it in other letters."""
        text = _without(text, self._small.own(text, tuple(people)))
        text = _without(text, self._small.logins(text))
        text = _without(text, self._found(text))
        text = _without(text, self._small.mentions(text))
        return _without(text, self._small.found(text))

    def possible(self, text: str) -> list[str]:
        """What may be a name and is not hidden, for whoever reads the text."""
        said = []
        nouns = _mostly_capitals(text)
        for run in RUN.finditer(text):
            words = list(CAPITALISED.finditer(run[0]))
            begins = bool(_BEGINS.search(_before(text, run.start())))
            if begins and (is_common(run[0]) or _IMPERATIVE.fullmatch(run[0])):
                continue  # "Can I ...", "My ...", "Legen Sie ..."
            if len(words) == 1 and _CODE.match(text, run.end()):
                continue  # "the Orrin 60"
            given = [word[0] for word in words if is_given(word[0])]
            rare = [word[0] for word in words if self._may_be_rare(word[0])]
            within = rare and not begins and not nouns
            pair = len(words) > 1 and len(rare) == len(words)
            placed = bool(rare and begins and _PLACED.match(text, run.end()))
            placed = placed or _may_be_meant(text, run, given, rare)
            if (given and not self._words.is_word(given[0])) or within or pair or placed:
                said.append(run[0])
        said += self._small.possible(text)
        return list(dict.fromkeys(said))[:_MOST_MARKED]

    def _may_be_rare(self, word: str) -> bool:
        """Whether the export hardly has it; where few conversations tell, no language either."""
        return self._words.is_rare(word) and (self._words.tells or self._words.is_odd(word))

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        nouns = _mostly_capitals(text)
        for run in RUN.finditer(text):
            before, behind = _before(text, run.start()), text[run.end() : run.end() + _NEAR]
            words = list(CAPITALISED.finditer(run[0]))
            at = 0
            while at < len(words):
                ahead = (before + _before(run[0], words[at].start()))[-2 * _NEAR :]
                near = [word[0] for word in words[at : at + _MOST_NEAR]]
                count = self._length(ahead, near, behind, nouns)
                if count:
                    yield run.start() + words[at].start(), run.start() + words[at + count - 1].end()
                at += count or 1

    def _length(self, before: str, words: list[str], behind: str, nouns: bool) -> int:
        """How many of the words, from the first one on, are a name; ``nouns`` have capitals."""
        rest = " ".join(["", *words[1:]]) + behind
        if is_attribute(before, rest) and not self._words.is_person(words[0].lower()):
            return 0
        if is_where(before, words[0]):
            return 0
        if len(words) > 1 and is_given_pair(*words[:2]) and not self._is_term(words[:2]):
            return 2
        unknown = 0
        while unknown < min(_MOST_WORDS, len(words)) and self._words.is_rare(words[unknown]):
            unknown += 1
        called = bool(unknown) and _is_called(before[-_NEAR:])
        called |= unknown == len(words) and bool(BEHIND.match(behind))
        odd = bool(unknown) and self._words.is_odd(words[unknown - 1])
        part = odd and unknown == len(words) and behind.startswith(f" {NAME}")
        if before.endswith(f"{NAME} ") and not unknown:
            first = words[0].lower()
            unknown = int(self._words.is_unusual(first) and first not in self._words.terms)
        part |= before.endswith(f"{NAME} ")
        if unknown and (called or part):
            return unknown
        if placed := self._in_place(before, words, behind):
            return placed
        whole = unknown == len(words) and not is_common(words[0])
        if whole and not _CODE.match(behind) and is_named(before, unknown, behind):
            return unknown
        if _NUMBER.search(before):
            return 0
        if is_given(words[0]) and not (is_common(words[0]) or self._words.is_word(words[0])):
            count = 1
            while count < min(_MOST_WORDS, len(words)) and self._words.is_rare(words[count]):
                count += 1
            followed = count > 1 and not (nouns and words[0].lower() in ALSO_WORDS)
            followed &= not self._is_term(words[:count])
            if followed or self._stands_alone(before, words, behind):
                return count
        if not self._words.tells or unknown < 2:
            return 0
        if not all(map(self._words.is_odd, words[:unknown])) or (nouns and unknown < len(words)):
            return 0
        if (_BEGINS.search(before) and not behind.startswith(",")) or _ARTICLE.search(before):
            return 0
        code = unknown == len(words) and _CODE.match(behind)
        pair = f"{words[0]} {words[1]}".lower()
        alone = self._words.often[pair] <= TOLD and pair not in self._words.terms
        return unknown if alone and not code else 0

    def _is_term(self, words: list[str]) -> bool:
        """Whether both sides say it, and no list has its second word as a name."""
        if len(words) < 2 or self._words.is_listed(words[1]):
            return False
        return f"{words[0]} {words[1]}".lower() in self._words.terms

    def _in_place(self, before: str, words: list[str], behind: str) -> int:
        """How many words are a name by where they stand: below a closing, after "spoke to"."""
        first = words[0].lower()
        if self._words.is_strange(f"{before}{behind}"):
            return 0
        if len(words) == 1 and _CODE.match(behind):
            return 0
        if is_common(first):  # "Will from the depot sent it"
            return int(len(first) >= _SHORTEST and is_given(first) and is_doing(before, behind))
        count = 1
        while count < min(_MOST_WORDS, len(words)) and (
            self._words.is_rare(words[count]) or self._words.is_listed(words[count])
        ):
            count += 1
        behind = " ".join(["", *words[count:]]) + behind
        if first != bare(first):
            first, behind = bare(first), _OWN[0] + behind
        odd = not self._words.is_ordinary(first) and self._words.is_seldom(first)
        given = is_given(first)
        if (odd or given) and (is_sure(before, behind) or is_signed(before, behind)):
            return count
        if (odd or given) and is_doing(before, behind, first in THINGS or not given):
            return count
        meant = given and first not in ALSO_WORDS and is_meant(before, behind)
        if meant or (given and is_with_me(before, behind)):
            return count
        if is_closed(before, behind) and self._words.is_rare(first):
            return count
        if not is_likely(before, behind):
            return 0
        within = given and first not in ALSO_WORDS and not _BEGINS.search(before)
        return count if within or (odd and not self._words.is_slip(first)) else 0

    def _stands_alone(self, before: str, words: list[str], behind: str) -> bool:
        """Whether a given name without another behind it is one."""
        if len(words[0]) < _SHORTEST or words[0].lower() in ALSO_WORDS:
            return False
        first = words[0].lower()
        sentence = f"{before}{words[0]}{behind}"
        if self._words.is_ordinary(first) and not self._words.is_name_in(first, sentence):
            return False
        return not (len(words) == 1 and _CODE.match(behind))


@lru_cache(maxsize=4096)
def _is_called(before: str) -> bool:
    """Whether words that a name follows stand before: a pattern of half a millisecond."""
    return bool(CALLED.search(before))


def _may_be_meant(text: str, run: re.Match[str], given: list[str], rare: list[str]) -> bool:
    """Whether a given name that is a word, too, or a rare word, stands where somebody is named."""
    around = _before(text, run.start()), text[run.end() : run.end() + _NEAR]
    if (rare or given) and (is_meant(*around) or is_doing(*around, not given)):
        return True
    if not given or is_common(given[0]) or len(given[0]) < _SHORT:
        return False
    return is_likely(*around) or run[0].endswith(_OWN)


def _without(text: str, names: Iterator[tuple[int, int]]) -> str:
    parts, end = [], 0
    for start, stop in names:
        parts += [text[end:start], NAME]
        end = stop
    return "".join((*parts, text[end:]))


def _before(text: str, at: int) -> str:
    return text[max(0, at - _NEAR) : at]


def _mostly_capitals(text: str) -> bool:
    """Whether nouns have a capital, as in German."""
    runs = [run for run in RUN.finditer(text) if not _BEGINS.search(_before(text, run.start()))]
    return len(runs) >= _NOUNS and len(runs) > _NOUN_SHARE * len(WORD.findall(text))
