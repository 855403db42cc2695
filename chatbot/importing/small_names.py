"""Names that are written without a capital, or with capitals only, and behind "@".

A list of names or the export has them and no language has them as words; or no language has them
at all, and they stand where somebody is named.
"""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from chatbot.importing.name_contexts import (
    BEHIND,
    CALLED,
    is_behind_determiner,
    is_beside_people,
    is_relation,
    is_saying,
    is_told_of,
)
from chatbot.importing.name_lists import folded, is_given
from chatbot.importing.name_positions import (
    is_doing,
    is_everybody,
    is_greeted,
    is_likely_small,
    is_meant,
    is_signed,
    is_sure,
    is_titled,
    is_where,
    is_with_me,
)
from chatbot.importing.name_words import ALSO_WORDS, NAME, OF, THINGS, WORD, Words, near_to
from chatbot.text.languages import is_common

_PART = r"(?:[oO]['’])?[^\W\d_]{1,30}(?:-[^\W\d_]{1,30}){0,3}"
# A word in one kind of letters; the next ones belong to it where they are names, too.
_WORD = re.compile(rf"(?<![\w/.'’@\[-])(?=[^\W_]{{2}})({_PART})(?![\w@/]|[-'’](?!s\b)|\.\w)")
_NEXT = re.compile(
    rf"(?:[ ](?:{OF}|van den|van het|ter|ten|bin|al))?(?:,(?! \[))?"
    rf"[ ]({_PART}|\[name\])(?![\w@/-])"
)
_MENTION = re.compile(r"(?<![\w.@])@([^\W\d_][\w.-]{1,30})")
_LOGIN = re.compile(
    r"(?<![\w.@/\\-])[^\W\d_]{1,30}(?:[._][^\W\d_]{1,30}){1,2}\d{0,6}(?![\w@/\\-]|\.\w)"
)
_LOGGED = re.compile(
    r"\b(?i:log(?:ged)? ?in(?: name)?(?: as)?|user(?: ?name|[ -]?id)?|account(?: name)?|handle"
    r"|nick(?:name)?|signed in as|benutzer(?:name)?|konto|identifiant|compte|usuario"
    r"|cuenta|gebruikersnaam|utente"
    r"|insta(?:gram)?)(?: (?:is|ist|est|es|as|was))?[ ]?:?[ \"'„“«]{0,3}$"
)
_LAST = re.compile(r"[ ]*(?:[.!?\n]|$)")
_SHORT = 3
_LONG = 5  # letters of a name that may be written wrong, and one more
_MOST = 3  # words of a name
_NEAR = 80  # characters beside a name that are looked at


