"""What the conversations of an export, lists of names and vocabularies tell of words."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from chatbot.importing.name_contexts import PERSON
from chatbot.importing.name_lists import bare, folded, is_family, is_given
from chatbot.importing.vocabulary import Vocabulary, languages_in
from chatbot.text.languages import is_common

NAME = "[name]"
WORD = re.compile(r"[^\W\d_]+")
# Particles of family names between the names of a person.
OF = r"(?:(?:van|von)(?: (?:de[rnm]?))?|zu|de (?:la|los)|de|de[rn]|d[aiu]|dos|la|le|el)"
RUN = re.compile(rf"(?<![\w@/.'’-]){PERSON}(?:[ ](?:{OF}[ ])?{PERSON})*(?![\w@/-])")
CAPITALISED = re.compile(PERSON)
# Behind verbs of Spanish and Italian.
_PRONOUNS = re.compile(r"(?:l[aeo]s?|[mts]e|n?os|gli|[mtvc]i){1,2}$")
_AFFIX = re.compile(r"^(?:un|non|no|re|mis|pre)|(?:out|off|up|back|down)$")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORT = 3  # letters of a name in small letters
_SURE = 4  # letters of one that a list has
_RARE, _SHARE = 4, 0.005  # conversations that a name may stand in: so many, or this share
_OFTEN_NAMED = 4  # times as many for what is a name and no word
TOLD = 2  # conversations in which both sides say a word
_TELLING = 8  # words of a text whose language is clear
ENOUGH = 200  # conversations that tell what a word is
_MOST_COUNTED = 20_000
_FEW, _STRANGE = 4, 0.4  # unknown words of a text, and their share, in an unknown language
_USUAL = 5  # conversations with a word that others are slips of
_LONG, _VERY_LONG = 5, 8  # letters of a word that may be written wrong
# Also months, places, and words that sentences begin with: no names where they stand alone.
ALSO_WORDS = frozenset(
    "april august avril abril aprile juni juli june july may mai mars marzo march januar jan"  # noqa: SIM905
    " sonntag domingo dimanche summer autumn winter paris london florence milan sofia sofía sydney"
    " victoria virginia georgia carolina dakota charlotte austin dallas houston jordan israel india"
    " america china chelsea madison brooklyn lincoln washington lourdes santiago valencia vienna"
    " roma chad kenya asia france francia will mark page price case bill chase frank grant hope joy"
    " faith grace rich rose major max ernst wolf heide stein linde iris viola jasmin engel rosa"
    " roman sky star true early happy merit person doctor prince king royal german english alexa"
    " apple blue green young long small best dear love pleasant golden silver gold data metro"
    " media tage watt november september oktober october dezember december orange".split()
)
# Of all given names, those of things that a help desk is asked about.
THINGS = frozenset(
    "page price case bill mark data metro media silver gold apple orange alexa star sky server"  # noqa: SIM905
    " agent card code key app plan login line link file form box pin chip port gate web site"
    " safari sunday".split()
)


class Words:
    """The words of an export: which are words, which are names, which is nobody's to know."""

    def __init__(self, conversations: Sequence[tuple[str, str]], people: Iterable[str]) -> None:
        """``conversations`` has what each side of each wrote, without the names in its records;
        ``people`` are those names, whole."""
        counted = conversations[:: -(-len(conversations) // _MOST_COUNTED) or 1]
        self.small: Counter[str] = Counter()  # conversations with a word in small letters
        self.often: Counter[str] = Counter()  # conversations with a word, or two, with capitals
        both: Counter[str] = Counter()
        self.terms: set[str] = set()  # two words in a row, or one, that both sides say
        for sides in counted:
            words = [set(WORD.findall(text)) for text in sides]
            capitals = [{w.lower() for w in said if not w.islower()} for said in words]
            self.small.update({w for said in words for w in said if w.islower()})
            both.update(capitals[0] & capitals[1])
            pairs = [set(_pairs(text)) for text in sides]
            self.terms |= pairs[0] & pairs[1]
            self.often.update(capitals[0] | capitals[1] | pairs[0] | pairs[1])
        self.terms |= {word for word, times in both.items() if times >= TOLD}
        self.tells = len(counted) >= ENOUGH
        self.most = max(_RARE, int(_SHARE * len(counted)))
        self._counted = counted
        self._people = {folded(part) for name in people for part in WORD.findall(name)}
        self._ordinary: dict[str, bool] = {}
        self._slips: dict[str, bool] = {}

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        texts = [f"{one}\n{other}" for one, other in self._counted]
        if not self.tells:  # a side may be all that is in its language
            texts += [side for sides in self._counted for side in sides]
        return Vocabulary(languages_in(texts))

    def is_listed(self, word: str) -> bool:
        """Whether a list, or the export, has it as a part of a name; some are words, too."""
        small = bare(word)
        return is_given(small) or is_family(small) or folded(small) in self._people

    def is_ordinary(self, small: str) -> bool:
        """Whether a language of the export has it in small letters, or as a noun that no list has
        as a name."""
        if small not in self._ordinary:
            parts = re.split("['’-]", small)
            self._ordinary[small] = all(map(self._is_ordinary_part, filter(None, parts)))
        return self._ordinary[small]

    def _is_ordinary_part(self, small: str) -> bool:
        if is_common(small) or self._vocabulary.has(small):
            return True
        root = _AFFIX.sub("", small, count=1)  # "unused", "callout"
        if len(root) >= _SURE and root != small and self._vocabulary.has(root):
            return not self.is_listed(small)
        return self._vocabulary.has_noun(small) and not self.is_listed(small)

    def is_noun_only(self, small: str) -> bool:
        """Whether it is a noun of German, which may be a name, and no other word."""
        noun = self._vocabulary.has_noun(small) and not self._vocabulary.has(small)
        return noun and not self._is_joined(small)

    def is_strange(self, text: str) -> bool:
        """Whether a text is in a language whose words are not known here."""
        said = [word for word in WORD.findall(text) if word.islower() and len(word) >= _SHORT]
        unknown = sum(not self.is_ordinary(word) for word in said)
        return unknown >= _FEW and unknown > _STRANGE * len(said)

    def is_odd(self, word: str) -> bool:
        """Whether it can be a name: a list has it, or no language."""
        small = bare(word)
        return self.is_listed(small) or not (self.is_ordinary(small) or self.is_slip(small))

    def is_name(self, small: str) -> bool:
        """Whether a word in small letters is a name and nothing else."""
        return (
            len(small) >= _SURE
            and self.is_listed(small)
            and self.is_seldom(small, _OFTEN_NAMED)
            and not any(map(self.is_ordinary, small.split("-")))
        )

    def is_of_people(self, small: str) -> bool:
        """Whether somebody of the export is called so, and no language has it as a word, however
        many write it."""
        own = len(small) >= _SURE and folded(bare(small)) in self._people
        return own and not self.is_ordinary(small)

    def is_name_in(self, small: str, text: str) -> bool:
        """Whether it is a given name, and a word only in languages that ``text`` is not in."""
        if len(small) < _SURE or not is_given(small) or small in ALSO_WORDS or is_common(small):
            return False
        own = _vocabulary_of(text)
        if own is None or not self.is_seldom(small):
            return False
        return not any(own.has(part) or own.has_noun(part) for part in small.split("-"))

    def is_told_of_once(self, small: str) -> bool:
        """Whether no more write it than a name that no list has, where few conversations tell."""
        return self.tells or self.small[small] + self.often[small] <= TOLD

    def is_person(self, small: str) -> bool:
        """Whether somebody of the export is called so, though it may be a word."""
        return len(small) >= _SURE and folded(bare(small)) in self._people and not is_common(small)

    def is_unknown(self, small: str) -> bool:
        """Whether no language has a word in small letters, and hardly anybody writes it."""
        if not self.is_unusual(small):
            return False
        return not self.is_slip(small)

    def is_slip(self, small: str) -> bool:
        """Whether it may be a usual word written wrong, or one made of others."""
        if small not in self._slips:
            self._slips[small] = self._may_be_slip(small)
        return self._slips[small]

    def _may_be_slip(self, small: str) -> bool:
        if len(small) >= _LONG and not self.is_listed(small):
            long = len(small) >= _VERY_LONG
            slips = (each for each in near_to(small) if self.small[each] >= _USUAL or (
                long and self._vocabulary.has(each)))  # fmt: skip
            if next(slips, None):
                return True
        return self._is_joined(small) or any(map(self._is_joined, small.split("-")))

    def _is_joined(self, small: str) -> bool:
        """Whether it is two words of a language in one, or a verb with pronouns at its end."""
        ends = _PRONOUNS.search(small)
        if ends and self.is_ordinary(folded(small[: ends.start()])):
            return True
        parts = ((small[:at], small[at:]) for at in range(_SURE, len(small) - _SURE + 1))
        return any(
            self.is_ordinary(rest) and any(map(self.is_ordinary, (head, head.removesuffix("s"))))
            for head, rest in parts
        )

    def is_word(self, word: str) -> bool:
        """Whether the export has it as a word, or of a product that many write about."""
        small = bare(word)
        return self._is_known(small) or self.often[small] > 4 * self.most

    def is_rare(self, word: str) -> bool:
        """Whether the export hardly has it, and not as a word."""
        small = bare(word)
        return not self._is_known(small) and self.often[small] <= self.most

    def _is_known(self, small: str) -> bool:
        return self._has_small(small) or small in self.terms

    def _has_small(self, small: str) -> bool:
        """Whether it is written in small letters, and not only by who writes names so, too."""
        times = self.small[small]
        if not self.tells or is_common(small):
            return times > 0
        if TOLD <= times <= self.most and not self.is_ordinary(small):
            return False
        return times >= _RARE or (times >= TOLD and 2 * times > self.often[small])

    def is_seldom(self, small: str, times: int = 1) -> bool:
        """Whether hardly anybody writes it, in whatever letters; ``times`` more may."""
        parts = small.split("-")
        told = [part for part in parts if len(parts) == 1 or not is_common(part)]
        return all(self.small[part] + self.often[part] <= times * self.most for part in told)

    def is_unusual(self, small: str) -> bool:
        """Whether hardly anybody writes a word in small letters, and no language has it."""
        if len(small) < _SHORT or not self.is_seldom(small) or is_common(small):
            return False
        return not self.is_ordinary(small)


def _pairs(text: str) -> Iterator[str]:
    for run in RUN.finditer(text):
        words = CAPITALISED.findall(run[0])
        yield from (f"{one} {other}".lower() for one, other in pairwise(words))


def near_to(word: str) -> Iterator[str]:
    """Words that differ from it by a letter, or by two that changed places."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield from (head + letter + tail for letter in _LETTERS)
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


@lru_cache(maxsize=4)  # each word of a text asks for it
def _vocabulary_of(text: str) -> Vocabulary | None:
    """The words of the languages of a text; ``None`` where it is too short to tell them."""
    return Vocabulary(languages_in([text])) if len(WORD.findall(text)) >= _TELLING else None
