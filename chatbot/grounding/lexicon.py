"""The words of ``lexicon.toml``, found in texts: regions, tiers, opposites, units, number words."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_FILE = Path(__file__).with_name("lexicon.toml")
_TENS = {"de": "{unit}und{ten}", "en": "{ten}-{unit}", "fr": "{ten}-{unit}", "es": "{ten} y {unit}"}
_GERMAN_ENDING = r"(?:(?<=\w{4})e[nrms]?)?"  # "warm", "warmen"
_SHORT = 3  # letters
# What a form in lower case is more often.
_OTHER_WORDS = frozenset("may mar march mars base plus free full light max mini".split())  # noqa: SIM905
_COUNTRY = re.compile(
    r"\b(?:the|in) us\b|\bus (?=(?:customer|client|dollar|number|shop|store)s?\b)"
)
_WITHOUT = re.compile(r"\bw/o\b")
_NUMBER_SIGN = re.compile(
    r"\b(part|card|serial|order|phone|invoice|model|account|item|article) no\b\.?", re.IGNORECASE
)
# Of regions and countries whose prices are told by their currency.
CURRENCY_OF = {
    "EU": "eur", "UK": "gbp", "US": "usd", "Switzerland": "chf", "Japan": "jpy", "Sweden": "sek",
    "Norway": "nok", "Denmark": "dkk", "Poland": "pln", "Canada": "cad", "Australia": "aud",
    "Czech Republic": "czk", "Hungary": "huf", "New Zealand": "nzd", "India": "inr",
}  # fmt: skip
CURRENCIES = frozenset([*CURRENCY_OF.values(), "sgd", "isk", "crown", "cent", "penny"])
_POLITE = 6  # words of a greeting or a closing line
_SYMPATHY = 20  # of one such as "Sorry to hear the lamp isn't what you were hoping for"
# What turns from sympathy to what is so.
_TURNS = re.compile(r"\b(?:but|however|unfortunately|because|aber|leider|weil|mais|pero)\b|[;:]")
# "Sorry about that, the Pro is not waterproof"
_SAYS_MORE = re.compile(r",\s(?!(?:dass|that|que)\b|das hilft)(?:\S+\s+){3}", re.IGNORECASE)
_FORMULA = 10  # of a sentence such as "Let us know if you have any more questions"
_SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "hundert": 100,
    "tausend": 1000, "cent": 100, "mille": 1000, "cien": 100, "mil": 1000,
}  # fmt: skip


class Term(NamedTuple):
    """A form found at ``start``: two terms of one ``kind`` with another ``value`` are rivals."""

    kind: str
    value: str
    start: int
    text: str


class Forms:
    """Forms with what each stands for; a form with a capital is found as it is written only, and
    one of several words also with hyphens. ``ending`` may follow."""

    def __init__(self, forms: Iterable[tuple[str, tuple[str, str]]], ending: str = "") -> None:
        self._meant: dict[str, list[tuple[str, str]]] = {}
        exact: set[str] = set()
        loose: set[str] = set()
        for form, meant in forms:
            capital = form != form.lower()
            self._meant.setdefault(form, []).append(meant)
            (exact if capital else loose).add(form)
        self._patterns = [_any_of(exact, 0, ending), _any_of(loose, re.IGNORECASE, ending)]

    def forms(self) -> list[str]:
        """All of them, as they are written."""
        return list(self._meant)

    def forms_of(self, kind: str) -> list[str]:
        """The forms of one kind."""
        return [form for form, meant in self._meant.items() if any(k == kind for k, _ in meant)]

    def find(self, text: str) -> list[Term]:
        """The terms of a text, in order."""
        found = [
            Term(kind, value, match.start(), match[0])
            for pattern in self._patterns
            for match in pattern.finditer(text)
            for kind, value in self._of(match[1])
        ]
        return sorted(found, key=lambda term: term.start)

    def _of(self, form: str) -> list[tuple[str, str]]:
        spaced = form.replace("-", " ")
        for written in (form, form.lower(), spaced, spaced.lower()):
            if written in self._meant:
                return self._meant[written]
        return []


def _any_of(forms: Iterable[str], flags: int, ending: str = "") -> re.Pattern[str]:
    longest = sorted(forms, key=len, reverse=True)
    any_form = "|".join(re.escape(form).replace(r"\ ", "[ -]") for form in longest)
    return re.compile(rf"(?<![\w])({any_form}){ending}(?!\w)", flags)


def _split(line: str) -> list[str]:
    return [form.strip() for form in line.split(",") if form.strip()]


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def kinds() -> Forms:
    """Regions, tiers, months and the like; a value is the first of its forms."""
    return Forms(
        (form, (kind, _split(line)[0]))
        for kind, lines in _read()["kinds"].items()
        for line in lines
        for form in _split(line)
    )


@cache
def apart() -> Forms:
    """Persons, animals, means of payment and the like, in any case: of each kind one is not the
    other."""
    return Forms(
        (form.lower(), (kind, _split(line)[0]))
        for kind, lines in _read()["apart"].items()
        for line in lines
        for form in dict.fromkeys(map(str.lower, _split(line)))
    )


@cache
def _within() -> Mapping[str, str]:
    return {part: whole for whole, line in _read()["within"].items() for part in _split(line)}


def part_of(value: str) -> str | None:
    """The region that another one lies in, where the lexicon knows it."""
    return _within().get(value)


def lies_in(value: str, whole: str) -> bool:
    """Whether a region is a part of another one, or of a part of it."""
    above = part_of(value)
    return above is not None and (above == whole or lies_in(above, whole))


@cache
def opposites(section: str) -> Forms:
    """The pairs of ``opposites`` or ``polar``; a kind is the number of its pair."""
    return Forms(
        (
            (form, (f"{section} {number}", side))
            for number, line in enumerate(_read()[section]["pairs"])
            for side in line.split("|")
            for form in _split(side)
        ),
        _GERMAN_ENDING,
    )


@cache
def words(name: str) -> frozenset[str]:
    """A list of ``[words]``, such as ``no``."""
    return frozenset(_split(_read()["words"][name]))


@cache
def irregular() -> Mapping[str, str]:
    """Irregular forms of English verbs, to their infinitives."""
    return dict(form.split() for form in _split(_read()["words"]["irregular"]))


@cache
def empty_words(language: str) -> frozenset[str]:
    """Words of ``de``, ``fr`` or ``es`` without meaning of their own; none for others."""
    return frozenset(_read()["empty"].get(language, "").split())


@cache
def _typed() -> tuple[Mapping[str, str], re.Pattern[str]]:
    """Forms with capitals by how hurried people type them; short ones may be other words."""
    given = [
        form
        for kind, lines in _read()["kinds"].items()
        for line in lines
        for form in _split(line)
        if form != form.lower() and (len(form) > _SHORT or kind == "month")
    ]
    meant = {form.lower(): form for form in given} | {
        "eu": "EU",
        "uk": "UK",
        "usa": "USA",
        "pro": "Pro",
    }
    for word in _OTHER_WORDS:
        meant.pop(word, None)
    return meant, _any_of(meant, 0)


def capitalised(text: str) -> str:
    """A question in lower case with the capitals of the regions, tiers, months and days in it,
    "us" where it is the country; and with "w/o" and "part no" written out."""
    meant, pattern = _typed()
    text = _NUMBER_SIGN.sub(r"\1 number", _WITHOUT.sub("without", text))
    text = _COUNTRY.sub(lambda match: match[0].replace("us", "US"), text)
    return pattern.sub(lambda match: meant[match[0]], text)


def asked_for(question: str) -> frozenset[str]:
    """The kinds of answer that a question asks for, such as ``time``; none where it is open."""
    said = question.lower()
    found = {kind for kind, pattern in _asked().items() if pattern.search(said)}
    yes_no = "yes_no" in found and _asked()["yes_no"].match(said)
    found.discard("yes_no")
    return frozenset(found or ({"yes_no"} if yes_no else ()))


@cache
def _asked() -> Mapping[str, re.Pattern[str]]:
    return {kind: _any_of(_split(line), 0) for kind, line in _read()["asked"].items()}


@cache
def units() -> Mapping[str, str]:
    """Each form of a unit, and in lower case where it has two letters or more, to its name."""
    exact = {form: name for name, line in _read()["units"].items() for form in _split(line)}
    return {form.lower(): name for form, name in exact.items() if len(form) > 1} | exact


@cache
def numbers() -> Mapping[str, int]:
    """Number words below a hundred in four languages, and hundreds and thousands by themselves."""
    table = _read()["numbers"]
    found = dict(_SCALES)
    for language, joined in _TENS.items():
        ones = table[language].split()
        tens = table[f"{language}_tens"].split()
        found |= {word: value for value, word in enumerate(ones)}
        for value, ten in enumerate(tens, start=2):
            found[ten] = 10 * value
            for unit, one in enumerate(ones[1:10], start=1):
                one = "ein" if one == "eins" else one
                found[joined.format(unit=one, ten=ten)] = 10 * value + unit
                found[joined.format(unit=one, ten=ten).replace("-", " ")] = 10 * value + unit
    twenties = ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"]
    found |= {f"veinti{one}": 20 + value for value, one in enumerate(twenties, start=1)}
    found |= {"veintidós": 22, "veintitrés": 23, "veintiséis": 26, "dreissig": 30, "half": 0}
    for word in ("half", "un", "uno", "one", "eins", "mil", "cent", "once", "six", "dix", "mille"):
        found.pop(word, None)  # "one" is rarely a number, and "once" is English too
    return found | {"six": 6, "dix": 10}


# "Kind regards, Ann Miller": the names are written with capitals.
_NAMES = r"[A-ZÀ-Þ][\w.'’-]*(?:\s[A-ZÀ-Þ][\w.'’-]*){0,2}"


def is_polite(text: str) -> bool:
    """Whether a line is a greeting or a closing, which no source can hold."""
    said = text.strip(" ,.!-–—\n")
    if re.search(r"\d", said):
        return False
    spoken = re.sub(r"[,’']", "", said.lower())
    if _SAYS_MORE.search(said):
        return False
    if len(said.split()) <= _FORMULA and spoken.startswith(tuple(words("formula"))):
        return True
    if len(said.split()) <= _SYMPATHY and spoken.startswith(tuple(words("sympathy"))):
        return not _TURNS.search(spoken)
    if len(said.split()) > _POLITE:
        return False
    greets = any(re.match(rf"{re.escape(word)}\b", said.lower()) for word in words("greeting"))
    return greets or any(
        re.fullmatch(rf"(?i:{re.escape(word)})(?:[,.!]?\s+{_NAMES})?", said)
        for word in words("closing")
    )