class SmallNames:
    """Finds them by what :class:`Words` knows."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names begin and end, in order."""
        end = 0
        strange = self._words.is_strange(text)
        for word in _WORD.finditer(text):
            start = word.start()
            if start < end or not _is_one_kind(word[1]):
                continue
            small = word[1].lower()
            before, behind = _around(text, start, word.end())
            if is_where(before, small):
                continue
            end_here = self._end(text, word.end())
            rest = text[word.end() : end_here]
            longer = bool(rest) and self._may_be_first(small, rest, before)
            here = longer or self._is_here(word[1], before, behind)
            named = self._words.is_name(small) or self._words.is_name_in(small, text)
            if named or (here and not strange):
                end = end_here
                yield start, end

    def possible(self, text: str) -> Iterator[str]:
        """Words that may be names and are not found."""
        strange = self._words.is_strange(text)
        for word in _WORD.finditer(text):
            small = word[1].lower()
            before, behind = _around(text, *word.span())
            if strange or not word[1].islower():
                continue
            if (
                self._words.is_unknown(small)
                or self._words.is_of_people(small)
                or (is_given(small) and small not in ALSO_WORDS and self._words.is_unusual(small))
                or self._may_be_meant(small, before, behind)
            ):
                yield word[1]

    def _may_be_meant(self, small: str, before: str, behind: str) -> bool:
        """Whether a word is a given name, too, and stands where somebody can be named."""
        if is_common(small) or len(small) < _SHORT or not self._words.is_seldom(small):
            return False
        beside = before.endswith(f"{NAME} ") or CALLED.search(before)
        if beside and _LAST.match(behind) and not is_relation(small):
            return True
        if BEHIND.match(behind) and not is_behind_determiner(before):
            return True
        if not is_given(small) or is_relation(small):
            return False
        there = is_beside_people(before) or is_meant(before, behind) or is_sure(before, behind)
        return there or is_signed(before, behind) or is_likely_small(before, behind)

    def own(self, text: str, people: Collection[str]) -> Iterator[tuple[int, int]]:
        """Where the text has parts of the names of ``people`` in other letters: small ones, without
        their marks, or one of them wrong. Ordinary words are none in small letters."""
        names = [[folded(part) for part in _parts(name)] for name in people]
        parts = {part for name in names for part in name if len(part) >= _SHORT}
        parts = {part for part in parts if not is_common(part)}
        pairs = {pair for name in names for pair in pairwise(name)}
        said = [(word, folded(word[1])) for word in (_WORD.finditer(text) if parts else ())]
        beside = {at + n for at in range(len(said) - 1) for n in (0, 1)
                  if (said[at][1], said[at + 1][1]) in pairs}  # fmt: skip
        for at, (word, form) in enumerate(said):
            if at in beside or self._is_own(word, form, parts, text):
                yield word.span(1)

    def _is_own(self, word: re.Match[str], form: str, parts: Collection[str], text: str) -> bool:
        small = word[1].lower()
        odd = not self._words.is_ordinary(small)
        if form in parts:
            around = _around(text, *word.span(1))
            return odd or word[1] != small or is_signed(*around) or is_sure(*around)
        return odd and len(form) > _LONG and any(near in parts for near in near_to(form))

    def mentions(self, text: str) -> Iterator[tuple[int, int]]:
        """Where somebody is called by "@", and not a word that many write."""
        for word in _MENTION.finditer(text):
            small = word[1].lower().rstrip(".")
            if self._words.is_seldom(small):
                yield word.start(1), word.start(1) + len(small)

    def logins(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a login has somebody's name in it: "jane.doe", "jdoe_7" behind "my login"."""
        for login in _LOGIN.finditer(text):
            said = bool(_LOGGED.search(text[max(0, login.start() - _NEAR) : login.start()]))
            parts = [part.lower() for part in WORD.findall(login[0])]
            if any(self._words.is_name(part) for part in parts) or (
                said and any(self._words.is_odd(part) for part in parts if len(part) >= _SHORT)
            ):
                yield login.span()

    def _is_here(self, word: str, before: str, behind: str) -> bool:
        """Whether a word is a name, or the first of one."""
        words, small = self._words, word.lower()
        if len(small) < _SHORT or is_common(small):
            return False
        if words.is_name(small):
            return True
        given, unusual, seldom = is_given(small), words.is_unusual(small), words.is_seldom(small)
        if is_saying(small) or is_everybody(small) or is_relation(small):
            return False
        if is_titled(before) or (seldom and is_greeted(before, behind)):
            return True
        if (given or unusual) and (is_sure(before, behind) or is_signed(before, behind)):
            return True
        if (given or unusual) and is_doing(before, behind, thing=True):
            return small not in THINGS
        plain = given and seldom and small not in ALSO_WORDS
        if (plain and is_meant(before, behind)) or (given and is_with_me(before, behind)):
            return True
        if words.is_person(small) and is_likely_small(before, behind):
            return True
        if given and word.isupper() and CALLED.search(before):
            return True
        listed = seldom and small not in ALSO_WORDS and words.is_listed(small)
        if unusual or listed:
            there = bool(CALLED.search(before))
            there |= (unusual or given) and bool(BEHIND.match(behind))
            there |= is_told_of(before, 1, behind)
            plain = unusual or (given and not words.is_ordinary(small))
            if there or (plain and is_beside_people(before)):
                return True
        unknown = words.is_unknown(small) and words.is_told_of_once(small)
        return unknown and word == small and is_likely_small(before, behind)

    def _may_be_first(self, small: str, rest: str, before: str) -> bool:
        """Whether it is a name where another part of one is behind it, as in "amit kwon"."""
        ordinary = self._words.is_ordinary
        if rest != f" {NAME}" and all(map(ordinary, [small, *rest.lower().split()])):
            return False
        seldom = is_given(small) and self._words.is_seldom(small)
        if len(small) < _SHORT or is_common(small):
            return False
        return self._words.is_unusual(small) or (seldom and not is_behind_determiner(before))

    def _end(self, text: str, end: int) -> int:
        """Where a name ends whose first word ends at ``end``."""
        for _ in range(_MOST - 1):
            word = _NEXT.match(text, end)
            if not word or not self._is_next(word[1]):
                break
            end = word.end()
        return end

    def _is_next(self, word: str) -> bool:
        """Whether a word behind a name belongs to it."""
        if word == NAME:
            return True
        words, small = self._words, word.lower()
        if is_saying(small) or is_common(small) or len(small) < _SHORT:
            return False
        if words.is_unusual(small) or words.is_name(small):
            return True
        return words.is_seldom(small) and (words.is_listed(small) or words.is_noun_only(small))


def _parts(name: str) -> list[str]:
    """Of a name, or of an address without its domain."""
    return WORD.findall(name.partition("@")[0])


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    return text[max(0, start - _NEAR) : start], text[end : end + _NEAR]


def _is_one_kind(word: str) -> bool:
    return word.islower() or (len(word) >= _SHORT and word.isupper())
