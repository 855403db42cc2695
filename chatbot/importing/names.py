"""Names of people that no record of an export has.

Three things tell: given names of some sixty countries (from Faker); what somebody is called in the
sentence ("my landlord", "ask for", "X, my wife"); and, where an export is large enough to tell
and nouns have no capital, two words in a row with one that nobody else writes. A word that the
export also has in small letters, that customers and staff say to each other, or that stands in many
conversations, is a word or the name of a product.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules

from chatbot.importing.name_contexts import (
    BEHIND,
    CALLED,
    PERSON,
    is_beside_people,
    is_named,
    is_saying,
    is_somebody_there,
    is_spoken_of,
    is_told_of,
    tells,
)
from chatbot.text.languages import is_common

NAME = "[name]"
_OF = r"(?:(?:van|von)(?: (?:de[rnm]?))?|zu|de (?:la|los)|de|de[rn]|d[aiu]|dos|la|le|el)"
_RUN = re.compile(rf"(?<![\w@/.'’-]){PERSON}(?:[ ](?:{_OF}[ ])?{PERSON})*(?![\w@/-])")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = re.compile(r"(?<![\w@/.'’-])[a-zß-öø-ÿ]\w{2,30}(?!\w|[@/-]|['’](?!s\b))")
_SMALL_NEXT = re.compile(r" ([a-zß-öø-ÿ]\w{2,30}(?:-\w{1,30})?)(?![\w@/'’-])")
_CAPITALISED = re.compile(PERSON)
_BEGINS = re.compile(r"(?:^|[.!?:;•\n]|\n\s*[-*])[\s\"'„“»«(¡¿]*$")
_IMPERATIVE = re.compile(r"\w+en Sie")  # what a German sentence can begin with
_NUMBER = re.compile(r"\d[ ]$")
_CODE = re.compile(r"[ -]?(?:\w*\d|[A-Z]{2,}\b)")
_SHORT = 3  # letters of a name in small letters
_SHORTEST = 4  # letters of a given name that stands alone: "Add", "Can" and "Doc" are some, too
_OWN = ("'s", "’s")
_MOST_WORDS = 3  # of a name
_RARE, _SHARE = 4, 0.005  # conversations that a name may stand in: so many, or this share
_TOLD = 2  # conversations in which both sides say a word
_ENOUGH = 200  # conversations that tell what a word is
_MOST_COUNTED = 20_000
_NOUNS, _NOUN_SHARE = 3, 0.12  # within sentences of a text whose nouns have capitals
_PLACED = re.compile(r" (?:on|from|in|at|aus|von|de) ")  # "X on nights", where a sentence begins
_MOST_MARKED = 10
_NEAR = 80  # characters beside a name that are looked at
# Also months, places, and words that sentences begin with: no names where they stand alone.
_ALSO_WORDS = frozenset(
    "april august avril abril aprile juni juli june july may mai mars marzo march januar jan"  # noqa: SIM905
    " sonntag domingo dimanche summer autumn winter paris london florence milan sofia sofía sydney"
    " victoria virginia georgia carolina dakota charlotte austin dallas houston jordan israel india"
    " america china chelsea madison brooklyn lincoln washington lourdes santiago valencia vienna"
    " roma chad kenya asia france francia will mark page price case bill chase frank grant hope joy"
    " faith grace rich rose major max ernst wolf heide stein linde iris viola jasmin engel rosa"
    " roman sky star true early happy merit person doctor prince king royal german english alexa"
    " apple blue green young long small best dear love pleasant golden silver gold data metro"
    " media tage watt".split()
)


class Names:
    """What the conversations of an export tell of their words."""

    def __init__(self, conversations: Sequence[tuple[str, str]]) -> None:
        """``conversations`` has what each side of each wrote, without the names in its records."""
        counted = conversations[:: -(-len(conversations) // _MOST_COUNTED) or 1]
        self._small: Counter[str] = Counter()  # conversations with a word in small letters
        self._often: Counter[str] = Counter()  # conversations with a word, or two, with capitals
        both: Counter[str] = Counter()
        self._terms: set[str] = set()  # two words in a row, or one, that both sides say
        for sides in counted:
            words = [set(_WORD.findall(text)) for text in sides]
            capitals = [{w.lower() for w in said if not w.islower()} for said in words]
            self._small.update({w for said in words for w in said if w.islower()})
            both.update(capitals[0] & capitals[1])
            pairs = [set(_pairs(text)) for text in sides]
            self._terms |= pairs[0] & pairs[1]
            self._often.update(capitals[0] | capitals[1] | pairs[0] | pairs[1])
        self._terms |= {word for word, times in both.items() if times >= _TOLD}
        self._tells = len(counted) >= _ENOUGH
        self._most = max(_RARE, int(_SHARE * len(counted)))

    def hide(self, text: str) -> str:
        """The text with ``[name]`` for what is a name."""
        text = _without(text, self._found(text))
        return _without(text, self._found_small(text)) if self._tells else text

    def possible(self, text: str) -> list[str]:
        """What may be a name and is not hidden, for whoever reads the text."""
        said = []
        for run in _RUN.finditer(text):
            words = list(_CAPITALISED.finditer(run[0]))
            begins = bool(_BEGINS.search(_before(text, run.start())))
            if begins and (is_common(run[0]) or _IMPERATIVE.fullmatch(run[0])):
                continue  # "Can I ...", "My ...", "Legen Sie ..."
            if len(words) == 1 and _CODE.match(text, run.end()):
                continue  # "the Orrin 60"
            given = [word[0] for word in words if _is_given(word[0])]
            rare = [word[0] for word in words if self._tells and self._is_rare(word[0])]
            nouns = _mostly_capitals(text)
            within = rare and not begins and not nouns
            pair = len(words) > 1 and len(rare) == len(words)
            placed = bool(rare) and begins and _PLACED.match(text, run.end())
            if (given and not self._is_word(given[0])) or within or pair or placed:
                said.append(run[0])
        said += self._possible_small(text) if self._tells else ()
        return list(dict.fromkeys(said))[:_MOST_MARKED]

    def _possible_small(self, text: str) -> Iterator[str]:
        """Given names in small letters, and words that hardly anybody writes where people are
        named."""
        for _, words, before, behind in self._unusual(text):
            first = words.split(" ")[0]
            there = is_beside_people(before) or is_somebody_there(before, behind)
            if (there and " " in words) or is_spoken_of(before):
                yield words
            elif len(first) > _SHORTEST and _is_given(first) and first not in _ALSO_WORDS:
                yield first

    def _unusual(self, text: str) -> Iterator[tuple[int, str, str, str]]:
        """Words in small letters that hardly anybody writes, with the next one where it is one,
        too: where they begin, and what is before and behind them."""
        for word in _SMALL.finditer(text):
            if self._is_unusual(word[0]):
                rest = _SMALL_NEXT.match(text, word.end())
                pair = rest and self._is_unusual(rest[1]) and not is_saying(rest[1])
                stop = rest.end() if rest and pair else word.end()
                words = text[word.start() : stop]
                yield word.start(), words, _before(text, word.start()), text[stop : stop + _NEAR]

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        nouns = _mostly_capitals(text)
        for run in _RUN.finditer(text):
            before, behind = _before(text, run.start()), text[run.end() : run.end() + _NEAR]
            words = list(_CAPITALISED.finditer(run[0]))
            at = 0
            while at < len(words):
                ahead = before + run[0][: words[at].start()]
                count = self._length(ahead, [w[0] for w in words[at:]], behind, nouns)
                if count:
                    yield run.start() + words[at].start(), run.start() + words[at + count - 1].end()
                at += count or 1

    def _found_small(self, text: str) -> Iterator[tuple[int, int]]:
        """Names in small letters: a given name beside people, and what only somebody does."""
        end = 0
        for start, words, before, behind in self._unusual(text):
            first = words.split(" ")[0]
            count = 1 + words.count(" ")
            given = _is_given(first) and first not in _ALSO_WORDS
            there = count > 1 and is_somebody_there(before, behind) and (given or tells(behind))
            known = given and (
                is_beside_people(before) or is_named(before, count, behind) or behind[:2] in _OWN
            )
            if start >= end and (there or known or is_told_of(before, count, behind)):
                end = start + len(words)
                yield start, end

    def _length(self, before: str, words: list[str], behind: str, nouns: bool) -> int:
        """How many of the words, from the first one on, are a name; ``nouns`` have capitals."""
        unknown = 0
        while unknown < min(_MOST_WORDS, len(words)) and self._is_rare(words[unknown]):
            unknown += 1
        called = bool(CALLED.search(before))
        called |= unknown == len(words) and bool(BEHIND.match(behind))
        part = self._tells and unknown == len(words) and behind.startswith(f" {NAME}")
        if before.endswith(f"{NAME} ") and self._tells and not unknown:
            unknown = int(
                self._is_unusual(words[0].lower()) and words[0].lower() not in self._terms
            )
        part |= self._tells and before.endswith(f"{NAME} ")
        if unknown and (called or part):
            return unknown
        whole = self._tells and unknown == len(words) and not is_common(words[0])
        if whole and not _CODE.match(behind) and is_named(before, unknown, behind):
            return unknown
        if _NUMBER.search(before):
            return 0
        if _is_given(words[0]) and not self._is_word(words[0]):
            rest = 1
            while rest < min(_MOST_WORDS, len(words)) and self._is_rare(words[rest]):
                rest += 1
            followed = rest > 1 and not (nouns and words[0].lower() in _ALSO_WORDS)
            if followed or self._stands_alone(before, words, behind):
                return rest
        if nouns or not self._tells or unknown < 2:
            return 0
        if _BEGINS.search(before) and not behind.startswith(","):
            return 0
        code = unknown == len(words) and _CODE.match(behind)
        pair = f"{words[0]} {words[1]}".lower()
        alone = self._often[pair] <= _TOLD and pair not in self._terms
        return unknown if alone and not code else 0

    def _stands_alone(self, before: str, words: list[str], behind: str) -> bool:
        """Whether a given name without another behind it is one."""
        if len(words[0]) < _SHORTEST or words[0].lower() in _ALSO_WORDS:
            return False
        if len(words) == 1 and _CODE.match(behind):
            return False
        return self._tells or not _BEGINS.search(before)

    def _is_word(self, word: str) -> bool:
        """Whether the export has it as a word, or of a product that many write about."""
        small = _bare(word)
        known = self._has_small(small) or small in self._terms
        return known or self._often[small] > 4 * self._most

    def _is_rare(self, word: str) -> bool:
        small = _bare(word)
        known = self._has_small(small) or small in self._terms
        return not known and self._often[small] <= self._most

    def _has_small(self, small: str) -> bool:
        """Whether it is written in small letters, and not only by who writes names so, too."""
        times = self._small[small]
        if not self._tells or is_common(small):
            return times > 0
        return times >= _RARE or (times >= _TOLD and 2 * times > self._often[small])

    def _is_unusual(self, word: str) -> bool:
        """Whether a word in small letters is one that hardly anybody writes."""
        seen = self._small[word] + self._often[word]
        return len(word) >= _SHORT and seen <= self._most and not is_common(word)


def _without(text: str, names: Iterator[tuple[int, int]]) -> str:
    parts, end = [], 0
    for start, stop in names:
        parts += [text[end:start], NAME]
        end = stop
    return "".join((*parts, text[end:]))


def _pairs(text: str) -> Iterator[str]:
    for run in _RUN.finditer(text):
        words = _CAPITALISED.findall(run[0])
        yield from (f"{one} {other}".lower() for one, other in pairwise(words))


def _before(text: str, at: int) -> str:
    return text[max(0, at - _NEAR) : at]


def _mostly_capitals(text: str) -> bool:
    """Whether nouns have a capital, as in German."""
    runs = [run for run in _RUN.finditer(text) if not _BEGINS.search(_before(text, run.start()))]
    return len(runs) >= _NOUNS and len(runs) > _NOUN_SHARE * len(_WORD.findall(text))


def _bare(word: str) -> str:
    """In small letters, without the "'s" of what is somebody's."""
    return word.lower().removesuffix("'s").removesuffix("’s")


def _is_given(word: str) -> bool:
    parts = _bare(word).split("-")
    return all(part in _given_names() for part in parts)


@cache
def _given_names() -> frozenset[str]:
    """Given names in small letters, of every country that Faker knows."""
    from faker.providers import person

    found: set[str] = set()
    for place in iter_modules(person.__path__):
        provider = import_module(f"{person.__name__}.{place.name}").Provider
        for name in dir(provider):
            names = getattr(provider, name) if name.startswith("first_names") else None
            if isinstance(names, tuple | list | dict):
                found |= {str(each).lower() for each in names}
    return frozenset(found)
