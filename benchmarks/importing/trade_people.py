"""People and what is personal, for trades.py: all of it made up."""

import random
import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True)
class Person:
    """One of them."""

    first: str
    last: str

    @property
    def name(self) -> str:
        """Both."""
        return f"{self.first} {self.last}"

    @property
    def mail(self) -> str:
        """An address."""
        return f"{self.first}.{self.last}@post.example".lower()


class People:
    """Who writes; the names are those of a file, or with ``second`` the other half of them."""

    def __init__(self, chance: random.Random, names_of: str, second: bool) -> None:
        file = Path(__file__).with_name(f"trade_{names_of}.toml")
        names = tomllib.loads(file.read_text(encoding="utf-8"))
        first, last, planted_first, planted_last = (
            names[name].split()[int(second) :: 2]
            for name in ("first", "last", "plant_first", "plant_last")
        )
        self._chance = chance
        self._agents = [Person(a, b) for a, b in zip(first[-4:], last[-4:], strict=True)]
        self._first, self._last = first[:-4], last[:-4]
        self._planted = [Person(a, b) for a in planted_first for b in planted_last]
        chance.shuffle(self._planted)

    def known(self) -> Person:
        """A customer."""
        return Person(self._chance.choice(self._first), self._chance.choice(self._last))

    def agent(self) -> Person:
        """Somebody of the staff."""
        return self._chance.choice(self._agents)

    def planted(self) -> Person:
        """Somebody else, who writes nothing."""
        return self._planted.pop()


_PHONES = {
    "de": ["+49 221 {b} {a}", "0221/{b}{a}", "0176-{b}{c}", "(0221) {b}-{a}", "0049 176 {b}{c}"],
    "en": ["+44 20 7946 0{a}", "07700 900{a}", "({a}) 555-01{d}", "+1 {a}-555-01{d}"],
    "fr": ["06 12 {d} {e} 78", "+33 1 {d} {e} 45 10", "01.{d}.{e}.33.21"],
    "nl": ["+31 6 {b}{d}{d}", "06-{b}{d}{d}", "020 {a} {d} {e}"],
    "it": ["+39 02 {b}{a}", "02/{b}{a}", "+39 333 {b}{a}"],
    "es": ["+34 6{d} {a} {b}", "91 {a} {d} {e}", "6{d}-{a}-{b}"],
    "pt": ["+351 91 {a} {b}1", "21 {a} {b}2"],
}
_MAILS = [
    "{f}.{l}@{h}",
    "{f}_{l}{d}@{h}",
    "{l}+kto@{h}",
    "<{f}@{h}>",
    "{f} (at) {h}",
    "{f}.{l} [at] {h}",
]
_HOSTS = ["post.example", "web-mail.example", "uni-kestel.example", "familie.example"]
_STREETS = {
    "de": [
        "Lindenstraße {n}, {z} Auental",
        "Am Alten Markt {n}a, {z} Bremberg",
        "Goethestr. {n}, {z} Kestel",
    ],
    "en": [
        "{n} Elm Grove, Norby LS{d} 2PQ",
        "Flat 3, {n} Harbour Road, Holmfirth HD9 4AB",
        "{z} Maple Avenue, Springfield, IL 62{n}",
    ],
    "fr": ["{n} rue des Lilas, {z} Saint-Aubin", "{n} bis, avenue Jean-Moulin, {z} Rivalta"],
    "nl": ["Kerkstraat {n}, 10{n} GA Wijkdam", "Oude Gracht {n}-2, 35{n} XK Wijkdam"],
    "it": ["Via Roma {n}, {z} Rivalta", "Piazza Garibaldi {n}, {z} Rivalta"],
    "es": ["Calle Mayor {n}, {z} Kestel", "Avda. de la Paz {n}, 2º B, {z} Rivalta"],
    "pt": ["Rua das Flores {n}, {z}-0{n} Rivalta"],
}
_BANKS = {
    "de": ("DE", 18),
    "fr": ("FR", 23),
    "nl": ("NL", 0),
    "en": ("GB", 0),
    "it": ("IT", 0),
    "es": ("ES", 20),
    "pt": ("PT", 21),
}


def value_of(kind: str, language: str, person: Person, chance: random.Random) -> str:
    """A number or an address in a spelling of the country."""
    if kind == "card":
        return _card(chance)
    if kind == "iban":
        return _iban(language, chance)
    numbers = {
        "a": str(chance.randint(201, 989)),
        "b": str(chance.randint(1234, 9876)),
        "c": str(chance.randint(1000, 9999)),
        "d": str(chance.randint(10, 99)),
        "e": str(chance.randint(10, 99)),
        "n": str(chance.randint(11, 99)),
        "z": str(chance.randint(10115, 97999)),
        "f": person.first.lower(),
        "l": person.last.lower(),
        "h": chance.choice(_HOSTS),
    }
    forms = {"phone": _PHONES[language], "mail": _MAILS, "address": _STREETS[language]}[kind]
    return chance.choice(forms).format(**numbers)


def _card(chance: random.Random) -> str:
    digits = [int(d) for d in chance.choice(["4", "51", "37"])]
    length = 15 if digits[0] == 3 else 16
    digits += [chance.randint(0, 9) for _ in range(length - 1 - len(digits))]
    doubled = [d * 2 - 9 * (d > 4) if at % 2 == 0 else d for at, d in enumerate(digits[::-1])]
    text = "".join(map(str, [*digits, -sum(doubled) % 10]))
    gap = chance.choice(["", " ", "-"])
    cuts = (4, 10) if length == 15 else (4, 8, 12)
    ends = (0, *cuts, length)
    return gap.join(text[a:b] for a, b in pairwise(ends))


def _iban(language: str, chance: random.Random) -> str:
    country, length = _BANKS[language]
    digits = "".join(str(chance.randint(0, 9)) for _ in range(20))
    account = {
        "NL": f"INGB{digits[:10]}",
        "GB": f"NWBK{digits[:14]}",
        "IT": f"X{digits[:10]}{digits[:12]}",
    }.get(country, digits[:length].ljust(length, "7"))
    spelt = "".join(str(int(c, 36)) for c in f"{account}{country}00")
    text = f"{country}{98 - int(spelt) % 97:02d}{account}"
    return (
        " ".join(text[at : at + 4] for at in range(0, len(text), 4))
        if chance.random() < 0.6
        else text
    )
